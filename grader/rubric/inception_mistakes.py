"""Inception modules as branches, and the usual mistakes in them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any, NamedTuple

from grader.rubric.branches import NORM, Branches, Conv, Pool, Steps
from grader.rubric.formulas import Args, Change, Size

ACTIVE = ("ReLU",)  # behind a convolution
NAMES = ("the 1x1 branch", "the 3x3 branch", "the 5x5 branch", "the pooling branch")


class Module(NamedTuple):
    """How a module is put together. Without arguments as the contract has it; everything else is a mistake."""

    reduced: Steps = ACTIVE  # behind the 1x1 convolution of a reduction
    ends: tuple[Steps, Steps, Steps, Steps] = (ACTIVE,) * 4  # behind the last convolution of each branch
    kernels: tuple[int, int] = (3, 5)
    paddings: tuple[int, int] = (1, 2)
    pool: Steps = (Pool("max", 3, 1, 1),)
    pool_last: bool = False  # behind the projection
    without: str = "pooled"  # what the last branch is without its projection: also input, projected, or nothing
    reduces: str = "pairs"  # always: to the plain number too; never; exchanged: the second number of a pair comes first
    order: tuple[int, ...] = (0, 1, 2, 3)
    join: str = "channels"
    before: Steps = ()  # what x itself goes through
    last: Steps = ()
    shared: bool = False

    def channels(self, args: Args) -> int:
        width: int = args[0]
        return width

    def branches(self, args: Args) -> Branches:
        _, c1, c2, c3, c4 = args
        if c4 is None and self.without == "projected":
            c4 = args[0]
        projection: Steps = () if c4 is None else (Conv(c4), *self.ends[3])
        pool = () if c4 is None and self.without == "input" else self.pool
        found = (
            (Conv(c1), *self.ends[0]),
            self.branch(c2, 0),
            self.branch(c3, 1),
            (*projection, *pool) if self.pool_last else (*pool, *projection),
        )
        there = [i for i in self.order if i != 3 or c4 is not None or self.without != "nothing"]
        return tuple((*self.before, *found[i]) for i in there)

    def branch(self, width: Any, number: int) -> Steps:
        """The 3x3 or the 5x5 branch."""
        reduced, out = width if isinstance(width, tuple) else (width, width)
        if self.reduces == "exchanged":
            reduced, out = out, reduced
        reduction = self.reduces == "always" or (isinstance(width, tuple) and self.reduces != "never")
        own = Conv(out, self.kernels[number], self.paddings[number])
        return (*((Conv(reduced), *self.reduced) if reduction else ()), own, *self.ends[number + 1])


CONTRACT = Module()
FULL, PLAIN, MIXED, LAST = (6, 4, (3, 5), (2, 7), 8), (6, 4, 5, 7, None), (5, 3, 4, (2, 6), 7), (5, 3, (4, 6), 2, None)
ALIKE = (5, 4, (2, 4), (3, 4), 4)
PROBES: tuple[tuple[Args, tuple[Size, ...]], ...] = tuple(
    (args, ((6, 5), (7, 7))) for args in (FULL, ALIKE, PLAIN, MIXED, LAST)
)
CONCATENATED = (
    "The four results are put behind each other: torch.cat([...], dim=1), in the order 1x1, 3x3, 5x5, pooling."
)
ACTIVATED = "Behind each convolution stands a ReLU, behind the 1x1 of a reduction too."
WITHOUT = (
    "Plain numbers for c2 and c3 mean no 1x1 convolution before the branch's own, None for c4 none behind the pooling."
)


def mistakes() -> Iterator[Change]:
    """All that are known; of two that come to the same the first is told."""
    yield from _activations()
    yield from _joins()
    yield from _widths()
    yield from _poolings()
    yield from _convolutions()


def _activations() -> Iterator[Change]:
    none: tuple[Steps, ...] = ((),) * 4
    changes: tuple[tuple[str, dict[str, Any]], ...] = (
        ("No ReLU anywhere", {"reduced": (), "ends": none}),
        ("No ReLU behind the 1x1 convolutions of the reductions", {"reduced": ()}),
        ("No ReLU at the ends of the branches", {"ends": none}),
        ("ReLU only once, on the concatenated result", {"reduced": (), "ends": none, "last": ACTIVE}),
    )
    for title, fields in changes:
        yield Change(title, ACTIVATED, fields, common=True)
    for number, name in enumerate(NAMES):
        ends = tuple(() if i == number else ACTIVE for i in range(4))
        yield Change(f"No ReLU at the end of {name}", ACTIVATED, {"ends": ends})
    for step in (
        "leaky ReLU",
        "leaky ReLU (0.1)",
        "leaky ReLU (0.2)",
        "ReLU6",
        "ELU",
        "GELU",
        "SiLU",
        "sigmoid",
        "tanh",
    ):
        name = step.partition(" (")[0]
        other = {"reduced": (step,), "ends": ((step,),) * 4}
        yield Change(f"{name[0].upper()}{name[1:]} where the contract has ReLU", ACTIVATED, other, common=True)
    for norm in ((NORM, "ReLU"), ("ReLU", NORM)):
        yield Change(
            "A batch norm behind each convolution",
            "GoogLeNet's module is older than batch normalisation: behind each convolution stands ReLU alone.",
            {"reduced": norm, "ends": (norm,) * 4},
            common=True,
        )
    yield Change(
        "A ReLU on the input",
        "x goes through ReLU before the branches, in place or by x = F.relu(x): what is negative in it is lost. Take it out.",
        {"before": ACTIVE},
    )
    yield Change(
        "A ReLU on the concatenated result, pooled values included",
        "Where c4 is None, the pooled x has no convolution behind it, and so no ReLU.",
        {"last": ACTIVE},
    )


def _joins() -> Iterator[Change]:
    for join, title in (
        ("sum", "Adds the branches up instead of concatenating them"),
        ("mean", "Takes the mean of the branches instead of concatenating them"),
        ("maximum", "Takes the maximum of the branches instead of concatenating them"),
        ("batch", "Concatenates over the batch, dim=0, instead of the channels"),
        ("height", "Concatenates over the height, dim=2, instead of the channels"),
        ("width", "Concatenates over the width, dim=3 or -1, instead of the channels"),
    ):
        yield Change(title, CONCATENATED, {"join": join})
    for order in [order for order in permutations(range(4)) if order != CONTRACT.order]:
        yield Change("The branches are concatenated in another order", CONCATENATED, {"order": order})
    for left in range(4):
        order = tuple(i for i in range(4) if i != left)
        yield Change(
            f"{NAMES[left][0].upper()}{NAMES[left][1:]} is missing from the result", CONCATENATED, {"order": order}
        )


def _widths() -> Iterator[Change]:
    for reduces, title, told in (
        ("always", "A reduction also where c2 or c3 is a plain number", WITHOUT),
        ("never", "No reductions, also where c2 and c3 are pairs", "In a pair the first number is the reduction's."),
        (
            "exchanged",
            "The two numbers of a pair are exchanged",
            "In (c2r, c2) the 1x1 convolution has the first number.",
        ),
    ):
        yield Change(title, told, {"reduces": reduces}, common=True)
    for without, title in (
        ("nothing", "No pooling branch where c4 is None"),
        ("input", "x itself in place of the pooled x where c4 is None"),
        ("projected", "A 1x1 convolution behind the pooling also where c4 is None"),
    ):
        yield Change(title, WITHOUT, {"without": without}, common=True)


def _poolings() -> Iterator[Change]:
    pooling = "The pooling is nn.MaxPool2d(3, stride=1, padding=1), and stands before its 1x1 convolution."
    changes: tuple[tuple[str, dict[str, Any]], ...] = (
        ("Average pooling where the contract has max-pooling", {"pool": (Pool("average", 3, 1, 1),)}),
        ("The pooling pads with zeros, which win over negative values", {"pool": ("zeros", Pool("max", 3, 1))}),
        ("Pooling windows of 5x5 instead of 3x3", {"pool": (Pool("max", 5, 1, 2),)}),
        ("No pooling before the last 1x1 convolution", {"pool": ()}),
        ("The 1x1 convolution before the pooling instead of behind it", {"pool_last": True}),
    )
    for title, fields in changes:
        yield Change(title, pooling, fields, common=True)


def _convolutions() -> Iterator[Change]:
    for title, kernels in (
        ("3x3 kernels in the 5x5 branch", (3, 3)),
        ("3x3 and 5x5 kernels exchanged", (5, 3)),
        ("5x5 kernels in the 3x3 branch", (5, 5)),
        ("7x7 kernels in the 5x5 branch", (3, 7)),
        ("1x1 kernels in the 3x3 branch", (1, 5)),
        ("1x1 kernels in the 5x5 branch", (3, 1)),
    ):
        yield Change(
            title,
            "The second branch has a 3x3 convolution with padding 1, the third a 5x5 convolution with padding 2.",
            {"kernels": kernels, "paddings": (kernels[0] // 2, kernels[1] // 2)},
        )
