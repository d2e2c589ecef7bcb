"""Small helpers for syntax trees. None modifies the tree it is given."""

from __future__ import annotations

import ast
from typing import Any, TypeVar

Node = TypeVar("Node", bound=ast.AST)


def altered(node: Node, **fields: Any) -> Node:
    """A copy of `node` with some fields replaced."""
    return ast.copy_location(type(node)(**{**dict(ast.iter_fields(node)), **fields}), node)


def number(node: ast.AST) -> int | None:
    """The value of an integer literal, also a negative one."""
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return value if type(value) is int else None


def called(node: ast.Call) -> str:
    """The last part of what is called: `conv2d` for F.conv2d(...)."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def root(node: ast.AST) -> str:
    """The name an expression of attributes and subscripts starts with: `padding` for padding[0]."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def more(value: ast.expr, step: int) -> ast.expr:
    """`value` plus or minus one."""
    if (known := number(value)) is not None:
        return ast.Constant(known + step)
    return ast.BinOp(value, ast.Add() if step > 0 else ast.Sub(), ast.Constant(1))


def put(items: list[Any], index: int, item: Any) -> list[Any]:
    return [*items[:index], item, *items[index + 1 :]]


def swapped(items: list[Any], index: int) -> list[Any]:
    return [*items[:index], items[index + 1], items[index], *items[index + 2 :]]
