"""A look at the student's source as text: what a hint may name. Nothing is run, and what is not sure is not said.

The source may be written to keep the judge busy or to break it: every question goes through `look`, and none costs more
than one pass over a tree of bounded size.
"""

from __future__ import annotations

import ast
import contextlib
import re
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from functools import cached_property, wraps
from itertools import islice
from typing import Any, Concatenate, ParamSpec, TypeVar

from grader.intake.basket import shown
from grader.worker import script

MOST_DEPTH = 60  # of nodes in nodes
MOST_NODES = 60_000  # of a file that is looked at; 3,000 lines of a student's hold about 50,000
MOST_SOURCE = 128 << 10  # bytes of a file that is looked at
MOST_ALIASES = 3  # f = g, g = h, ...: so many are followed
MOST_HELD = 500  # nodes of one list that are searched for layers
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
LAYERS = re.compile(r"(?:Lazy)?(?:Conv|Linear|BatchNorm|Parameter|GroupNorm|LayerNorm)\w*$")  # have parameters
REGISTERS = re.compile(r"ModuleList|ModuleDict|ParameterList|ParameterDict|add_module|register_|setattr")
HARMLESS = ("no_grad", "inference_mode", "staticmethod", "override")  # decorators that pass arguments on as they are

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef
Asked = ParamSpec("Asked")
Told = TypeVar("Told")


def look(
    nothing: Any,
) -> Callable[[Callable[Concatenate[Code, Asked], Told]], Callable[Concatenate[Code, Asked], Told]]:
    """Make a function a question about a source: answered once, and by `nothing` where the answer raises."""

    def decorator(ask: Callable[Concatenate[Code, Asked], Told]) -> Callable[Concatenate[Code, Asked], Told]:
        @wraps(ask)
        def asked(source: Code, /, *args: Asked.args, **kwargs: Asked.kwargs) -> Told:
            question = (ask.__name__, *args, *kwargs.items())
            if question not in source.known:
                source.known[question] = nothing
                with contextlib.suppress(Exception):  # no source, however odd, is worth a grading
                    source.known[question] = ask(source, *args, **kwargs)
            answer: Told = source.known[question]
            return answer

        return asked

    return decorator


