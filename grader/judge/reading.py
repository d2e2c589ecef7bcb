"""A look at the student's source as text: what a hint may name. Nothing is run, and what is not sure is not said."""

from __future__ import annotations

import ast
import contextlib
import re
import warnings
from collections import deque
from collections.abc import Iterator
from functools import cached_property

MOST_DEPTH = 60  # of nodes in nodes
MOST_SOURCE = 128 << 10  # bytes of a file that is looked at
GRADIENTS, DTYPE = "gradients", "the dtype of new tensors"
SWITCHES = (  # calls that change what all later code does, and what they change
    ("set_grad_enabled", GRADIENTS),
    ("inference_mode", GRADIENTS),
    ("set_default_dtype", DTYPE),
    ("set_default_tensor_type", DTYPE),
    ("set_default_device", "the device of new tensors"),
    ("seterr", "what NumPy does about invalid numbers"),
    ("simplefilter", "what Python does about warnings"),
    ("filterwarnings", "what Python does about warnings"),
)
SEE_ALL = frozenset(["locals", "vars", "eval", "exec", "globals"])  # with one of them any name may be used
LAYERS = re.compile(r"(?:^|\.)(?:Lazy)?(?:Conv|Linear|BatchNorm|Parameter|GroupNorm|LayerNorm)\w*$")  # have parameters
REGISTERS = re.compile(r"ModuleList|ModuleDict|ParameterList|ParameterDict|Sequential\(\*|add_module|register_|setattr")
HARMLESS = ("no_grad", "inference_mode", "staticmethod", "override")  # decorators that pass arguments on as they are

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Source:
    """One file of a submission."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.lines = text.splitlines()

    @classmethod
    def of(cls, data: bytes | None) -> Source:
        """The source in `data`; an empty one where there is none, or none that can be read."""
        if data is None or len(data) > MOST_SOURCE:
            return cls()
        return cls(data.decode("utf-8-sig", "replace"))

    @cached_property
    def tree(self) -> ast.Module:
        with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the student's strings, on the instructor's terminal
            if not _deep(tree := ast.parse(self.text)):
                return tree
        return ast.Module([], [])

    @cached_property
    def names(self) -> dict[str, int]:
        """Names that the file defines at its top level, with the line of the first definition."""
        return dict(_bound(self.tree.body))

    @cached_property
    def guarded(self) -> set[str]:
        """Names that are defined under `if __name__ == "__main__":` only."""
        found = {
            name
            for node in self.tree.body
            if isinstance(node, ast.If) and "__name__" in ast.dump(node.test)
            for name, _ in _bound(node.body)
        }
        return found - self.names.keys()

    def definition(self, name: str, aliases: int = 3) -> Function | ast.ClassDef | None:
        """The last function or class `name` of the file's top level, through so many plain aliases."""
        found: Function | ast.ClassDef | None = None
        for node in self.tree.body:
            if isinstance(node, Function | ast.ClassDef) and node.name == name:
                found = node
            elif isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
                alias = node.value.id if isinstance(node.value, ast.Name) and aliases else ""
                found = self.definition(alias, aliases - 1) if alias else None
        return found

    def function(self, name: str) -> Function | None:
        """The function, or the constructor of the class, that a call of `name` runs."""
        found = self.definition(name)
        if isinstance(found, ast.ClassDef):
            return next((n for n in found.body if isinstance(n, Function) and n.name == "__init__"), None)
        return found

    def seen_in(self, name: str) -> list[str]:
        """Parameters and other names of the function (or method) `name`, in order of their first use."""
        bodies = [node for node in ast.walk(self.tree) if isinstance(node, Function) and node.name == name]
        if len(bodies) != 1:
            return []
        found = [*_parameters(bodies[0]), *(bound for bound, _ in _bound(bodies[0].body, deep=True))]
        return list(dict.fromkeys(found))

    def local_to(self, name: str) -> str:
        """The only function that defines `name` as a name of its own; empty where there is none, or several."""
        functions = [node for node in ast.walk(self.tree) if isinstance(node, Function)]
        found = [node.name for node in functions if name in dict(_bound(node.body, deep=True))]
        return found[0] if len(found) == 1 else ""

    def attributes(self, kind: str) -> list[str]:
        """Attributes and methods that the class `kind` gives itself: self.NAME = ..., def NAME."""
        found = self.definition(kind)
        if not isinstance(found, ast.ClassDef):
            return []
        methods = [node.name for node in found.body if isinstance(node, Function)]
        assigned = [
            node.attr
            for node in ast.walk(found)
            if isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id == "self"
        ]
        return list(dict.fromkeys([*assigned, *methods]))

    def switches(self) -> Iterator[tuple[int, str, str]]:
        """Lines at the top level that change global state: number, text, and what they change."""
        for node in self.tree.body:
            if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
                continue
            called = ast.unparse(node.value.func).rpartition(".")[2]
            if what := dict(SWITCHES).get(called):
                yield node.lineno, ast.unparse(node), what

    def switched_off(self) -> bool:
        """Whether gradients are off, or new tensors of another dtype, for all that the file does."""
        return any(what in (GRADIENTS, DTYPE) and "(True)" not in text for _, text, what in self.switches())

    @cached_property
    def compiles(self) -> bool:
        """Whether torch.compile is called, or decorates something."""
        found = (node for node in ast.walk(self.tree) if isinstance(node, ast.Attribute) and node.attr == "compile")
        return any(isinstance(node.value, ast.Name) and node.value.id == "torch" for node in found)


