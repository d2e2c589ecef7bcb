"""The formula of the residual block, and which of a student's tensors plays which part in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from grader.authoring import expect
from grader.authoring.tolerance import Tolerance
from grader.judge.networks import Entry
from grader.later import later, torch

NEAR = Tolerance(1e-4, 1e-4)  # float32 against float64, some tens of products a sum
NORM_PARTS = ("weight", "bias", "running_mean", "running_var")
MOST_PARTS = 4  # of a kind: every way of giving them their roles is tried
# loud enough for variances beside which the eps of a batch norm does not matter, and for ReLU6 not to be ReLU
LOUD, SPREAD, GAIN = np.float32(3.0), 7.0, 4.0


class Norm(NamedTuple):
    """The four vectors of a batch normalisation."""

    weight: str
    bias: str
    mean: str
    variance: str


class Block(NamedTuple):
    """How a block is put together. Without arguments as the contract has it; everything else is a mistake."""

    strides: tuple[bool, bool, bool] = (True, False, True)  # of the two convolutions and the projection
    paddings: tuple[int, int] = (1, 1)
    border: str = "zeros"
    eps: float = 1e-5  # of the batch norms
    of_batch: bool = False  # statistics of the batch in eval mode too
    before: str = ""  # what stands before the first convolution: norm1, and a key of ACTIVATIONS
    spoilt: bool = False  # that changes the input itself
    shared: str = ""  # one convolution in both places, for: same shape, or same channels
    kernels: tuple[int, int] = (3, 3)
    first: str = "norm relu"  # what follows the first convolution: norm1, and a key of ACTIVATIONS
    second: str = "norm"  # what follows the second one: norm2, or norm1 where it says `other`
    join: str = "add"
    last: str = "relu"  # what follows the addition
    source: str = "input"  # what the shortcut starts from: the name of a value in `formula`
    late: bool = False  # from there only where the shortcut is the identity, else from the input
    projects: str = "needed"  # a key of PROJECTS
    kernel: int = 1  # of the projection
    reduces: str = "stride"  # how the shortcut gets smaller: a key of REDUCTIONS
    projected: str = "own"  # norm of the projection: its own, if it has one, or norm1 or norm2
    shortcut: str = ""  # what the shortcut goes through: relu always, or relu behind a projection only


CONTRACT = Block()
ACTIVATIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "relu": later("relu"),
    "leaky": later("leaky_relu"),
    "leaky_0.1": later("leaky_relu", negative_slope=0.1),
    "leaky_0.2": later("leaky_relu", negative_slope=0.2),
    "ReLU6": later("relu6"),
    "ELU": later("elu"),
    "GELU": later("gelu"),
    "SiLU": later("silu"),
    "sigmoid": later("sigmoid"),
    "tanh": later("tanh"),
}
JOINS: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "add": lambda inner, shortcut: inner + shortcut,
    "nothing": lambda inner, shortcut: inner,
    "branch minus shortcut": lambda inner, shortcut: inner - shortcut,
    "shortcut minus branch": lambda inner, shortcut: shortcut - inner,
    "product": lambda inner, shortcut: inner * shortcut,
    "mean": lambda inner, shortcut: (inner + shortcut) / 2,
    "concatenation": lambda inner, shortcut: torch.cat((inner, shortcut), dim=1),
}
PROJECTS: dict[str, Callable[[int, int, int], bool]] = {  # by channels in, channels out and stride
    "needed": lambda channels, out, stride: channels != out or stride != 1,
    "always": lambda channels, out, stride: True,
    "never": lambda channels, out, stride: False,
    "for other channels": lambda channels, out, stride: channels != out,
    "for a stride": lambda channels, out, stride: stride != 1,
    "for more channels": lambda channels, out, stride: channels < out or stride != 1,
    "for a stride of two": lambda channels, out, stride: channels != out or stride == 2,
}


REDUCTIONS: dict[str, Callable[[torch.Tensor, int, int], torch.Tensor]] = {  # by stride and channels out
    "stride": lambda x, stride, out: x,
    "average": lambda x, stride, out: torch.nn.functional.avg_pool2d(x, stride, ceil_mode=True),
    "average without a rest": lambda x, stride, out: torch.nn.functional.avg_pool2d(x, stride),
    "max": lambda x, stride, out: torch.nn.functional.max_pool2d(x, stride, ceil_mode=True),
    "corner": lambda x, stride, out: x[:, :, : -(-x.shape[2] // stride), : -(-x.shape[3] // stride)],
    "zeros": lambda x, stride, out: torch.nn.functional.pad(
        x[:, :, ::stride, ::stride], (0, 0, 0, 0, 0, max(0, out - x.shape[1]))
    ),
    "zeros on both sides": lambda x, stride, out: torch.nn.functional.pad(
        x[:, :, ::stride, ::stride], (0, 0, 0, 0, (out - x.shape[1]) // 2, (out - x.shape[1] + 1) // 2)
    ),
}


class Roles(NamedTuple):
    """Which of the student's tensors plays which part, by name."""

    first: str
    norm1: Norm | None
    second: str
    norm2: Norm | None
    shortcut: str | None
    norm3: Norm | None