class Code:
    """One file of a submission."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.lines = text.splitlines()
        self.known: dict[tuple[Any, ...], Any] = {}  # answers to the questions so far

    @classmethod
    def of(cls, data: bytes | None) -> Code:
        """The source in `data`; an empty one where there is none, or none that can be read."""
        if data is None or len(data) > MOST_SOURCE:
            return cls()
        return cls(data.decode("utf-8-sig", "replace"))

    @cached_property
    def tree(self) -> ast.Module:
        tree = _parsed(self.text)
        if tree is None:  # of a notebook those cells that are Python, as they are run
            parts = [part for cell in script.cells(self.text) if (part := _parsed(cell))]
            tree = ast.Module([statement for part in parts for statement in part.body], [])
        return ast.Module([], []) if _too_much(tree) else tree

    @property
    @look({})
    def names(self) -> dict[str, int]:
        """Names that the file defines at its top level, with the line of the first definition."""
        return dict(_bound(self.tree.body))

    @look(False)
    def begins(self, name: str) -> bool:
        """Whether one of its lines begins to define `name`, be it Python or not."""
        return script.defines(self.text, [name])

    @property
    @look(set())
    def guarded(self) -> set[str]:
        """Names that are defined under `if __name__ == "__main__":` only."""
        guards = [node for node in self.tree.body if isinstance(node, ast.If) and _is_guard(node)]
        return {name for node in guards for name, _ in _bound(node.body)} - self.names.keys()

    @property
    @look({})
    def bindings(self) -> dict[str, Definition | str | None]:
        """What each name of the top level is in the end: a function or class, the name it is an alias of, or else."""
        found: dict[str, Definition | str | None] = {}
        for node in self.tree.body:
            if isinstance(node, Definition):
                found[node.name] = node
            elif isinstance(node, ast.Assign):
                value = node.value.id if isinstance(node.value, ast.Name) else None
                found |= {target.id: value for target in node.targets if isinstance(target, ast.Name)}
        return found

    def definition(self, name: str) -> Definition | None:
        """The last function or class `name` of the file's top level, through a few plain aliases."""
        found = self.bindings.get(name)
        for _ in range(MOST_ALIASES):
            if isinstance(found, str):
                found = self.bindings.get(found)
        return None if isinstance(found, str) else found

    @look(None)
    def function(self, name: str) -> Function | None:
        """The function, or the constructor of the class, that a call of `name` runs."""
        found = self.definition(name)
        if isinstance(found, ast.ClassDef):
            return next((n for n in found.body if isinstance(n, Function) and n.name == "__init__"), None)
        return found

    @property
    @look({})
    def functions(self) -> dict[str, list[Function]]:
        """All functions and methods by name, the inner ones, too."""
        found: dict[str, list[Function]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                found.setdefault(node.name, []).append(node)
        return found

    @look([])
    def seen_in(self, name: str) -> list[str]:
        """Parameters and other names of the function (or method) `name`, in order of their first use."""
        bodies = self.functions.get(name, [])
        if len(bodies) != 1:
            return []
        found = [*_parameters(bodies[0]), *(bound for bound, _ in _bound(bodies[0].body, deep=True))]
        return list(dict.fromkeys(found))

    @property
    @look({})
    def local(self) -> dict[str, list[str]]:
        """The functions that define a name as one of their own, by that name."""
        found: dict[str, list[str]] = {}
        for node in (node for same in self.functions.values() for node in same):
            for name in dict(_bound(node.body, deep=True)):
                found.setdefault(name, []).append(node.name)
        return found

    def local_to(self, name: str) -> str:
        """The only function that defines `name` as a name of its own; empty where there is none, or several."""
        found = self.local.get(name, [])
        return found[0] if len(found) == 1 else ""

    @look([])
    def attributes(self, kind: str) -> list[str]:
        """Attributes and methods that the class `kind` gives itself: self.NAME = ..., def NAME."""
        found = self.definition(kind)
        if not isinstance(found, ast.ClassDef):
            return []
        methods = [node.name for node in found.body if isinstance(node, Function)]
        assigned = [
            node.attr
            for node in ast.walk(found)
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_self(node.value)
        ]
        return list(dict.fromkeys([*assigned, *methods]))

    @look([])
    def switches(self) -> list[tuple[int, str, str]]:
        """Lines at the top level that change global state: number, text, and what they change."""
        calls = [n.value for n in self.tree.body if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)]
        called = [(call, _last_name(call.func)) for call in calls]
        known = dict(SWITCHES)
        return [(n.lineno, shown(unparse(n) or name), known[name]) for n, name in called if name in known]


def unparse(node: ast.AST) -> str:
    """The text of a node; empty where Python finds none: ast.unparse does not know every f-string."""
    with contextlib.suppress(ValueError, RecursionError):
        return ast.unparse(node)
    return ""


@look([])
def unused_arguments(source: Code, name: str) -> list[str]:
    """Parameters of the function `name`, or of the constructor of the class `name`, that its body never reads."""
    function = _plain(source, name)
    if function is None:
        return []
    read = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and not _only_stored(node)}
    read |= {n.target.id for n in ast.walk(function) if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name)}
    return [] if read & SEE_ALL else [one for one in _parameters(function, receiver=False) if one not in read]


@look([])
def plain_lists(source: Code, kind: str) -> list[str]:
    """Attributes of the class `kind` that hold layers in a list or dict of Python's, where torch does not see them."""
    made = source.definition(kind)
    if not isinstance(made, ast.ClassDef) or any(_registers(node) for node in ast.walk(made)):
        return []
    found: dict[str, None] = {}
    held: ast.expr
    modules = {name for node in ast.walk(made) for name in _made_by_a_call(node)}
    for node in ast.walk(made):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List | ast.Tuple | ast.Dict | ast.ListComp):
            held, targets = node.value, node.targets
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
            held, targets = node, [node.func.value]
            if _last_name(node.func.value) in modules:
                continue
        else:
            continue
        inside = islice(ast.walk(held), MOST_HELD)  # one append may stand in another
        layers = any(isinstance(n, ast.Call) and LAYERS.match(_last_name(n.func)) for n in inside)
        named = [t for t in targets if isinstance(t, ast.Attribute) and _is_self(t.value)]
        found |= dict.fromkeys(target.attr for target in named if layers)
    return list(found)


