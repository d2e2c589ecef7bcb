"""Mutation operators: small mistakes that people make in this field, and the usual ones.

An operator looks at one node of a syntax tree and yields what could stand there by mistake: a node, a list of
statements, or None to leave a statement out. The table at the end names them with the reason why each is there.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import NamedTuple

from grader.audit.trees import altered, called, expression, more, number, put, root, swapped

Change = ast.AST | list[ast.stmt] | None

KERNELS = {"K", "k", "kernel", "weight", "W"}
IMAGES = {"X", "x", "image", "Y", "y"}
LIBRARIES = {"np", "numpy", "torch", "math", "nn", "F"}
ACTIVATIONS = {"relu", "sigmoid", "tanh", "softmax", "log_softmax", "gelu", "leaky_relu"}
LAYERS = {"ReLU", "Sigmoid", "Tanh", "Softmax", "LogSoftmax", "Dropout", "BatchNorm2d"}
SIZES = {
    "padding", "pad", "stride", "strides", "dilation", "dilations", "kernel", "kernel_size", "size",
    "h", "w", "H", "W", "kh", "kw", "height", "width", "rows", "columns", "steps", "room",
}  # fmt: skip
OTHER_AXIS = {0: 1, 1: 0, 2: 3, 3: 2, -1: -2, -2: -1}
OTHER_NAME = {
    "max": ("mean", "min", "sum"),
    "amax": ("mean", "amin", "sum"),
    "min": ("max",),
    "sum": ("mean", "max"),
    "mean": ("sum", "max"),
    "argmax": ("argmin",),
    "max_pool2d": ("avg_pool2d",),
    "avg_pool2d": ("max_pool2d",),
    "MaxPool2d": ("AvgPool2d",),
    "AvgPool2d": ("MaxPool2d",),
    "relu": ("sigmoid", "tanh"),
    "sigmoid": ("relu", "tanh"),
    "ReLU": ("Sigmoid",),
    "Sigmoid": ("ReLU",),
    "floor": ("ceil",),
    "ceil": ("floor",),
}
OTHER_SIGN: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt,),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt,),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}


def axes(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Subscript) and (index := number(node.slice)) in OTHER_AXIS:
        yield altered(node, slice=ast.Constant(OTHER_AXIS[index]))


def order(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Tuple):
        yield from (altered(node, elts=swapped(node.elts, i)) for i in range(len(node.elts) - 1))


def flipped(node: ast.AST) -> Iterator[Change]:
    """The kernel as a factor, or as an argument of einsum, upside down or transposed, in NumPy and in torch."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        if root(node.right) in KERNELS:
            yield from (altered(node, right=wrong) for wrong in _turned(node.right))
    elif isinstance(node, ast.Call) and called(node) in ("einsum", "tensordot"):
        for i, argument in enumerate(node.args):
            if KERNELS & {name.id for name in ast.walk(argument) if isinstance(name, ast.Name)}:
                yield from (altered(node, args=put(node.args, i, wrong)) for wrong in _turned(argument))


def _turned(kernel: ast.expr) -> Iterator[ast.expr]:
    text = ast.unparse(kernel)
    yield expression(f"({text})[[*range(len({text}))][::-1]]")
    yield expression(f"({text}).T")


