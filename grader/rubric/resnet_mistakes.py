"""The usual mistakes in a residual block, and which of them is the student's.

The student's own parameters are put into the formula with a mistake. Where it gives the block's own outputs, and stops
with an error where the block does, for every kind of block, the block has this mistake, whatever its style: biases or
none, a batch norm in the shortcut or none, nn.Sequential or functions, in place or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from grader.authoring import expect
from grader.authoring.exercise import Mistake
from grader.authoring.expect import CheckFailure
from grader.judge.networks import Entry, Network
from grader.later import torch
from grader.rubric.resnet_formula import (
    CONTRACT,
    LOUD,
    NEAR,
    Block,
    assignments,
    formula,
    noise,
    randomised,
    stride_of,
)

# blocks and heights and widths of inputs: where branch and shortcut have different sizes, one that is a single pixel, or a
# single channel, is spread over the other, and a block that else stops with an error shows what it does
PROBES: tuple[tuple[tuple[int, ...], tuple[tuple[int, int], ...]], ...] = (
    ((4, 4), ((6, 5), (3, 3), (5, 5))),
    ((4, 4, 2), ((8, 7), (2, 2), (4, 4))),
    ((3, 6, 2), ((7, 8), (2, 2), (4, 4))),
    ((3, 6), ((6, 5), (3, 3))),
    ((6, 3), ((6, 5),)),
    ((1, 6), ((6, 5),)),
    ((4, 4, 3), ((9, 7), (3, 3))),
)
OTHERS = {
    "leaky": "Leaky ReLU",
    "leaky_0.1": "Leaky ReLU",
    "leaky_0.2": "Leaky ReLU",
    "ReLU6": "ReLU6",
    "ELU": "ELU",
    "GELU": "GELU",
    "SiLU": "SiLU",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
}
ORDER = (
    "The branch is convolution, batch norm, ReLU, convolution, batch norm; then come the addition and the last ReLU."
)
PROJECTION = (
    "Where channels or stride change the shape, the shortcut is nn.Conv2d(in_channels, out_channels, 1, stride=stride)."
)
KEEP = "Keep the block's input before the first layer, identity = x, and take the shortcut from it."


class Change(NamedTuple):
    """One mistake, as other values of a Block's fields."""

    title: str
    explanation: str
    fields: dict[str, Any]
    common: bool = False  # often met together with others


def mistakes() -> Iterator[Change]:
    """All that are known; of two that come to the same the first is told."""
    yield from _strides()
    yield from _shortcuts()
    yield from _orders()
    yield from _joins()
    yield from _borders()
    yield from _settings()


def _strides() -> Iterator[Change]:
    first = "The stride belongs to the first 3x3 convolution and to the 1x1 convolution of the shortcut."
    for title, strides in (
        ("The stride on both 3x3 convolutions", (True, True, True)),
        ("The stride on the second 3x3 convolution instead of the first", (False, True, True)),
        ("The stride argument is never used", (False, False, False)),
        ("The 1x1 convolution of the shortcut forgets the stride", (True, False, False)),
        ("The first 3x3 convolution forgets the stride", (False, False, True)),
        ("The stride on both 3x3 convolutions, and none in the shortcut", (True, True, False)),
    ):
        yield Change(title, first, {"strides": strides}, common=True)