def _made_by_a_call(node: ast.AST) -> list[str]:
    """Attributes that are no list of Python's: self.skip = nn.Sequential() has an append that torch sees."""
    if (
        not isinstance(node, ast.Assign)
        or not isinstance(node.value, ast.Call)
        or _last_name(node.value.func) == "list"
    ):
        return []
    return [target.attr for target in node.targets if isinstance(target, ast.Attribute)]


def _registers(node: ast.AST) -> bool:
    """Whether a node of a class may make layers known to torch in a way that is not looked into."""
    if isinstance(node, ast.Call) and _last_name(node.func).endswith("Sequential"):
        return any(isinstance(argument, ast.Starred) for argument in node.args)
    word = _last_name(node) or (node.value if isinstance(node, ast.Constant) else "")
    return isinstance(word, str) and REGISTERS.search(word) is not None


@look({})
def overwritten_arguments(source: Code, name: str) -> dict[str, int]:
    """Parameters that get another value before the first use of the one that was given, with the line of it."""
    function = _plain(source, name)
    given = set(_parameters(function, receiver=False))
    found: dict[str, int] = {}
    mentioned: set[str] = set()
    for node in function.body if function else ():
        inside = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(target := node.targets[0], ast.Name):
            read = any(isinstance(n, ast.Name) and n.id == target.id for n in ast.walk(node.value))
            if target.id in given and target.id not in mentioned and not read:
                found[target.id] = node.lineno
        mentioned |= inside
    return {} if mentioned & SEE_ALL else found


@look([])
def parameters(source: Code, name: str) -> list[str]:
    """The parameters that a call of `name` fills by position, in order."""
    function = source.function(name)
    return _parameters(function, receiver=False, named_only=False) if function else []


def _plain(source: Code, name: str) -> Function | None:
    """The function behind `name`, unless a decorator may use the arguments in its own way."""
    function = source.function(name)
    if function is None or not all(map(_harmless, function.decorator_list)):
        return None
    return function


def _harmless(decorator: ast.expr) -> bool:
    if isinstance(decorator, ast.Call) and not (decorator.args or decorator.keywords):
        decorator = decorator.func
    return _last_name(decorator).endswith(HARMLESS)


def _last_name(node: ast.AST) -> str:
    """`c` of a.b.c or c; empty for anything else."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


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
        elif not (isinstance(node, ast.If) and not deep and _is_guard(node)):
            yield from ((n.id, n.lineno) for n in _outside_blocks(node) if isinstance(n.ctx, ast.Store))
            for field in ("body", "orelse", "finalbody", "handlers"):
                yield from _bound([n for n in getattr(node, field, []) if isinstance(n, ast.stmt)], deep)


def _is_guard(node: ast.If) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(node.test))


def _outside_blocks(node: ast.stmt) -> Iterator[ast.Name]:
    waiting = deque(child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt))
    while waiting:
        found = waiting.popleft()
        if isinstance(found, ast.Name):
            yield found
        waiting += [child for child in ast.iter_child_nodes(found) if not isinstance(child, ast.stmt)]


def _parsed(text: str) -> ast.Module | None:
    """None where it is no Python."""
    with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the student's strings, on the instructor's terminal
        return ast.parse(text)
    return None


def _too_much(tree: ast.AST) -> bool:
    """Whether there are too many nodes, or in nodes so deep that looking at them could end in a RecursionError."""
    level: list[ast.AST] = [tree]
    nodes = 0
    for _ in range(MOST_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        nodes += len(level)
        if nodes > MOST_NODES:
            return True
    return bool(level)


def _only_stored(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)
