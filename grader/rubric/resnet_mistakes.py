"""The usual mistakes in the residual block of two 3x3 convolutions."""

from __future__ import annotations

from collections.abc import Iterator

from grader.rubric.formulas import Change
from grader.rubric.residual_formula import Block
from grader.rubric.residual_mistakes import KEEP, activations, joins, settings, shortcuts

CONTRACT = Block(kernels=(3, 3), paddings=(1, 1), strides=(True, False, True), first="norm1 relu", second="norm2")
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
ORDER = (
    "The branch is convolution, batch norm, ReLU, convolution, batch norm; then come the addition and the last ReLU."
)


def mistakes() -> Iterator[Change]:
    """All that are known; of two that come to the same the first is told."""
    yield from _strides()
    yield from shortcuts(CONTRACT, "out_channels")
    yield from _orders()
    yield from joins("an ordinary block of two convolutions")
    yield from _convolutions()
    yield from settings()


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


def _orders() -> Iterator[Change]:
    for title, fields in (
        ("ReLU before the first batch norm instead of after it", {"first": "relu norm1"}),
        ("No ReLU between the two convolutions", {"first": "norm1"}),
        ("No ReLU after the addition", {"last": ""}),
        ("A ReLU before the addition and another after it", {"second": "norm2 relu"}),
        ("The last ReLU before the addition instead of after it", {"second": "norm2 relu", "last": ""}),
        ("A ReLU before the second batch norm", {"second": "relu norm2"}),
        ("No batch norm at all", {"first": "relu", "second": ""}),
        ("No batch norm after the first convolution", {"first": "relu"}),
        ("No batch norm after the second convolution", {"second": ""}),
        ("The second batch norm after the addition instead of before it", {"second": "", "last": "norm2 relu"}),
        ("One batch norm used behind both convolutions", {"second": "norm1"}),
        ("A batch norm after the last ReLU", {"second": "", "last": "relu norm2"}),
    ):
        yield Change(title, ORDER, fields, common=True)
    before = {"before": "norm1 relu", "first": "norm2 relu", "second": "", "last": ""}
    for fields in (before, {**before, "source": "before"}, {**before, "last": "relu"}):
        yield Change("Batch norm and ReLU before each convolution", ORDER, fields)
    yield Change(
        "A ReLU on the input, which spoils the shortcut",
        f"The block's input goes through ReLU, in place or by x = F.relu(x), and so does the shortcut. {KEEP}",
        {"before": "relu", "spoilt": True},
    )
    yield Change("A ReLU before the first convolution", ORDER, {"before": "relu"})
    yield from activations(CONTRACT, "between the two convolutions", ORDER)


def _convolutions() -> Iterator[Change]:
    padded = "A 3x3 convolution keeps height and width with padding=1 alone: nn.Conv2d(..., 3, padding=1)."
    yield Change("No padding in the 3x3 convolutions", padded, {"paddings": (0, 0)})
    yield Change("No padding in the first 3x3 convolution", padded, {"paddings": (0, 1)})
    yield Change("No padding in the second 3x3 convolution", padded, {"paddings": (1, 0)})
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
