"""Which files a piece of code is made of, and one digest over them: what a stored result depends on."""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any


def closure(files: Iterable[Path], root: Path, packages: Collection[str] | None = None) -> list[Path]:
    """`files` and all they import from under `root`, sorted; only from these top-level `packages` if given."""
    found: set[Path] = set()
    todo = list(files)
    while todo:
        file = todo.pop()
        if file not in found:
            found.add(file)
            for dotted in _imports(file, root):
                if packages is None or dotted.partition(".")[0] in packages:
                    todo += _files(dotted, root)
    return sorted(found)


def fingerprint(files: Iterable[Path], root: Path) -> str:
    """sha256 over the names under `root` and the bytes of `files`."""
    digest = hashlib.sha256()
    for file in sorted(files):
        data = file.read_bytes()
        digest.update(f"{file.relative_to(root)}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def home(function: Callable[..., Any]) -> tuple[Path, Path, str]:
    """The file a function was written in, the folder its module is imported from, and its top-level package."""
    name = function.__module__
    file = Path(str(sys.modules[name].__file__)).resolve()
    return file, file.parents[name.count(".")], name.partition(".")[0]


def _imports(file: Path, root: Path) -> Iterator[str]:
    """Dotted names that `file` imports: modules, and what may be modules."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = file.relative_to(root).parts[: -node.level]
                base = ".".join([*package, *filter(None, [base])])
            yield from filter(None, [base, *(f"{base}.{alias.name}".lstrip(".") for alias in node.names)])


def _files(dotted: str, root: Path) -> Iterator[Path]:
    """The module `dotted` and the packages around it, where they are files under `root`."""
    path = root
    for part in dotted.split("."):
        path = path / part
        yield from (file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file())
