"""The usual mistakes in the bottleneck block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grader.rubric.formulas import Change
from grader.rubric.residual_formula import Block
from grader.rubric.residual_mistakes import KEEP, activations, joins, settings, shortcuts

ON_THE_THIRD_BY_THREE = Block(
    kernels=(1, 3, 1),
    paddings=(0, 1, 0),
    strides=(False, True, False, True),
    first="norm1 relu",
    second="norm2 relu",
    third="norm3",
    expansion=4,
)
ON_THE_FIRST = ON_THE_THIRD_BY_THREE._replace(strides=(True, False, False, True))
CONTRACTS = (ON_THE_THIRD_BY_THREE, ON_THE_FIRST)
PROBES: tuple[tuple[tuple[int, ...], tuple[tuple[int, int], ...]], ...] = (
    ((12, 3), ((6, 5), (3, 3))),
    ((12, 3, 2), ((8, 7), (2, 2), (4, 4))),
    ((5, 3, 2), ((7, 8), (2, 2))),
    ((5, 3), ((6, 5), (3, 3))),
    ((3, 3), ((6, 5),)),
    ((18, 3), ((6, 5),)),
    ((1, 3), ((6, 5),)),
    ((12, 3, 3), ((9, 7), (3, 3))),
)
ORDER = "The branch is 1x1, batch norm, ReLU, 3x3, batch norm, ReLU, 1x1, batch norm; then come the addition and the last ReLU."
PLACES = ("the first 1x1 convolution", "the 3x3 convolution", "the last 1x1 convolution")


def mistakes() -> Iterator[Change]:
    """All that are known; of two that come to the same the first is told."""
    yield from _strides()
    yield from _widths()
    yield from shortcuts(ON_THE_THIRD_BY_THREE, "4 * channels")
    yield from _orders()
    yield from joins("an ordinary branch of three convolutions")
    yield from _convolutions()
    yield from settings()


def _strides() -> Iterator[Change]:
    once = (
        "The stride belongs to one convolution of the branch, the 3x3 or the first 1x1, and to the 1x1 of the shortcut."
    )
    for title, strides in (
        ("The stride on the first 1x1 and on the 3x3 convolution", (True, True, False, True)),
        ("The stride on all three convolutions", (True, True, True, True)),
        ("The stride argument is never used", (False, False, False, False)),
        ("The 1x1 convolution of the shortcut forgets the stride", (False, True, False, False)),
        ("The 1x1 convolution of the shortcut forgets the stride", (True, False, False, False)),
        ("The branch forgets the stride", (False, False, False, True)),
    ):
        yield Change(title, once, {"strides": strides}, common=True)
    yield Change(
        "The stride on the last 1x1 convolution",
        f"{once} On the last one it gives the same in eval mode, but 3x3 convolution and batch norm work on pixels that are then "
        "thrown away, and in train mode these count in the statistics.",
        {"strides": (False, False, True, True)},
    )


def _widths() -> Iterator[Change]:
    for expansion in (1, 2):
        told = f"{expansion} * channels" if expansion > 1 else "channels"
        yield Change(
            f"The last 1x1 convolution gives {told}, where the contract has 4 * channels",
            "The block narrows to `channels` inside and widens again: its last convolution and batch norm, and the shortcut, "
            "have 4 * channels.",
            {"expansion": expansion},
        )
    yield Change(
        "The shortcut compares in_channels with channels instead of 4 * channels",
        "What comes out has 4 * channels, so the shortcut is x itself where in_channels == 4 * channels and stride == 1.",
        {"projects": "for other channels than inside"},
        common=True,
    )


def _orders() -> Iterator[Change]:
    orders: tuple[tuple[str, dict[str, Any]], ...] = (
        ("ReLU before the batch norm instead of after it", {"first": "relu norm1", "second": "relu norm2"}),
        ("ReLU before the first batch norm instead of after it", {"first": "relu norm1"}),
        ("ReLU before the second batch norm instead of after it", {"second": "relu norm2"}),
        ("No ReLU between the convolutions", {"first": "norm1", "second": "norm2"}),
        ("No ReLU after the first 1x1 convolution", {"first": "norm1"}),
        ("No ReLU after the 3x3 convolution", {"second": "norm2"}),
        ("No ReLU after the addition", {"last": ""}),
        ("A ReLU before the addition and another after it", {"third": "norm3 relu"}),
        ("The last ReLU before the addition instead of after it", {"third": "norm3 relu", "last": ""}),
        ("No batch norm at all", {"first": "relu", "second": "relu", "third": ""}),
        ("No batch norm after the first 1x1 convolution", {"first": "relu"}),
        ("No batch norm after the 3x3 convolution", {"second": "relu"}),
        ("No batch norm after the last 1x1 convolution", {"third": ""}),
        ("The last batch norm after the addition instead of before it", {"third": "", "last": "norm3 relu"}),
        ("One batch norm used behind the first two convolutions", {"second": "norm1 relu"}),
    )
    for title, fields in orders:
        yield Change(title, ORDER, fields, common=True)
    before = {"before": "norm1 relu", "first": "norm2 relu", "second": "norm3 relu", "third": "", "last": ""}
    for fields in (before, {**before, "source": "before"}):
        yield Change("Batch norm and ReLU before each convolution", ORDER, fields)
    yield Change(
        "A ReLU on the input, which spoils the shortcut",
        f"The block's input goes through ReLU, in place or by x = F.relu(x), and so does the shortcut. {KEEP}",
        {"before": "relu", "spoilt": True},
    )
    yield from activations(ON_THE_THIRD_BY_THREE, "between the convolutions", ORDER)


def _convolutions() -> Iterator[Change]:
    yield Change(
        "No padding in the 3x3 convolution",
        "A 3x3 convolution keeps height and width with padding=1 alone: nn.Conv2d(channels, channels, 3, padding=1).",
        {"paddings": (0, 0, 0)},
    )
    for paddings in ((1, 1, 1), (1, 1, 0), (0, 1, 1)):
        yield Change(
            "Padding 1 in a 1x1 convolution",
            "A 1x1 convolution keeps height and width by itself: padding=1 belongs to the 3x3 convolution alone.",
            {"paddings": paddings},
        )
    for kernels in ((1, 1, 1), (1, 5, 1), (3, 3, 3), (3, 3, 1), (1, 3, 3), (3, 1, 3)):
        wrong = [place for place, (one, other) in enumerate(zip(kernels, (1, 3, 1), strict=True)) if one != other]
        size = kernels[wrong[0]]
        where = PLACES[wrong[0]] if len(wrong) == 1 else "more than one convolution"
        yield Change(
            f"{size}x{size} kernels in the place of {where} of the branch",
            "The kernels of the branch are 1x1, 3x3 and 1x1, in this order.",
            {"kernels": kernels, "paddings": tuple(kernel // 2 for kernel in kernels)},
        )
