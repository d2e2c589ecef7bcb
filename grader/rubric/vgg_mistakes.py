"""VGG blocks as a branch of steps, and the usual mistakes in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from grader.rubric.branches import NORM, Branches, Conv, Pool, Step, Steps
from grader.rubric.formulas import Args, Change, Size

POOL: Steps = (Pool("max"),)


class Block(NamedTuple):
    """How a block is put together. Without arguments as the contract has it; everything else is a mistake."""

    kernel: int = 3
    padding: int = 1
    stride: int = 1
    border: Steps = ()  # what makes the padding, where it is not of zeros
    inside: Steps = ("ReLU",)  # behind each convolution but the last
    end: Steps = ("ReLU",)  # behind the last
    between: Steps = ()  # behind that of each but the last
    pool: Steps = POOL
    before: Steps = ()
    more: int = 0  # convolutions than were asked for
    widens: str = "first"  # which convolution takes in_channels to out_channels, or all of them would
    join: str = "channels"
    last: Steps = ()
    shared: bool = False

    def channels(self, args: Args) -> int:
        width: int = args[1]
        return width

    def branches(self, args: Args) -> Branches:
        layers, inputs, outputs = args[0] + self.more, args[1], args[2]
        steps: list[Step] = [*self.before]
        for number in range(layers):
            last = number == layers - 1
            width = inputs if self.widens == "last" and not last else outputs
            steps += [*self.border, Conv(width, self.kernel, self.padding, self.stride)]
            steps += self.end if last else (*self.inside, *self.between)
        return ((*steps, *self.pool),)


CONTRACT = Block()
ONE, TWO, THREE = (1, 3, 4), (2, 3, 5), (3, 4, 6)
PROBES: tuple[tuple[Args, tuple[Size, ...]], ...] = (
    (TWO, ((8, 7), (9, 12))),
    (THREE, ((8, 9), (16, 10))),
    (ONE, ((7, 8), (5, 5))),
)
ACTIVATED = "Behind each convolution stands nn.ReLU(), behind the first and the last one too."
POOLED = "One nn.MaxPool2d(2) stands at the end of the block."
CONVOLUTION = "The convolutions are nn.Conv2d(..., 3, padding=1): such a one keeps height and width."


def mistakes() -> Iterator[Change]:
    """All that are known; of two that come to the same the first is told."""
    changes: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("No padding in the convolutions", CONVOLUTION, {"padding": 0}),
        ("Padding 2 in the convolutions", CONVOLUTION, {"padding": 2}),
        ("A stride of 2 in the convolutions", CONVOLUTION, {"stride": 2}),
        ("A stride of 2 in the convolutions instead of pooling", CONVOLUTION, {"stride": 2, "pool": ()}),
        ("5x5 kernels in the convolutions", CONVOLUTION, {"kernel": 5, "padding": 2}),
        ("1x1 kernels in the convolutions", CONVOLUTION, {"kernel": 1, "padding": 0}),
        ("No ReLU anywhere", ACTIVATED, {"inside": (), "end": ()}),
        ("No ReLU between the convolutions", ACTIVATED, {"inside": ()}),
        ("No ReLU behind the last convolution", ACTIVATED, {"end": ()}),
        (
            "A ReLU on the input",
            f"x goes through ReLU before the first convolution. {ACTIVATED}",
            {"before": ("ReLU",)},
        ),
        ("ReLU before each convolution instead of behind it", ACTIVATED, {"before": ("ReLU",), "end": ()}),
        ("No pooling", POOLED, {"pool": ()}),
        ("Average pooling where the contract has max-pooling", POOLED, {"pool": (Pool("average"),)}),
        ("A pooling behind each convolution", POOLED, {"between": POOL}),
        ("The pooling before the convolutions instead of behind them", POOLED, {"before": POOL, "pool": ()}),
        ("The pooling has stride 1", POOLED, {"pool": (Pool("max", 2, 1),)}),
        ("Pooling windows of 3x3", POOLED, {"pool": (Pool("max", 3, 2, 1),)}),
        ("Pooling windows of 3x3", POOLED, {"pool": (Pool("max", 3, 2),)}),
        ("Pooling windows of 3x3", POOLED, {"pool": (Pool("max", 3, 3),)}),
        (
            "ceil_mode in the pooling",
            f"With an odd height the last row is left out. {POOLED}",
            {"pool": (Pool("max", ceil=True),)},
        ),
        ("One convolution too many", "`layers` counts all convolutions, the first one too.", {"more": 1}),
        ("One convolution too few", "`layers` counts all convolutions, the first one too.", {"more": -1}),
        (
            "The last convolution makes out_channels, not the first",
            "The first convolution takes in_channels to out_channels; all others have out_channels on both sides.",
            {"widens": "last"},
        ),
        (
            "One convolution used several times",
            "Make a new nn.Conv2d for each layer: the same one in several places has one set of weights for all.",
            {"shared": True},
        ),
        ("A batch norm behind each convolution", ACTIVATED, {"inside": (NORM, "ReLU"), "end": (NORM, "ReLU")}),
        ("A batch norm behind each ReLU", ACTIVATED, {"inside": ("ReLU", NORM), "end": ("ReLU", NORM)}),
    )
    for title, told, fields in changes:
        yield Change(title, told, fields, common=True)
    for border in ("reflect", "replicate"):
        told = "The contract's padding is zeros, PyTorch's default: leave padding_mode out."
        yield Change(f'padding_mode="{border}" in the convolutions', told, {"border": (border,), "padding": 0})
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
        yield Change(
            f"{name[0].upper()}{name[1:]} where the contract has ReLU", ACTIVATED, {"inside": (step,), "end": (step,)}
        )
