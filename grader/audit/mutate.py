"""Mutants: the same file with one small mistake in it."""

from __future__ import annotations

import ast
import difflib
import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from grader.audit.operators import OPERATORS, Change
from grader.records import Record


class Mutant(Record, frozen=True, kw_only=True):
    """One file with one mistake."""

    id: str  # operator and the first digits of the source's sha256
    operator: str
    why: str
    file: str
    line: int  # of the original
    diff: str
    source: str


def mutants(source: str, file: str, names: Iterable[str]) -> list[Mutant]:
    """Every mutant of what `names` need in `source`, each different text once, in the order of the file.

    Docstrings, annotations, text and code that `names` do not reach are left alone.
    """
    tree = _plain(ast.parse(source))
    original = ast.unparse(tree)
    found: dict[str, Mutant] = {}
    for definition in _reached(tree, set(names)):
        for node in _nodes(definition):
            for operator in OPERATORS:
                for change in operator.change(node):
                    text = _text(tree, node, change)
                    if text is None or text == original or text in found:
                        continue
                    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
                    found[text] = Mutant(
                        id=f"{operator.name.replace(' ', '-')}-{digest}",
                        operator=operator.name,
                        why=operator.why,
                        file=file,
                        line=_line(node),
                        diff=_diff(original, text),
                        source=text,
                    )
    return list(found.values())


def changed(diff: str, sign: str) -> str:
    """The lines that a diff removes ("-") or adds ("+"), without their indentation."""
    return "\n".join(line[1:].strip() for line in diff.splitlines() if line.startswith(sign))


def _plain(tree: ast.Module) -> ast.Module:
    """Without docstrings and annotations."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        if isinstance(node, ast.arg):
            node.annotation = None
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                setattr(node, name, [_assigned(item) for item in value])
    return tree


def _assigned(node: Any) -> Any:
    """`x: int = 1` as `x = 1`."""
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return ast.copy_location(ast.Assign([node.target], node.value), node)
    return node


def _reached(tree: ast.Module, names: set[str]) -> list[ast.stmt]:
    """The top-level definitions that `names` reach, in the order of the file."""
    defined = {name: node for node in tree.body for name in _defines(node)}
    reached: set[str] = set()
    todo = [name for name in names if name in defined]
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo += [part.id for part in ast.walk(defined[name]) if isinstance(part, ast.Name) and part.id in defined]
    return [node for node in tree.body if reached & set(_defines(node))]


def _defines(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it, text inside f-strings left out."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.JoinedStr):
            yield from _nodes(child)


def _text(tree: ast.Module, node: ast.AST, change: Change) -> str | None:
    """The file with `change` in place of `node`; None when that is no Python."""
    try:
        text = ast.unparse(ast.fix_missing_locations(_replaced(tree, node, change)))
        ast.parse(text)
    except (SyntaxError, ValueError, TypeError, AttributeError):
        return None
    return text


def _replaced(part: Any, node: ast.AST, change: Change) -> Any:
    """A copy of the tree with `change` in place of `node`; nothing of the original is shared and modified."""
    if part is node:
        return change
    if isinstance(part, list):
        items: list[Any] = []
        for item in part:
            new = _replaced(item, node, change)
            items += new if isinstance(new, list) else [] if item is node and new is None else [new]
        return items or ([ast.Pass()] if node in part else [])
    if isinstance(part, ast.AST):
        fields = {name: _replaced(value, node, change) for name, value in ast.iter_fields(part)}
        return ast.copy_location(type(part)(**fields), part)
    return part


def _line(node: ast.AST) -> int:
    return next((part.lineno for part in ast.walk(node) if hasattr(part, "lineno")), 0)


def _diff(original: str, text: str) -> str:
    lines = difflib.unified_diff(original.splitlines(), text.splitlines(), lineterm="", n=2)
    return "\n".join(list(lines)[2:])
