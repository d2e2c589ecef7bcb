"""The formula of residual blocks, and which of a student's tensors plays which part in it.

A block is a branch of convolutions with what follows each, a shortcut beside it, and their sum. Its arguments are the
channels that go in, those of the convolutions, and the stride.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, NamedTuple

from grader.authoring import expect
from grader.judge.networks import StateEntry
from grader.later import later, torch
from grader.rubric.formulas import Args
from grader.rubric.tensors import Norm, batch_norms, bias_of, kernel_shapes, kernels

MOST_PARTS = 4  # of a kind: every way of giving them their roles is tried


class Block(NamedTuple):
    """How a block is put together. A contract gives what has no default; other values are mistakes."""

    kernels: tuple[int, ...]  # of the convolutions of the branch
    paddings: tuple[int, ...]
    strides: tuple[bool, ...]  # which of them have the stride, and last whether the projection has
    first: str  # what follows the first of them: norm1, norm2, ..., and keys of ACTIVATIONS
    second: str
    third: str = ""
    expansion: int = 1  # the last one gives so many times the channels of those before it
    border: str = "zeros"
    eps: float = 1e-5  # of the batch norms
    of_batch: bool = False  # statistics of the batch in eval mode too
    before: str = ""  # what stands before the first convolution: norm1, and a key of ACTIVATIONS
    spoilt: bool = False  # that changes the input itself
    shared: str = ""  # one convolution in all places, for: same shape, or same channels
    join: str = "add"
    last: str = "relu"  # what follows the addition
    source: str = "input"  # what the shortcut starts from: the name of a value in `formula`
    late: bool = False  # from there only where the shortcut is the identity, else from the input
    projects: str = "needed"  # a key of PROJECTS
    kernel: int = 1  # of the projection
    reduces: str = "stride"  # how the shortcut gets smaller: a key of REDUCTIONS
    projected: str = "own"  # norm of the projection: its own, if it has one, or norm1, norm2, ...
    shortcut: str = ""  # what the shortcut goes through: relu always, or relu behind a projection only

    def widths(self, args: Args) -> tuple[int, ...]:
        """Channels that each convolution of the branch gives."""
        return (*(args[1],) * (len(self.kernels) - 1), args[1] * self.expansion)

    @property
    def after(self) -> tuple[str, ...]:
        """What follows each convolution of the branch."""
        return (self.first, self.second, self.third)[: len(self.kernels)]

    def projected_for(self, args: Args) -> bool:
        """Whether the shortcut has a convolution."""
        return PROJECTS[self.projects](args[0], self.widths(args)[-1], stride_of(args))


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
    "for other channels than inside": lambda channels, out, stride: 4 * channels != out or stride != 1,
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

    convolutions: tuple[str, ...]
    norms: dict[str, Norm]  # by the names that a Block gives them
    shortcut: str | None
    own: Norm | None  # the batch norm of the projection


def stride_of(args: Args) -> int:
    stride: int = args[2] if len(args) > 2 else 1
    return stride


def assignments(entries: list[StateEntry], args: Args, block: Block, right: bool) -> Iterator[Roles]:
    """Every way in which the student's tensors can play the parts of the formula."""
    channels, widths = args[0], block.widths(args)
    out = widths[-1]
    weights = kernels(entries)
    for size in {3, *block.kernels}:
        few(
            [name for name, shape in weights.items() if len(shape) == 4 and shape[2] == size],
            f"{size}x{size} convolutions",
        )
    candidates = [
        [name for name, shape in weights.items() if shape in kernel_shapes(given, taken, kernel)]
        for given, taken, kernel in zip(widths, (channels, *widths), block.kernels, strict=False)
    ]
    shortcuts = [name for name, shape in weights.items() if shape in kernel_shapes(out, channels, block.kernel)]
    few(shortcuts, f"{block.kernel}x{block.kernel} convolutions")
    norms = {width: batch_norms(entries, width, block.of_batch) for width in {channels, *widths}}
    few(norms[out], "batch norms")
    alike = block.shared == "same channels" or (
        block.shared == "same shape" and not PROJECTS["needed"](channels, out, stride_of(args))
    )
    for convolutions in product(*candidates):
        if len(set(convolutions)) != (1 if alike else len(convolutions)):
            continue
        left = [name for name in shortcuts if name not in convolutions]
        for chosen in chosen_norms(block, args, norms):
            rest = [norm for norm in norms[out] if norm not in chosen.values()]
            for name in left if block.projected_for(args) else [None]:
                own: list[Norm | None] = [*rest] if rest and name and block.projected == "own" else [None]
                for norm in own if right else {None: None, **dict.fromkeys(own)}:
                    yield Roles(convolutions, chosen, name, norm)


def few(found: list[Any], what: str) -> None:
    expect.that(len(found) <= MOST_PARTS, f"the block has {len(found)} {what}: too many to tell which is which")


def chosen_norms(block: Block, args: Args, norms: dict[int, list[Norm]]) -> Iterator[dict[str, Norm]]:
    """Every choice of different batch norms for those that the block names, by their channels."""
    widths = block.widths(args)
    places = [(block.before, args[0]), *zip(block.after, widths, strict=True), (block.last, widths[-1])]
    named: dict[str, int] = {}
    for steps, width in places:
        for step in steps.split():
            if step.startswith("norm"):
                named.setdefault(step, width)
    for chosen in product(*(norms[width] for width in named.values())):
        if len(set(chosen)) == len(chosen):
            yield dict(zip(named, chosen, strict=True))


def formula(
    state: dict[str, torch.Tensor],
    roles: Roles,
    x: torch.Tensor,
    args: Args,
    block: Block,
    train: bool = False,
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
        bias = state.get(bias_of(name))
        weight = state[name] if state[name].ndim == 4 else state[name][:, :, None, None]
        if block.border != "zeros" and padding:
            values, padding = torch.nn.functional.pad(values, (padding,) * 4, mode=block.border), 0
        return torch.nn.functional.conv2d(values, weight, bias, stride=stride if strided else 1, padding=padding)

    def through(values: torch.Tensor, steps: str) -> torch.Tensor:
        for step in steps.split():
            named = step.startswith("norm")
            values = norm(values, roles.norms[step]) if named else ACTIVATIONS[step](values)
            known["norm" if named else step] = values
        return values

    stride = stride_of(args)
    known = {"input": x, "branch": x}
    known["before"] = inner = through(x, block.before)
    start = x
    source = "before" if block.spoilt else "input" if block.late and roles.shortcut is not None else block.source
    for place, name in enumerate(roles.convolutions):
        inner = conv(inner, name, block.strides[place], block.paddings[place])
        known.setdefault("conv", inner)
        inner = through(inner, block.after[place])
        if place == 0:
            start = known.get(source, inner)
    if source == "branch":
        start = inner
    shortcut = start = REDUCTIONS[block.reduces](start, stride, inner.shape[1])
    if roles.shortcut is not None:
        shortcut = conv(start, roles.shortcut, block.strides[-1], block.kernel // 2)
        shortcut = norm(shortcut, roles.own if block.projected == "own" else roles.norms.get(block.projected))
    if block.shortcut == "relu" or (block.shortcut == "relu behind a projection" and roles.shortcut is not None):
        shortcut = torch.nn.functional.relu(shortcut)
    if strict and block.join not in ("nothing", "concatenation") and inner.shape != shortcut.shape:
        raise RuntimeError("branch and shortcut have different shapes")
    return through(JOINS[block.join](inner, shortcut), block.last)