def unused_arguments(source: Source, name: str) -> list[str]:
    """Parameters of the function `name`, or of the constructor of the class `name`, that its body never reads."""
    function = _plain(source, name)
    if function is None:
        return []
    read = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and not _only_stored(node)}
    read |= {n.target.id for n in ast.walk(function) if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name)}
    return [] if read & SEE_ALL else [one for one in _parameters(function, receiver=False) if one not in read]


def plain_lists(source: Source, kind: str) -> list[str]:
    """Attributes of the class `kind` that hold layers in a list or dict of Python's, where torch does not see them."""
    made = source.definition(kind)
    if not isinstance(made, ast.ClassDef) or REGISTERS.search(ast.unparse(made)):
        return []
    found: dict[str, None] = {}
    held: ast.expr
    for node in ast.walk(made):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List | ast.Tuple | ast.Dict | ast.ListComp):
            held, targets = node.value, node.targets
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
            held, targets = node, [node.func.value]
        else:
            continue
        layers = any(isinstance(n, ast.Call) and LAYERS.search(ast.unparse(n.func)) for n in ast.walk(held))
        named = [t for t in targets if isinstance(t, ast.Attribute) and ast.unparse(t.value) == "self"]
        found |= dict.fromkeys(target.attr for target in named if layers)
    return list(found)


def overwritten_arguments(source: Source, name: str) -> dict[str, int]:
    """Parameters that get another value before the first use of the one that was given, with the line of it."""
    function = _plain(source, name)
    found: dict[str, int] = {}
    mentioned: set[str] = set()
    for node in function.body if function else ():
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(target := node.targets[0], ast.Name):
            inside = {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)}
            if target.id not in mentioned | inside and target.id in _parameters(function, receiver=False):
                found[target.id] = node.lineno
        mentioned |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return {} if mentioned & SEE_ALL else found


def parameters(source: Source, name: str) -> list[str]:
    """The parameters that a call of `name` fills by position, in order."""
    function = source.function(name)
    return _parameters(function, receiver=False, named_only=False) if function else []


def _plain(source: Source, name: str) -> Function | None:
    """The function behind `name`, unless a decorator may use the arguments in its own way."""
    function = source.function(name)
    if function is None or any(not ast.unparse(d).rstrip("()").endswith(HARMLESS) for d in function.decorator_list):
        return None
    return function


def _parameters(function: Function | None, receiver: bool = True, named_only: bool = True) -> list[str]:
    if function is None:
        return []
    given = function.args
    listed = [*given.posonlyargs, *given.args, *(given.kwonlyargs if named_only else [])]
    names = [argument.arg for argument in listed]
    if not receiver and names[:1] == ["self"]:
        names = names[1:]
    return names


def _bound(body: list[ast.stmt], deep: bool = False) -> Iterator[tuple[str, int]]:
    """Names that statements define, with their lines; blocks are entered, functions and `__name__` guards are not."""
    for node in body:
        if isinstance(node, Function | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((one.asname or one.name.partition(".")[0], node.lineno) for one in node.names)
        elif not (isinstance(node, ast.If) and not deep and "__name__" in ast.dump(node.test)):
            yield from ((n.id, n.lineno) for n in _outside_blocks(node) if isinstance(n.ctx, ast.Store))
            for field in ("body", "orelse", "finalbody", "handlers"):
                yield from _bound([n for n in getattr(node, field, []) if isinstance(n, ast.stmt)], deep)


def _outside_blocks(node: ast.stmt) -> Iterator[ast.Name]:
    waiting = deque(child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt))
    while waiting:
        found = waiting.popleft()
        if isinstance(found, ast.Name):
            yield found
        waiting += [child for child in ast.iter_child_nodes(found) if not isinstance(child, ast.stmt)]


def _deep(tree: ast.AST) -> bool:
    """Whether nodes lie in nodes so deep that looking at them could end in a RecursionError."""
    level: list[ast.AST] = [tree]
    for _ in range(MOST_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return bool(level)


def _only_stored(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)