def transposed(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value


def renamed(node: ast.AST) -> Iterator[Change]:
    """Maximum for average, sigmoid for ReLU, floor for ceil."""
    if isinstance(node, ast.Attribute):
        yield from (altered(node, attr=name) for name in OTHER_NAME.get(node.attr, ()))


def infinity(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Attribute) and node.operand.attr == "inf":
        yield ast.Constant(0.0)
    elif isinstance(node, ast.Constant) and type(node.value) is float and node.value == 0:
        yield expression("float('-inf')")


def activation(node: ast.AST) -> Iterator[Change]:
    """An activation left out, or moved to the other side of the call around it."""
    if not isinstance(node, ast.Call):
        return
    if called(node) in LAYERS:
        yield expression("nn.Identity()")
    if not node.args or not isinstance(inner := node.args[0], ast.Call) or not inner.args:
        if called(node) in ACTIVATIONS and node.args:
            yield node.args[0]
        return
    if called(node) in ACTIVATIONS:
        yield inner
    if (called(node) in ACTIVATIONS) != (called(inner) in ACTIVATIONS):
        moved = altered(node, args=put(node.args, 0, inner.args[0]))
        yield altered(inner, args=put(inner.args, 0, moved))


def bias(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Call) and called(node) in ("Conv2d", "Linear"):
        kept = [word for word in node.keywords if word.arg != "bias"]
        had = [ast.unparse(word.value) for word in node.keywords if word.arg == "bias"]
        yield altered(node, keywords=[*kept, ast.keyword("bias", ast.Constant(had == ["False"]))])


def layers(node: ast.AST) -> Iterator[Change]:
    """Two layers of a Sequential, or two statements, in the other order; one layer left out."""
    if isinstance(node, ast.Call) and called(node) == "Sequential":
        yield from (altered(node, args=swapped(node.args, i)) for i in range(len(node.args) - 1))
        yield from (altered(node, args=[*node.args[:i], *node.args[i + 1 :]]) for i in range(len(node.args)))
    body = getattr(node, "body", None)
    if isinstance(node, ast.stmt) and isinstance(body, list):
        yield from (altered(node, body=swapped(body, i)) for i in range(len(body) - 1))


def constants(node: ast.AST) -> Iterator[Change]:
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield from (ast.Constant(wrong) for wrong in (node.value + 1, node.value - 1, 0))
    elif isinstance(node.value, float):
        yield from (ast.Constant(wrong) for wrong in (node.value + 1, node.value * 10, -node.value, 0.0))
    elif node.value is None:
        yield ast.Constant(1)


def signs(node: ast.AST) -> Iterator[Change]:
    """Another arithmetic, comparison or Boolean operator."""
    if isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp):
        yield from (altered(node, op=other()) for other in OTHER_SIGN.get(type(node.op), ()))
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield from (altered(node, ops=[other()]) for other in OTHER_SIGN.get(type(node.ops[0]), ()))


def rounding(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
        up = altered(node, left=ast.UnaryOp(ast.USub(), node.left))
        yield ast.UnaryOp(ast.USub(), up)


def operands(node: ast.AST) -> Iterator[Change]:
    """One side of a sum, product or condition left out: also the shortcut of a residual block."""
    if isinstance(node, ast.BinOp):
        yield from (node.left, node.right)
    elif isinstance(node, ast.BoolOp) and len(node.values) == 2:
        yield from node.values
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)


