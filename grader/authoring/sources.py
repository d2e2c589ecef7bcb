"""Which files a piece of code is made of, and one digest over them: what a stored result depends on."""

from __future__ import annotations

import ast
import hashlib
import inspect
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from grader.errors import AuthorError

Imported = dict[Path, list[Path]]  # what each file imports, as far as it has been read


def closure(
    files: Iterable[Path], root: Path, packages: Collection[str] | None = None, known: Imported | None = None
) -> list[Path]:
    """`files` and all they import from under `root`, sorted; only from these top-level `packages` if given.

    `known` is added to, for the next call with the same root and packages.
    """
    found: set[Path] = set()
    todo = list(files)
    known = {} if known is None else known
    while todo:
        file = todo.pop()
        if file not in found:
            found.add(file)
            if file not in known:
                dotted = [
                    name for name in imports(file, root) if packages is None or name.partition(".")[0] in packages
                ]
                known[file] = list(dict.fromkeys(each for name in dotted for each in _files(name, root)))
            todo += known[file]
    return sorted(found)


def fingerprint(files: Iterable[Path], root: Path) -> str:
    """sha256 over the names under `root` and the bytes of `files`."""
    digest = hashlib.sha256()
    for file in sorted(files):
        data = file.read_bytes()
        digest.update(f"{file.relative_to(root)}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def home(value: Any) -> tuple[Path, Path, frozenset[str] | None]:
    """Where a function or class was written: the file, the folder its imports start from, and the packages of ours.

    No packages means all of them: only the folder that the grader itself is in holds other people's too.
    """
    value = inspect.unwrap(value)  # a decorator's function is another file's
    code = next((f.__code__ for f in [value, *vars(value).values()] if inspect.isfunction(f)), None)
    if code is None:
        raise AuthorError(f"{value!r} is no function or class of Python code: an audit has to read it")
    file = Path(code.co_filename).resolve()
    dotted = value.__module__.split(".")
    inside = file.with_suffix("").parts[-len(dotted) :] == tuple(dotted)
    root = file.parents[len(dotted) - 1] if inside else file.parent
    return file, root, frozenset((dotted[0], "grader")) if (root / "grader").is_dir() else None


def imports(file: Path, root: Path) -> Iterator[str]:
    """Dotted names that `file` imports: modules, and what may be modules."""
    for node in _statements(ast.parse(file.read_bytes()).body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = file.relative_to(root).parts[: -node.level]
                base = ".".join([*package, *filter(None, [base])])
            yield from filter(None, [base, *(f"{base}.{alias.name}".lstrip(".") for alias in node.names)])


def _statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All that stand in a block and in the blocks inside of it: no import stands in an expression."""
    for node in body:
        yield node
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _statements(getattr(node, block, ()))


def _files(dotted: str, root: Path) -> Iterator[Path]:
    """The module `dotted` and the packages around it, where they are files under `root`."""
    path = root
    for part in dotted.split("."):
        path = path / part
        yield from (file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file())
