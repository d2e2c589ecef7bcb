"""Which library names a student's function mentions, read from the source before and without running it.

Runs in the worker: parsing a hostile file is no work for the judge.
"""

from __future__ import annotations

import ast
from pathlib import Path

MOST_FILES = 20


def source_uses(folder: Path, file: str, *names: str) -> list[str]:
    """Dotted library names reachable from `names` in `file`: through functions, classes and local helper files.

    `import torch.nn.functional as F; F.conv2d(...)` counts as torch.nn.functional.conv2d. Code that `names` do
    not reach (a self-test that compares with a library, say) does not count.
    """
    seen: set[tuple[str, str]] = set()
    found: set[str] = set()
    files: dict[str, _File] = {}
    todo = [(Path(file).stem, name) for name in names]
    while todo:
        module, wanted = todo.pop()
        if (module, wanted) in seen or len(files) > MOST_FILES:
            continue
        seen.add((module, wanted))
        parsed = files.setdefault(module, _File(folder, module))
        for dotted in parsed.names_in(wanted):
            head, _, tail = dotted.partition(".")
            if head in parsed.definitions:
                todo.append((module, head))
                continue
            full = parsed.imports.get(head, head) + (f".{tail}" if tail else "")
            local = full.lstrip(".").removeprefix("submission.")
            target, _, inner = local.partition(".")
            if (folder / f"{target}.py").is_file():
                todo.append((target, inner.partition(".")[0] or "*"))
            elif "." in full:
                found.add(full)
    return sorted(found)


class _File:
    """The top-level definitions and the imports of one file."""

    def __init__(self, folder: Path, module: str) -> None:
        self.definitions: dict[str, list[ast.AST]] = {}
        self.imports: dict[str, str] = {}
        try:
            tree = ast.parse((folder / f"{module}.py").read_bytes())
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self.imports[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    base = node.module or ""
                    self.imports[alias.asname or alias.name] = f"{base}.{alias.name}" if base else alias.name
        for node in tree.body:
            for name in _defined(node):
                self.definitions.setdefault(name, []).append(node)

    def names_in(self, wanted: str) -> set[str]:
        """Dotted names used inside the definition of `wanted` ("*": inside all definitions)."""
        found = self.definitions if wanted == "*" else {wanted: self.definitions.get(wanted, [])}
        todo = [node for group in found.values() for node in group]
        names: set[str] = set()
        while todo:
            node = todo.pop()
            if dotted := _dotted(node):
                names.add(dotted)  # and not its beginning: `helper` alone would mean all that helper.py defines
            else:
                todo += ast.iter_child_nodes(node)
        return names


def _defined(node: ast.AST) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def _dotted(node: ast.AST) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