def _shortcuts() -> Iterator[Change]:
    for projects, title in (
        ("never", "No 1x1 convolution in the shortcut: x is always added as it is"),
        ("for other channels", "The 1x1 convolution only when the channels change, not for a stride alone"),
        ("for a stride", "The 1x1 convolution only when the stride is not 1, not for other channels alone"),
        ("for more channels", "The 1x1 convolution only where channels grow, not where they shrink"),
        ("for a stride of two", "The 1x1 convolution for a stride of two, but for no other"),
        ("always", "A 1x1 convolution on every shortcut, also where the shapes agree"),
    ):
        more = "" if projects != "always" else " Where the shapes agree the shortcut is x itself."
        yield Change(
            title,
            f"{PROJECTION} Ask: if stride != 1 or in_channels != out_channels.{more}",
            {"projects": projects},
            common=True,
        )
    for reduces, title in (
        ("average", "Average pooling before the 1x1 convolution of the shortcut"),
        ("average without a rest", "Average pooling before the 1x1 convolution of the shortcut"),
        ("max", "Max pooling before the 1x1 convolution of the shortcut"),
        ("corner", "The shortcut cut to the new size instead of taking every second pixel"),
    ):
        yield Change(title, PROJECTION, {"reduces": reduces, "strides": (True, False, False)})
    for zeros in ("zeros", "zeros on both sides"):
        yield Change(
            "The shortcut subsampled and filled up with zero channels (option A)",
            f"The contract asks for a 1x1 convolution wherever the shape changes (option B). {PROJECTION}",
            {"reduces": zeros, "projects": "never"},
        )
    yield Change("The projection is a 3x3 convolution", PROJECTION, {"kernel": 3})
    for norm, number in (("norm1", "first"), ("norm2", "second")):
        yield Change(
            f"The projection shares the {number} batch norm",
            "Give the projection a batch norm of its own, or none: means and variances differ.",
            {"projected": norm},
        )
    yield Change(
        "A ReLU on the shortcut, identity included",
        "What is negative in x is lost: the shortcut carries x as it is, F(x) + x.",
        {"shortcut": "relu"},
    )
    yield Change(
        "A ReLU behind the projection",
        "The shortcut has no activation: 1x1 convolution, a batch norm if you like, then the addition, then ReLU.",
        {"shortcut": "relu behind a projection"},
    )
    for source, after in (
        ("relu", "the first ReLU"),
        ("norm", "the first batch norm"),
        ("conv", "the first convolution"),
        ("branch", "the whole branch"),
    ):
        for projects in ("needed", "never"):
            yield Change(
                f"The shortcut is taken after x was overwritten by {after}",
                f"x has gone through {after} when it is added, so the block's input never reaches the addition. {KEEP}",
                {"source": source} if projects == "needed" else {"source": source, "projects": projects},
            )
        yield Change(
            f"Where there is no projection, the shortcut is taken after {after}",
            f"Without a projection x has gone through {after} when it is added. {KEEP}",
            {"source": source, "late": True},
        )


def _orders() -> Iterator[Change]:
    for title, fields in (
        ("ReLU before the first batch norm instead of after it", {"first": "relu norm"}),
        ("No ReLU between the two convolutions", {"first": "norm"}),
        ("No ReLU after the addition", {"last": ""}),
        ("A ReLU before the addition and another after it", {"second": "norm relu"}),
        ("The last ReLU before the addition instead of after it", {"second": "norm relu", "last": ""}),
        ("A ReLU before the second batch norm", {"second": "relu norm"}),
        ("No batch norm at all", {"first": "relu", "second": ""}),
        ("No batch norm after the first convolution", {"first": "relu"}),
        ("No batch norm after the second convolution", {"second": ""}),
        ("The second batch norm after the addition instead of before it", {"second": "", "last": "norm relu"}),
        ("One batch norm used behind both convolutions", {"second": "other"}),
        ("A batch norm after the last ReLU", {"second": "", "last": "relu norm"}),
    ):
        yield Change(title, ORDER, fields, common=True)
    before = {"before": "norm relu", "first": "other relu", "second": "", "last": ""}
    for fields in (before, {**before, "source": "before"}, {**before, "last": "relu"}):
        yield Change("Batch norm and ReLU before each convolution", ORDER, fields)
    yield Change(
        "A ReLU on the input, which spoils the shortcut",
        f"The block's input goes through ReLU, in place or by x = F.relu(x), and so does the shortcut. {KEEP}",
        {"before": "relu", "spoilt": True},
    )
    yield Change("A ReLU before the first convolution", ORDER, {"before": "relu"})
    for step, name in OTHERS.items():
        told = f"The contract's activation is ReLU in both places. {ORDER}"
        yield Change(f"{name} where the contract has ReLU", told, {"first": f"norm {step}", "last": step})
        yield Change(
            f"{name} between the two convolutions, where the contract has ReLU", told, {"first": f"norm {step}"}
        )
        yield Change(f"{name} after the addition, where the contract has ReLU", told, {"last": step})


def _joins() -> Iterator[Change]:
    added = "The shortcut is added to the branch: F.relu(F(x) + shortcut(x))."
    for join, title in (
        ("nothing", "The shortcut is computed but never added"),
        ("branch minus shortcut", "Subtracts the shortcut instead of adding it"),
        ("shortcut minus branch", "Subtracts the branch from the shortcut instead of adding them"),
        ("product", "Multiplies by the shortcut instead of adding it"),
        ("mean", "Takes the mean of branch and shortcut instead of their sum"),
        ("concatenation", "Concatenates instead of adding"),
    ):
        yield Change(title, added, {"join": join})
    plain = {"join": "nothing", "projects": "never"}
    yield Change("No shortcut at all, an ordinary block of two convolutions", added, plain)


