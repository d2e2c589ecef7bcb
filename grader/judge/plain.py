"""Whether student code keeps anything between two calls, as its text tells: then no check's result depends on another's.

Plain is a file of imports, constants and functions that use nothing but these, their arguments and what NumPy and torch
compute of them. Whatever is not known to be harmless (a class, a decorator, a random number, memory that was not
initialised, a name that is not on the list) makes a file not plain, which costs time and nothing else.
"""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Collection, Iterable, Iterator

from grader.judge.reading import Code, Function

LIBRARIES = {"__future__", "collections.abc", "itertools", "math", "numbers", "typing"}  # all of these
# of these what is in PURE
PARTS = {"operator", "torch", "torch.nn", "torch.nn.functional", "numpy", "numpy.lib.stride_tricks"}
# attributes and methods that depend on their arguments alone
PURE_NAMES = """T Tensor abs add amax amin arange argmax argmin argwhere array asarray ascontiguousarray as_tensor astype at
    allclose avg_pool2d append any all bool broadcast_arrays broadcast_to bmm cat ceil chunk clamp clip clone concatenate
    conj contiguous copy correlate count count_nonzero cpu cumsum detach device diag dim div dot double dtype einsum
    equal exp expand expand_dims extend eye fft fft2 finfo flatnonzero flatten flip fliplr flipud float float16 float32
    float64 floor fold from_numpy fsum full full_like functional gather get half hstack ifft2 imag index indices inf
    insert int int8 int16 int32 int64 integer irfft2 is_contiguous is_floating_point is_tensor isfinite isinf isnan
    isscalar issubdtype item items ix_ keys kernel kron lib linspace log long mT matmul max max_pool1d max_pool2d
    maximum mean median meshgrid min minimum mm moveaxis movedim mul multiply nan nan_to_num nanmax nanmean nanmin
    nansum narrow ndarray ndim ndindex ndenumerate new_full new_ones new_tensor new_zeros newaxis nn no_grad nonzero
    numel numpy ogrid ones ones_like outer pad permute pi pop pow prod product promote_types ravel real relu remainder
    repeat reshape result_type rfft2 rint roll rot90 round scatter shape sign size sliding_window_view sort split sqrt
    square squeeze stack std stride stride_tricks strides sub subtract sum swapaxes t take_along_axis tensor
    tensor_split tensordot tile to tobytes tolist topk trace transpose tril triu type uint8 unflatten unfold unravel_index
    unsqueeze values var view view_as vstack where zeros zeros_like zip_longest zero_ add_ fill fill_ copy_ sub_ mul_
    requires_grad backward grad conv2d conv_transpose2d convolution correlate2d dilation"""
PURE = frozenset(PURE_NAMES.split())
# of Python's own
CALLED_NAMES = """ArithmeticError AssertionError BaseException Ellipsis Exception False IndexError KeyError None NotImplemented
    NotImplementedError OverflowError RuntimeError StopIteration True TypeError ValueError ZeroDivisionError abs all any
    bool complex dict divmod enumerate filter float frozenset int isinstance iter len list map max min next pow print
    range reversed round set slice sorted str sum tuple zip"""
CALLED = frozenset(CALLED_NAMES.split())
ENCODING = re.compile(r"[ \t\f]*#.*?coding[:=]")
MODULE_NAMES = frozenset(["__name__", "__file__", "__doc__"])


def is_plain(source: Code, functions: Collection[str]) -> bool:
    """Whether calls of these functions of the file leave nothing behind for later ones."""
    try:
        return _is_plain(source, functions)
    except Exception:  # no source, however odd, is worth a grading
        return False


def _is_plain(source: Code, functions: Collection[str]) -> bool:
    if any(ENCODING.match(line) and "utf-8" not in line.lower() for line in source.lines[:2]):
        return False  # Python may read another text than we do
    body = [node for node in source.tree.body if not _never_runs(node)]
    if not body or not all(map(_is_known, body)) or not all(map(_is_harmless, _inside(body))):
        return False
    other = {name for node in body for name, keeps in _bound(node) if keeps}
    if other.intersection(functions):
        return False
    table = symtable.symtable(source.text, "submission", "exec")
    return other.isdisjoint(_globals(table.get_children()))


def _never_runs(node: ast.stmt) -> bool:
    """`if __name__ == "__main__":`"""
    return isinstance(node, ast.If) and not node.orelse and ast.unparse(node.test) == "__name__ == '__main__'"


def _is_known(node: ast.stmt) -> bool:
    """What may stand at the top level."""
    if isinstance(node, ast.Assign):
        return all(isinstance(target, ast.Name) for target in node.targets)
    if isinstance(node, ast.FunctionDef):
        return not node.decorator_list and _is_steady(node)
    return isinstance(node, ast.Import | ast.ImportFrom | ast.Expr)


def _inside(body: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    return (each for node in body for each in ast.walk(node))


def _is_harmless(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in PURE and isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Import):
        return all(alias.name in LIBRARIES | PARTS for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        names = [alias.name for alias in node.names]
        pure = node.module in LIBRARIES or (node.module in PARTS and PURE.issuperset(names))
        runs = node.module == "typing" and any(name[:1].islower() for name in names)  # as get_type_hints does a text
        return not node.level and pure and "*" not in names and not runs
    if isinstance(node, Function):
        return not node.decorator_list and isinstance(node, ast.FunctionDef)
    if isinstance(node, ast.Name):
        special = node.id.startswith("__") and node.id not in MODULE_NAMES
        return not special and (node.id in CALLED or not hasattr(builtins, node.id))
    return not isinstance(node, ast.Global | ast.Nonlocal | ast.ClassDef | ast.Await | ast.AsyncFor | ast.AsyncWith)


def _bound(node: ast.stmt) -> Iterator[tuple[str, bool]]:
    """Names that a statement of the top level binds, each with whether something may be kept in it."""
    if isinstance(node, ast.FunctionDef):
        yield node.name, False
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name.partition(".")[0], False) for alias in node.names)
    else:
        steady = isinstance(node, ast.Assign) and _is_steady(node.value)
        names = (each for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store))
        yield from ((each.id, not steady) for each in names)


def _is_steady(value: ast.AST) -> bool:
    """A value that cannot change: a number, a text, a tuple of such, a function whose defaults are such."""
    if isinstance(value, ast.FunctionDef | ast.Lambda):
        given = value.args
        return all(map(_is_steady, [*given.defaults, *(one for one in given.kw_defaults if one is not None)]))
    if isinstance(value, ast.Tuple):
        return all(map(_is_steady, value.elts))
    if isinstance(value, ast.UnaryOp):
        return _is_steady(value.operand)
    if isinstance(value, ast.BinOp):
        return _is_steady(value.left) and _is_steady(value.right)
    return isinstance(value, ast.Constant)


def _globals(tables: Iterable[symtable.SymbolTable]) -> Iterator[str]:
    """Names of the top level that are read inside of functions, the guarded ones' included."""
    for table in tables:
        yield from (symbol.get_name() for symbol in table.get_symbols() if symbol.is_global())
        yield from _globals(table.get_children())