def noise(student: Any, *sizes: int) -> np.ndarray:
    """Standard normal noise, float32."""
    found: np.ndarray = student.random.standard_normal(sizes).astype("float32")
    return found


def stride_of(args: tuple[int, ...]) -> int:
    return args[2] if len(args) > 2 else 1


def needs_none(args: tuple[int, ...]) -> bool:
    """Whether the shortcut of such a block is the identity."""
    return not projects(CONTRACT, args)


def projects(block: Block, args: tuple[int, ...]) -> bool:
    """Whether the block's shortcut has a convolution."""
    return PROJECTS[block.projects](args[0], args[1], stride_of(args))


def randomised(student: Any, entries: list[Entry]) -> dict[str, torch.Tensor]:
    """Random values for everything a block keeps, float64: batch norms get about what LOUD inputs give them."""
    state = {}
    for entry in entries:
        if entry.values.dtype.kind != "f":
            continue
        draw = np.asarray(student.random.standard_normal(entry.values.shape))
        last = entry.name.rpartition(".")[2]
        if "var" in last:
            draw = SPREAD**2 * (np.abs(draw) + 0.5)
        elif entry.values.ndim == 4:
            draw = SPREAD / LOUD * draw / math.sqrt(max(1, math.prod(entry.values.shape[1:])))
        elif last == "weight":
            draw = GAIN + draw
        state[entry.name] = torch.from_numpy(np.asarray(draw, dtype="float32").astype("float64"))
    return state


def assignments(entries: list[Entry], args: tuple[int, ...], block: Block = CONTRACT) -> Iterator[Roles]:
    """Every way in which the student's tensors can play the parts of the formula."""
    channels, out = args[:2]
    shapes = {entry.name: entry.values.shape for entry in entries if entry.values.dtype.kind == "f"}
    weights = {n: s for n, s in shapes.items() if shapes.get(f"{n.removesuffix('weight')}bias", (out,)) == (out,)}
    square = {name: shape[2] for name, shape in weights.items() if len(shape) == 4 and shape[2] == shape[3]}
    wide = [name for name, size in square.items() if size == 3]
    pointwise = [name for name, shape in weights.items() if shape in pointwise_shapes(out, channels)]
    norms = batch_norms(entries, out, block)
    for found, what in ((wide, "3x3 convolutions"), (pointwise, "1x1 convolutions"), (norms, "batch norms")):
        expect.that(len(found) <= MOST_PARTS, f"the block has {len(found)} {what}: too many to tell which is which")
    firsts, seconds = ([name for name, size in square.items() if size == kernel] for kernel in block.kernels)
    one = block.shared == "same channels" or (block.shared == "same shape" and needs_none(args))
    for first, second in product(firsts, seconds):
        if shapes[first][:2] != (out, channels) or shapes[second][:2] != (out, out) or (first == second) != one:
            continue
        others = [name for name in wide if name not in (first, second) and shapes[name][:2] == (out, channels)]
        shortcuts: list[str | None] = [None]
        if projects(block, args):
            shortcuts = [*(pointwise if block.kernel == 1 else others)]
        for norm1, norm2 in norm_pairs(
            batch_norms(entries, channels, block) if "norm" in block.before else norms, norms, block
        ):
            rest: list[Norm | None] = [norm for norm in norms if norm not in (norm1, norm2)]
            for name in shortcuts:
                own = rest if rest and name and block.projected == "own" else [None]
                for norm3 in own if block == CONTRACT else {None: None, **dict.fromkeys(own)}:
                    yield Roles(first, norm1, second, norm2, name, norm3)


def norm_pairs(ones: list[Norm], twos: list[Norm], block: Block) -> Iterator[tuple[Norm | None, Norm | None]]:
    """Every choice of norm1 and norm2, where the block has them."""
    own = f"{block.before} {block.first}".split()
    one = "norm" in own or "other" in block.second
    two = "norm" in f"{block.second} {block.last}".split() or "other" in own
    for norm1, norm2 in product(ones if one else [None], twos if two else [None]):
        if norm1 is None or norm1 != norm2:
            yield norm1, norm2


def pointwise_shapes(out: int, channels: int) -> tuple[tuple[int, ...], ...]:
    """Shapes of a 1x1 convolution's weights: a linear layer over the channels is one too."""
    return (out, channels, 1, 1), (out, channels)


