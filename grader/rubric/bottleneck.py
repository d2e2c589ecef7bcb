"""Exercise bottleneck: y = ReLU(F(x) + shortcut(x)), F = 1x1-BN-ReLU-3x3-BN-ReLU-1x1-BN. x (N, C, H, W).

The checks are those of the block of two convolutions: the student's own parameters are put into the formula in every
fitting way, with the stride on the 3x3 or on the first 1x1 convolution, and one of them has to agree.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from grader.authoring.exercise import Mistake, exercise
from grader.rubric.bottleneck_mistakes import CONTRACTS, PROBES, mistakes
from grader.rubric.formulas import (
    Args,
    Formula,
    counted,
    fits,
    leaves_input,
    matching,
    mistake,
    own,
    same_gradients,
    same_in_train_mode,
)
from grader.rubric.residual_checks import is_relu_alone, projects_where_needed, wanted
from grader.rubric.residual_formula import assignments, formula

bottleneck = exercise(
    "bottleneck",
    title="The bottleneck block",
    classes={"Bottleneck": "reference.bottleneck:Bottleneck"},
    batches={
        "Bottleneck": [
            ((12, 3), (2, 12, 6, 6)),
            ((12, 3), (3, 12, 5, 7)),
            ((5, 3), (2, 5, 6, 5)),
            ((3, 3), (2, 3, 6, 5)),
            ((18, 3), (1, 18, 5, 6)),
            ((12, 3, 2), (2, 12, 8, 8)),
            ((12, 3, 3), (2, 12, 7, 8)),
            ((5, 3, 2), (2, 5, 7, 5)),
        ]
    },
    ready_made=["block"],
    lesson="He, Zhang, Ren, Sun 2015: Deep Residual Learning, section 4.1",
    about="Bottleneck(in_channels, channels, stride=1): y = ReLU(F(x) + shortcut(x)) with F = conv1x1 - BN - ReLU - conv3x3 "
    "- BN - ReLU - conv1x1 to 4 * channels - BN; the stride on the 3x3 or on the first 1x1; the shortcut is the identity "
    "where shapes agree, else a 1x1 convolution.",
)
SAME, WIDER, SQUARE, NARROWER = (12, 3), (5, 3), (3, 3), (18, 3)
STRIDED, BOTH, THREE = (12, 3, 2), (5, 3, 2), (12, 3, 3)
SIZES = (2, 8, 8), (1, 7, 5)


def parts(args: Args) -> str:
    """What such a block is made of."""
    projection = ", and a 1x1 nn.Conv2d in the shortcut" if CONTRACTS[0].projected_for(args) else ""
    return (
        f"a 1x1, a 3x3 and a 1x1 nn.Conv2d, an nn.BatchNorm2d with weights and running statistics for each (no other norm, "
        f"affine and track_running_stats left at True){projection}"
    )


BLOCK = Formula("Bottleneck", CONTRACTS, lambda args: args[0], assignments, formula, parts)


def recognise(student: Any) -> Mistake | None:
    return mistake(student, BLOCK, PROBES, mistakes())


bottleneck.recognise = recognise


@bottleneck.check(
    points=0, gate=True, live=True, hint="Make the layers in __init__ and add the shortcut in forward yourself."
)
def own_work(student: Any) -> None:
    """The block is your own: none of a library's networks is taken.

    Why: the exercise is to put the layers together. torch.nn's layers are what it is made of; while it is graded,
    torchvision.models and its like are not there, so nothing else can earn points with them either.
    Wrong: class Bottleneck(torchvision.models.resnet.Bottleneck)
    Right: class Bottleneck(nn.Module)
    """
    own(student, BLOCK, (SAME, BOTH))


@bottleneck.check(points=0, live=True, hint="Padding 1 keeps the size in the 3x3 convolution; a 1x1 needs none.")
def runs(student: Any) -> None:
    """A block for 4 * channels gives (N, C, H, W) for (N, C, H, W).

    Why: whatever else a block does, x passes through it and is added at the end.
    Wrong: nn.Conv2d(channels, channels, 3)
    Right: nn.Conv2d(channels, channels, 3, padding=1)
    """
    fits(student, BLOCK, SAME, SIZES, wanted(BLOCK, SAME))


@bottleneck.check(
    points=1,
    live=True,
    needs=["runs"],
    hint="4 * channels come out. Other channels than that, or a stride, need a 1x1 convolution in the shortcut.",
)
def shape(student: Any) -> None:
    """The result is (N, 4 * channels, ceil(H / stride), ceil(W / stride)).

    Why: the sum needs both branches to have one shape, whatever the channels and the stride.
    Wrong: if in_channels != channels: ...
    Right: if stride != 1 or in_channels != 4 * channels: ...
    """
    for args in (SAME, WIDER, SQUARE, NARROWER, STRIDED, BOTH, THREE):
        fits(student, BLOCK, args, SIZES, wanted(BLOCK, args))


@bottleneck.check(
    points=2,
    live=True,
    needs=["shape"],
    hint="A 1x1, a 3x3 and a 1x1 convolution, a batch norm behind each, a 1x1 in the shortcut only where needed.",
)
def parameters(student: Any) -> None:
    """The block has a 1x1, a 3x3 and a 1x1 convolution, a batch norm each, and a 1x1 where shapes differ.

    Why: the narrow middle is what makes the block cheap, and the count shows it. Convolutions may have a bias or not, the
    shortcut a batch norm or not.
    Wrong: nn.Conv2d(in_channels, in_channels, 3, padding=1)
    Right: nn.Conv2d(channels, channels, 3, padding=1)
    """
    for args in (SAME, BOTH):
        counted(student, BLOCK, args, counts(*args), "biases and a batch norm in the shortcut")


@bottleneck.check(
    points=1, live=True, needs=["shape"], hint="x itself, when in_channels == 4 * channels and the stride is 1."
)
def shortcut(student: Any) -> None:
    """Where shapes agree the shortcut is the identity: it has no parameters.

    Why: most blocks of ResNet-50 are such; a projection in each would double their cost, and help little.
    Wrong: a 1x1 convolution in every shortcut
    Right: if stride != 1 or in_channels != 4 * channels: ...
    """
    projects_where_needed(student, BLOCK, SAME, WIDER)


@bottleneck.check(points=2, live=True, needs=["runs"], hint="First add the shortcut, then ReLU.")
def zero_branch(student: Any) -> None:
    """With F at zero the block is ReLU(x).

    Why: a block that starts out as (nearly) the identity cannot make a deep network worse.
    Wrong: return self.bn3(self.conv3(out))  # no addition
    Right: return F.relu(out + x)
    """
    is_relu_alone(student, BLOCK, SAME)


@bottleneck.check(
    points=5, live=True, needs=["runs"], hint="1x1, BN, ReLU, 3x3, BN, ReLU, 1x1, BN; then the addition; then ReLU."
)
def values(student: Any) -> None:
    """In eval mode the block computes ReLU(F(x) + x).

    Why: order matters, and shape and parameter count do not see it. Batch statistics are set at random, so that a
    batch norm in the wrong place shows.
    Wrong: F.relu(self.bn3(self.conv3(out))) + x
    Right: F.relu(self.bn3(self.conv3(out)) + x)
    """
    matching(student, BLOCK, SAME, sizes=((6, 6), (5, 7)))


@bottleneck.check(
    points=3,
    live=True,
    needs=["shape"],
    hint="Stride on the 3x3 (or the first 1x1) and on the 1x1 of the shortcut, which starts from the block's input.",
)
def projection(student: Any) -> None:
    """With other channels or a stride the shortcut is a 1x1 convolution of the block's input, with the same stride.

    Why: many blocks are right until a projection is used.
    Wrong: the stride on the last convolution, a shortcut computed from what conv1 has made of x
    Right: self.shortcut(x), x being the input
    """
    for args in (WIDER, SQUARE, BOTH, STRIDED, NARROWER, THREE):
        matching(student, BLOCK, args, sizes=((8, 8), (7, 5)))


@bottleneck.check(
    points=2,
    live=True,
    needs=["values"],
    hint="nn.BatchNorm2d does it by itself: no eval(), no track_running_stats=False, and no further layer like dropout.",
)
def train_mode(student: Any) -> None:
    """In train mode the batch norms use the statistics of the batch.

    Why: training relies on it, and eval mode on what training has recorded.
    Wrong: self.bn1.eval()
    Right: nothing to do: model.train() reaches every layer
    """
    same_in_train_mode(student, BLOCK, (SAME, BOTH))


@bottleneck.check(
    points=2,
    live=True,
    needs=["values"],
    hint="No in-place operation on what the shortcut or a gradient still needs, and no detach.",
)
def backward(student: Any) -> None:
    """Gradients of the input and of every parameter are those of the formula.

    Why: a detached shortcut or an in-place ReLU gives the right values and the wrong gradients.
    Wrong: identity = x.detach()
    Right: identity = x
    """
    same_gradients(student, BLOCK, (SAME, BOTH))


@bottleneck.check(
    points=1, live=True, needs=["values"], hint="x belongs to the caller: no x += ..., no inplace=True on x."
)
def unchanged(student: Any) -> None:
    """The input is not modified, and the same input gives the same output in eval mode.

    Why: the caller may use x again, as a second branch does.
    Wrong: x += out
    Right: out = out + x
    """
    leaves_input(student, BLOCK, (SAME, BOTH))


def counts(inner: int, channels: int, stride: int = 1) -> set[int]:
    """All parameter counts that the contract allows."""
    out = 4 * channels
    least = inner * channels + 9 * channels**2 + channels * out + 2 * (2 * channels + out)
    branch = {least + a * channels + b * channels + c * out for a, b, c in product((0, 1), repeat=3)}
    if inner == out and stride == 1:
        return branch
    return {count + inner * out + b * out + n * 2 * out for count in branch for b, n in product((0, 1), repeat=2)}