def _settings() -> Iterator[Change]:
    for eps in (0.1, 0.9, 0.99, 1.0):
        yield Change(
            f"BatchNorm2d(channels, {eps}): the second argument is eps, not the momentum",
            "The eps of a batch norm is added to the variance. Leave it out: nn.BatchNorm2d(channels).",
            {"eps": eps},
        )
    yield Change(
        "Batch norm without running statistics",
        "In eval mode too the batch norms use the statistics of the batch at hand. Leave track_running_stats out.",
        {"of_batch": True},
    )
    for shared in ("same shape", "same channels"):
        yield Change(
            "One convolution used in both places",
            "The block has one set of 3x3 weights where the contract has two: make a second convolution of its own.",
            {"shared": shared},
        )
    for kernels, name in (((1, 3), "first"), ((3, 1), "second"), ((5, 5), "two"), ((1, 1), "two")):
        size = min(kernels) if 1 in kernels else 5
        yield Change(
            f"{size}x{size} kernels in the {name} convolution{'s' * (name == 'two')} of the branch",
            "Both convolutions of the branch are nn.Conv2d(..., 3, padding=1).",
            {"kernels": kernels, "paddings": (kernels[0] // 2, kernels[1] // 2)},
        )


def _borders() -> Iterator[Change]:
    padded = "A 3x3 convolution keeps height and width with padding=1 alone: nn.Conv2d(..., 3, padding=1)."
    yield Change("No padding in the 3x3 convolutions", padded, {"paddings": (0, 0)})
    yield Change("No padding in the first 3x3 convolution", padded, {"paddings": (0, 1)})
    yield Change("No padding in the second 3x3 convolution", padded, {"paddings": (1, 0)})
    for border in ("reflect", "replicate", "circular"):
        yield Change(
            f'padding_mode="{border}" in the convolutions',
            "The contract's padding is zeros, PyTorch's default: leave padding_mode out.",
            {"border": border},
        )


class Played(NamedTuple):
    """What a student's block of one kind made of its inputs; None where it stopped with an error."""

    args: tuple[int, ...]
    entries: list[Entry]
    state: dict[str, torch.Tensor]
    outputs: list[tuple[np.ndarray, np.ndarray | None]]


def mistake(student: Any) -> Mistake | None:
    """The block's mistake by name, where it is a known one, or two of them."""
    try:
        played = [play(student, args, sizes) for args, sizes in PROBES]
    except CheckFailure as failure:
        if failure.fatal:
            raise
        return None
    if all(found is None for one in played for _, found in one.outputs):
        return None
    played.sort(key=lambda one: explains_one(CONTRACT, one))  # what is wrong tells most
    if explains_one(CONTRACT, played[0]):
        return None
    known = list(mistakes())
    common = [change for change in known if change.common]
    pairs = ((one, other) for one, other in combinations(common, 2) if not one.fields.keys() & other.fields.keys())
    for changes in (*((change,) for change in known), *pairs):
        fields = {name: value for change in changes for name, value in change.fields.items()}
        if explains(CONTRACT._replace(**fields), played):
            told = dict.fromkeys(change.explanation for change in changes)
            return Mistake("; ".join(change.title for change in changes), " ".join(told))
    return None


def play(student: Any, args: tuple[int, ...], sizes: Iterable[tuple[int, int]]) -> Played:
    """Raises CheckFailure when the block cannot be built, or gives another output the second time."""
    sample, seed = noise(student, 2, args[0], 6, 6), int(student.random.integers(1 << 31))
    block: Network = student.network("ResidualBlock", *args, sample=sample, seed=seed)
    entries = block.state()
    state = randomised(student, entries)
    block.load({name: value.float().numpy() for name, value in state.items()})
    inputs = [LOUD * noise(student, 2, args[0], *size) for size in sizes]
    outputs = [output(block, x) for x in inputs]
    if outputs[0] is not None:
        expect.close(output(block, inputs[0]), outputs[0])
    return Played(args, entries, state, list(zip(inputs, outputs, strict=True)))


def output(block: Network, x: np.ndarray) -> np.ndarray | None:
    """What the block makes of its input; None where it stops with an error."""
    try:
        return expect.floats(block.output(x))
    except CheckFailure as failure:
        if failure.fatal:
            raise
        return None


def explains(block: Block, played: Iterable[Played]) -> bool:
    """Whether the formula with these mistakes gives all the outputs, with some assignment of its parts to each block."""
    return all(explains_one(block, one) for one in played)


def explains_one(block: Block, played: Played) -> bool:
    def agrees(roles: Any) -> bool:
        return all(gives(x, output, roles) for x, output in played.outputs)

    def gives(x: np.ndarray, output: np.ndarray | None, roles: Any) -> bool:
        given, stride = torch.from_numpy(x).double(), stride_of(played.args)
        try:  # an addition in place stops where another one spreads
            wanted = formula(played.state, roles, given, stride, False, block, strict=output is None)
        except RuntimeError:  # the shapes do not fit
            return output is None
        if output is None or output.shape != tuple(wanted.shape):
            return False
        return expect.agrees(output, wanted.numpy(), tol=NEAR)

    return any(map(agrees, assignments(played.entries, played.args, block)))
