"""Exercise global_head: the mean over height and width, then a linear layer. x (N, C, H, W) with any H and W.

The student's own parameters are put into the formula: a 1x1 convolution before the mean comes to the same, and is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from grader.authoring.exercise import Mistake, exercise
from grader.rubric.branches import NORM, Branches, Conv, Pool, Steps, assignments, formula
from grader.rubric.formulas import (
    Args,
    Change,
    Formula,
    Size,
    counted,
    fits,
    leaves_input,
    matching,
    mistake,
    same_gradients,
    same_in_train_mode,
)

FEW, MANY = (5, 3), (3, 7)
SIZES = (2, 7, 7), (2, 4, 9), (3, 1, 1), (1, 6, 5), (1, 1, 8), (2, 12, 2)

global_head = exercise(
    "global_head",
    title="A head for any size",
    classes={"GlobalHead": "reference.global_head:GlobalHead"},
    batches={"GlobalHead": [(args, (size[0], args[0], *size[1:])) for args in (FEW, MANY) for size in SIZES]},
    lesson="Dive into Deep Learning 8.3: Network in Network (NiN)",
    about="GlobalHead(in_channels, classes): the mean over H and W, then a linear layer: any H and W in, (N, classes) out; "
    "equals an average pooling with a window as large as the map.",
)


class Head(NamedTuple):
    """How a head is put together. Without arguments as the contract has it; everything else is a mistake."""

    before: Steps = ()
    pools: Steps = ("mean",)
    between: Steps = ()
    last: Steps = ()  # behind the linear layer
    linear_first: bool = False  # a 1x1 convolution, and the pooling behind it
    join: str = "channels"
    shared: bool = False

    def channels(self, args: Args) -> int:
        width: int = args[0]
        return width

    def branches(self, args: Args) -> Branches:
        steps = (*self.before, *self.pools, *self.between, Conv(args[1]))
        if self.linear_first:
            steps = (*self.before, Conv(args[1]), *self.between, *self.pools)
        return (steps,)


CONTRACT = Head()
PROBES: tuple[tuple[Args, tuple[Size, ...]], ...] = ((FEW, ((7, 6), (1, 1), (4, 9))), (MANY, ((8, 8), (3, 2))))
POOLED = "Each channel becomes its mean over height and width: x.mean(dim=(2, 3)), or nn.AdaptiveAvgPool2d(1) and flatten(1)."
LOGITS = (
    "The head ends in the linear layer: its results are logits, and nn.CrossEntropyLoss applies log_softmax itself."
)
NOTHING_BETWEEN = "Between the mean and the linear layer stands nothing."


def mistakes() -> Iterator[Change]:
    """All that are known; of two that come to the same the first is told."""
    pools = (
        ("Global max-pooling where the contract has the mean", "largest"),
        ("The sum over height and width instead of the mean", "sum"),
        ("The sum divided by 49, whatever the size", "sum over 49"),
        ("One pixel of each channel instead of the mean", "first pixel"),
        ("One pixel of each channel instead of the mean", "middle pixel"),
        ("The root of the mean square instead of the mean", "root of the mean square"),
        ("The mean over the height only, of the first column", "mean over the height"),
    )
    for linear_first in (False, True):
        for title, step in pools:
            yield Change(title, POOLED, {"pools": (step,), "linear_first": linear_first}, common=not linear_first)
        for step in ("ReLU", "sigmoid", "tanh", "leaky ReLU", "GELU"):
            between = {"between": (step,), "linear_first": linear_first}
            where = (
                "between the 1x1 convolution and the mean" if linear_first else "between the mean and the linear layer"
            )
            yield Change(f"{step[0].upper()}{step[1:]} {where}", NOTHING_BETWEEN, between, common=not linear_first)
    for step in ("softmax", "log_softmax", "sigmoid", "ReLU", "tanh"):
        yield Change(f"{step[0].upper()}{step[1:]} behind the linear layer", LOGITS, {"last": (step,)}, common=True)
    yield Change(
        "ReLU on the input", f"x goes through ReLU before the mean. {POOLED}", {"before": ("ReLU",)}, common=True
    )
    for kind in ("max", "average"):
        yield Change(f"{kind.capitalize()}-pooling before the mean", POOLED, {"before": (Pool(kind),)})
    yield Change("A batch norm on the input", NOTHING_BETWEEN, {"before": (NORM,)})


def parts(args: Args) -> str:
    """What such a head is made of."""
    return f"one nn.Linear of {args[0]} to {args[1]}"


HEAD = Formula("GlobalHead", (CONTRACT, Head(linear_first=True)), CONTRACT.channels, assignments, formula, parts)


def recognise(student: Any) -> Mistake | None:
    return mistake(student, HEAD, PROBES, mistakes())


global_head.recognise = recognise


@global_head.check(
    points=0, live=True, hint="The mean over H and W leaves (N, in_channels); the linear layer makes classes of it."
)
def runs(student: Any) -> None:
    """Maps of 7x7 become (N, classes).

    Why: one number for each class and image.
    Wrong: return self.fc(x.mean(dim=(2, 3), keepdim=True))
    Right: return self.fc(x.mean(dim=(2, 3)))
    """
    fits(student, HEAD, FEW, ((2, 7, 7), (4, 7, 7)), wanted(FEW))


@global_head.check(
    points=1, live=True, needs=["runs"], hint="No window, view or squeeze may know a height, a width or a batch size."
)
def any_size(student: Any) -> None:
    """Any height and width, and a single image too, become (N, classes).

    Why: this is what the head is for: a dense layer on flattened maps knows one size only.
    Wrong: F.avg_pool2d(x, 7), or x.squeeze(), which takes the batch axis of a single image along
    Right: x.mean(dim=(2, 3))
    """
    for args in (FEW, MANY):
        fits(student, HEAD, args, SIZES, wanted(args))


@global_head.check(points=1, live=True, needs=["any_size"], hint="One nn.Linear(in_channels, classes), with its bias.")
def parameters(student: Any) -> None:
    """The head has in_channels * classes weights and a bias for each class.

    Why: that it is so small is the other reason for it: height and width do not multiply the weights.
    Wrong: nn.Linear(in_channels * 7 * 7, classes)
    Right: nn.Linear(in_channels, classes)
    """
    for args in (FEW, MANY):
        counted(student, HEAD, args, {args[0] * args[1] + args[1]}, "")


@global_head.check(
    points=7, live=True, needs=["runs"], hint="The mean of each channel, the linear layer, and nothing else."
)
def values(student: Any) -> None:
    """The head computes a linear function of the means, for every size.

    Why: an average pooling with a window as large as the map takes every pixel, and all alike.
    Wrong: nn.AdaptiveMaxPool2d(1), x.sum(dim=(2, 3)), a softmax behind it
    Right: self.fc(x.mean(dim=(2, 3)))
    """
    for args in (FEW, MANY):
        matching(student, HEAD, args, sizes=((7, 7), (5, 8), (12, 3)))


@global_head.check(
    points=1, live=True, needs=["values"], hint="No dropout, and nothing that is computed over the batch."
)
def train_mode(student: Any) -> None:
    """In train mode the head computes the same.

    Why: it has no layer that behaves otherwise in training.
    Wrong: nn.Dropout(0.5)
    Right: nothing to do
    """
    same_in_train_mode(student, HEAD, (FEW,))


@global_head.check(points=2, live=True, needs=["values"], hint="No detach, no item(), no torch.no_grad in forward.")
def backward(student: Any) -> None:
    """Gradients of the input and of every parameter are those of the formula.

    Why: every pixel of a channel gets the same share of its gradient, 1 / (H * W).
    Wrong: x.detach().mean(dim=(2, 3))
    Right: x.mean(dim=(2, 3))
    """
    same_gradients(student, HEAD, (FEW, MANY))


@global_head.check(points=1, live=True, needs=["values"], hint="x belongs to the caller: no in-place operation on it.")
def unchanged(student: Any) -> None:
    """The input is not modified, and the same input gives the same output in eval mode.

    Why: the caller may use x again.
    Wrong: x /= x.shape[2] * x.shape[3]
    Right: x.mean(dim=(2, 3))
    """
    leaves_input(student, HEAD, (FEW,))


def wanted(args: Args) -> Any:
    """The shape that comes out for (N, H, W)."""
    return lambda count, height, width: (count, args[1])