def conditions(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield altered(node, test=ast.UnaryOp(ast.Not(), node.test))


def statements(node: ast.AST) -> Iterator[Change]:
    """A statement left out: zero_grad too; of a `with torch.no_grad()` only the block is kept."""
    if isinstance(node, ast.With):
        yield node.body
    if isinstance(node, ast.Expr | ast.Assign | ast.AugAssign | ast.If | ast.For | ast.While | ast.With):
        yield None


def returned(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Return) and node.value is not None:
        yield altered(node, value=ast.Constant(None))


def accumulated(node: ast.AST) -> Iterator[Change]:
    """Overwritten where it should be added up."""
    if isinstance(node, ast.AugAssign):
        yield ast.copy_location(ast.Assign([node.target], node.value), node)


def arguments(node: ast.AST) -> Iterator[Change]:
    """Two positional arguments swapped, or a keyword left out."""
    if isinstance(node, ast.Call):
        yield from (altered(node, args=swapped(node.args, i)) for i in range(len(node.args) - 1))
        words = node.keywords
        yield from (altered(node, keywords=[*words[:i], *words[i + 1 :]]) for i in range(len(words)))


def calls(node: ast.AST) -> Iterator[Change]:
    """A call left out: `x.clone()` becomes x, `int(x)` becomes x."""
    if not isinstance(node, ast.Call) or called(node) in ACTIVATIONS | {"range", "len"}:
        return
    if isinstance(node.func, ast.Attribute) and root(node.func.value) not in LIBRARIES | {"self"}:
        yield node.func.value
    elif len(node.args) == 1 and not node.keywords:
        yield node.args[0]


def slices(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Slice):
        for name in ("lower", "upper", "step"):
            bound = getattr(node, name)
            if bound is not None:
                yield from (altered(node, **{name: more(bound, step)}) for step in (1, -1))
                yield altered(node, **{name: None})


def ranges(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Call) and called(node) in ("range", "arange") and node.args:
        last = min(len(node.args) - 1, 1)
        yield from (altered(node, args=put(node.args, last, more(node.args[last], step))) for step in (1, -1))
        if last == 0:
            yield altered(node, args=[ast.Constant(1), *node.args])


def sizes(node: ast.AST) -> Iterator[Change]:
    """A padding, stride or size that is one too large where it is used in a sum or handed on."""
    if isinstance(node, ast.BinOp):
        for side in ("left", "right"):
            if root(value := getattr(node, side)) in SIZES and not isinstance(value, ast.BinOp):
                yield altered(node, **{side: more(value, 1)})
    elif isinstance(node, ast.keyword) and node.arg in SIZES:
        yield altered(node, value=more(node.value, 1))


def dtypes(node: ast.AST) -> Iterator[Change]:
    """Whole numbers where fractions are needed."""
    if isinstance(node, ast.Call) and called(node) in ("zeros", "ones", "empty", "full", "asarray", "tensor"):
        kept = [word for word in node.keywords if word.arg != "dtype"]
        yield altered(node, keywords=[*kept, ast.keyword("dtype", ast.Name("int", ast.Load()))])


def spoilt(node: ast.AST) -> Iterator[Change]:
    """The image is overwritten before the function returns."""
    if isinstance(node, ast.FunctionDef) and isinstance(node.body[-1], ast.Return):
        for argument in node.args.args:
            if argument.arg in IMAGES | KERNELS:
                spoil = ast.parse(f"{argument.arg}[...] = 0").body[0]
                answer = ast.parse(f"_answer = {ast.unparse(node.body[-1].value or ast.Constant(None))}").body[0]
                end = ast.parse("return _answer", mode="exec").body[0]
                yield altered(node, body=[*node.body[:-1], answer, spoil, end])


class Operator(NamedTuple):
    """A kind of mistake."""

    name: str
    why: str
    change: Callable[[ast.AST], Iterator[Change]]


OPERATORS = (
    Operator("swap axes", "rows and columns are mixed up", axes),
    Operator("swap order", "two of several values are in the wrong order: h, w = K.shape", order),
    Operator("flip kernel", "true convolution flips the kernel, correlation does not", flipped),
    Operator("drop transpose", "a transpose is forgotten", transposed),
    Operator("rename", "maximum for average, sigmoid for ReLU, floor for ceil", renamed),
    Operator("infinity", "padding for a maximum is -inf, not 0", infinity),
    Operator("activation", "an activation is missing or in the wrong place", activation),
    Operator("bias", "a layer has no bias, or one too many", bias),
    Operator("reorder", "layers or steps are in the wrong order", layers),
    Operator("constant", "off by one, the wrong sign, the wrong rate", constants),
    Operator("operator", "< for <=, + for -, and for or", signs),
    Operator("round up", "// rounds down, ceil_mode up", rounding),
    Operator("drop operand", "half of a sum, product or condition is missing, such as the shortcut", operands),
    Operator("negate", "the condition is the wrong way round", conditions),
    Operator("drop statement", "a step is forgotten, such as zero_grad", statements),
    Operator("return None", "the result is not returned", returned),
    Operator("overwrite", "a sum is overwritten instead of added to", accumulated),
    Operator("arguments", "arguments are swapped or left out", arguments),
    Operator("drop call", "a copy, a detach or a conversion is forgotten", calls),
    Operator("slice", "a slice starts, ends or steps one off", slices),
    Operator("range", "a loop is one too long, too short or starts late", ranges),
    Operator("size", "padding, stride or size off by one", sizes),
    Operator("integers", "a result that cannot hold fractions", dtypes),
    Operator("spoil input", "the caller's image is modified", spoilt),
)