def batch_norms(entries: list[Entry], out: int, block: Block = CONTRACT) -> list[Norm]:
    """The batch normalisations of `out` channels: by torch's names, else by the order they were registered in."""
    shapes = ((out,), (1, out, 1, 1))
    wide = [entry.name for entry in entries if entry.values.ndim == 4 and entry.name.endswith("weight")]
    biases = {f"{name.removesuffix('weight')}bias" for name in wide}
    floats = [entry for entry in entries if entry.values.dtype.kind == "f" and entry.name not in biases]
    vectors = [entry for entry in floats if entry.values.shape in shapes]
    names = {entry.name for entry in vectors}
    prefixes = [name.removesuffix("running_mean") for name in sorted(names) if name.endswith("running_mean")]
    named = [Norm(*(f"{prefix}{part}" for part in NORM_PARTS)) for prefix in prefixes]
    if named := [norm for norm in named if names.issuperset(norm)]:
        return named
    learned = [entry.name for entry in vectors if entry.kind == "parameter"]
    tracked = [entry.name for entry in vectors if entry.kind == "buffer"]
    if block.of_batch and not tracked:
        return [Norm(*names, "", "") for names in zip(learned[::2], learned[1::2], strict=False)]
    pairs = zip(learned[::2], learned[1::2], tracked[::2], tracked[1::2], strict=False)
    return [Norm(*names) for names in pairs]


def formula(
    state: dict[str, torch.Tensor],
    roles: Roles,
    x: torch.Tensor,
    stride: int,
    train: bool,
    block: Block = CONTRACT,
    strict: bool = False,
) -> torch.Tensor:
    """ReLU(F(x) + shortcut(x)) with the student's tensors in their parts, in float64; or what `block` makes of it.

    train: with the statistics of the batch, which take the place of the running ones in `state`. Raises RuntimeError
    where the shapes of a mistaken block do not fit; `strict`: also where one would be spread over the other.
    """

    def norm(values: torch.Tensor, part: Norm | None) -> torch.Tensor:
        if part is None:
            return values
        weight, bias = state[part.weight].flatten(), state[part.bias].flatten()
        if block.of_batch:
            return torch.nn.functional.batch_norm(values, None, None, weight, bias, training=True, eps=block.eps)
        mean, variance = (state[name].flatten().detach().clone() for name in (part.mean, part.variance))
        result = torch.nn.functional.batch_norm(
            values, mean, variance, weight, bias, training=train, momentum=1.0, eps=block.eps
        )
        if train:  # with a momentum of 1 they have become the batch's own
            state[part.mean], state[part.variance] = mean, variance
        return result

    def conv(values: torch.Tensor, name: str, strided: bool, padding: int) -> torch.Tensor:
        bias = state.get(f"{name.removesuffix('weight')}bias") if name.endswith("weight") else None
        weight = state[name] if state[name].ndim == 4 else state[name][:, :, None, None]
        if block.border != "zeros" and padding:
            values, padding = torch.nn.functional.pad(values, (padding,) * 4, mode=block.border), 0
        return torch.nn.functional.conv2d(values, weight, bias, stride=stride if strided else 1, padding=padding)

    def through(values: torch.Tensor, steps: str, own: Norm | None, other: Norm | None) -> torch.Tensor:
        for step in steps.split():
            if step in ("norm", "other"):
                values = norm(values, own if step == "norm" else other)
            else:
                values = ACTIVATIONS[step](values)
            known[step] = values
        return values

    known = {"input": x, "branch": x}
    known["before"] = inner = through(x, block.before, roles.norm1, roles.norm2)
    known["conv"] = inner = conv(inner, roles.first, block.strides[0], block.paddings[0])
    inner = through(inner, block.first, roles.norm1, roles.norm2)
    source = "before" if block.spoilt else "input" if block.late and roles.shortcut is not None else block.source
    start = known.get(source, inner)
    inner = conv(inner, roles.second, block.strides[1], block.paddings[1])
    inner = through(inner, block.second, roles.norm2, roles.norm1)
    if source == "branch":
        start = inner
    shortcut = start = REDUCTIONS[block.reduces](start, stride, inner.shape[1])
    if roles.shortcut is not None:
        shortcut = conv(start, roles.shortcut, block.strides[2], block.kernel // 2)
        shortcut = norm(shortcut, {"own": roles.norm3, "norm1": roles.norm1, "norm2": roles.norm2}[block.projected])
    if block.shortcut == "relu" or (block.shortcut == "relu behind a projection" and roles.shortcut is not None):
        shortcut = torch.nn.functional.relu(shortcut)
    if strict and block.join not in ("nothing", "concatenation") and inner.shape != shortcut.shape:
        raise RuntimeError("branch and shortcut have different shapes")
    return through(JOINS[block.join](inner, shortcut), block.last, roles.norm2, roles.norm1)
