"""Exercise resnet_block: y = ReLU(F(x) + shortcut(x)), F = conv3x3-BN-ReLU-conv3x3-BN. x (N, C, H, W).

Blocks name and order their layers as they like, so the checks first find out which layer plays which part: the
student's own parameters are put into the reference formula in every fitting way, and one of them has to agree.
"""

from __future__ import annotations

from typing import Any

from grader.authoring.exercise import Mistake, exercise
from grader.rubric.formulas import (
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
from grader.rubric.resnet_mistakes import CONTRACT, PROBES, mistakes

resnet_block = exercise(
    "resnet_block",
    title="The residual block",
    classes={"ResidualBlock": "reference.resnet_block:ResidualBlock"},
    ready_made=["block"],
    lesson="Dive into Deep Learning 8.6: Residual Networks (ResNet)",
    about="ResidualBlock(in_channels, out_channels, stride=1): y = ReLU(F(x) + shortcut(x)) with "
    "F = conv3x3 - BN - ReLU - conv3x3 - BN; the shortcut is the identity where shapes agree, else a 1x1 convolution.",
)
SAME, WIDER, NARROWER, STRIDED, BOTH, THREE = (4, 4), (3, 6), (6, 3), (4, 4, 2), (3, 6, 2), (4, 4, 3)
SIZES = (2, 8, 8), (1, 7, 5)


def parts(args: tuple[int, ...]) -> str:
    """What such a block is made of."""
    projection = ", and a 1x1 nn.Conv2d in the shortcut" if CONTRACT.projected_for(args) else ""
    return f"two 3x3 nn.Conv2d, an nn.BatchNorm2d with weights and running statistics for each{projection}"


BLOCK = Formula("ResidualBlock", (CONTRACT,), lambda args: args[0], assignments, formula, parts)


def recognise(student: Any) -> Mistake | None:
    return mistake(student, BLOCK, PROBES, mistakes())


resnet_block.recognise = recognise


@resnet_block.check(
    points=0, gate=True, live=True, hint="Make the layers in __init__ and add the shortcut in forward yourself."
)
def own_work(student: Any) -> None:
    """The block is your own: none of a library's networks is taken.

    Why: the exercise is to put the layers together. torch.nn's layers are what it is made of; while it is graded,
    torchvision.models and its like are not there, so nothing else can earn points with them either.
    Wrong: class ResidualBlock(torchvision.models.resnet.BasicBlock)
    Right: class ResidualBlock(nn.Module)
    """
    own(student, BLOCK, (SAME, BOTH))


@resnet_block.check(points=0, live=True, hint="Padding 1 keeps the size in both 3x3 convolutions.")
def runs(student: Any) -> None:
    """A block that keeps the number of channels gives (N, C, H, W) for (N, C, H, W).

    Why: whatever else a block does, x passes through it and is added at the end.
    Wrong: nn.Conv2d(channels, channels, 3)
    Right: nn.Conv2d(channels, channels, 3, padding=1)
    """
    fits(student, BLOCK, SAME, SIZES, wanted(BLOCK, SAME))


@resnet_block.check(
    points=1,
    live=True,
    needs=["runs"],
    hint="Padding 1 keeps the size. Other channels or a stride need a 1x1 convolution with that stride in the shortcut.",
)
def shape(student: Any) -> None:
    """The result is (N, out_channels, ceil(H / stride), ceil(W / stride)).

    Why: the sum needs both branches to have one shape, whatever the channels and the stride.
    Wrong: the shortcut of a strided block without the stride
    Right: nn.Conv2d(in_channels, out_channels, 1, stride=stride)
    """
    for args in (SAME, WIDER, NARROWER, STRIDED, BOTH, THREE):
        fits(student, BLOCK, args, SIZES, wanted(BLOCK, args))


@resnet_block.check(
    points=2,
    live=True,
    needs=["shape"],
    hint="Two 3x3 convolutions, a batch norm behind each, a 1x1 convolution in the shortcut only where needed.",
)
def parameters(student: Any) -> None:
    """The block has two 3x3 convolutions, a batch norm each, and a 1x1 convolution where shapes differ.

    Why: the count tells of a layer that is missing, shared or too large. Convolutions may have a bias or not, the
    shortcut a batch norm or not.
    Wrong: one batch norm used behind both convolutions
    Right: self.bn1, self.bn2
    """
    for args in (SAME, BOTH):
        counted(student, BLOCK, args, counts(*args), "biases and a batch norm in the shortcut")


@resnet_block.check(
    points=1, live=True, needs=["shape"], hint="nn.Identity() or x itself, when channels agree and the stride is 1."
)
def shortcut(student: Any) -> None:
    """Where shapes agree the shortcut is the identity: it has no parameters.

    Why: the identity is what lets gradients through unchanged; He et al. found nothing better.
    Wrong: a 1x1 convolution in every shortcut
    Right: if stride != 1 or in_channels != out_channels: ...
    """
    projects_where_needed(student, BLOCK, SAME, WIDER)


@resnet_block.check(points=2, live=True, needs=["runs"], hint="First add the shortcut, then ReLU.")
def zero_branch(student: Any) -> None:
    """With F at zero the block is ReLU(x).

    Why: a block that starts out as (nearly) the identity cannot make a deep network worse.
    Wrong: return self.bn2(self.conv2(out))  # no addition
    Right: return F.relu(out + x)
    """
    is_relu_alone(student, BLOCK, SAME)


@resnet_block.check(points=5, live=True, needs=["runs"], hint="conv, BN, ReLU, conv, BN; then the addition; then ReLU.")
def values(student: Any) -> None:
    """In eval mode the block computes ReLU(F(x) + x).

    Why: order matters, and shape and parameter count do not see it. Batch statistics are set at random, so that a
    batch norm in the wrong place shows.
    Wrong: F.relu(self.conv1(self.bn1(x)))
    Right: F.relu(self.bn1(self.conv1(x)))
    """
    matching(student, BLOCK, SAME, sizes=((6, 6), (5, 7)))


@resnet_block.check(
    points=3,
    live=True,
    needs=["shape"],
    hint="Stride on the first 3x3 convolution and on the 1x1 convolution; the shortcut starts from the block's input.",
)
def projection(student: Any) -> None:
    """With other channels or a stride the shortcut is a 1x1 convolution of the block's input, with the same stride.

    Why: many blocks are right until a projection is used.
    Wrong: the stride on the second convolution, a shortcut computed from what conv1 has made of x
    Right: self.shortcut(x), x being the input
    """
    for args in (WIDER, BOTH, STRIDED, NARROWER, THREE):
        matching(student, BLOCK, args, sizes=((8, 8), (7, 5)))


@resnet_block.check(
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


@resnet_block.check(
    points=2,
    live=True,
    needs=["values"],
    hint="No in-place operation on what the shortcut or a gradient still needs, no detach, no requires_grad=False.",
)
def backward(student: Any) -> None:
    """Gradients of the input and of every parameter are those of the formula.

    Why: a detached shortcut or an in-place ReLU gives the right values and the wrong gradients.
    Wrong: out += identity after F.relu_(identity)
    Right: out = out + identity
    """
    same_gradients(student, BLOCK, (SAME, BOTH))


@resnet_block.check(
    points=1, live=True, needs=["values"], hint="x belongs to the caller: no x += ..., no inplace=True on x."
)
def unchanged(student: Any) -> None:
    """The input is not modified, and the same input gives the same output in eval mode.

    Why: the caller may use x again, as a second branch does.
    Wrong: F.relu_(x)
    Right: F.relu(x)
    """
    leaves_input(student, BLOCK, (SAME, BOTH))


def counts(channels: int, out: int, stride: int = 1) -> set[int]:
    """All parameter counts that the contract allows."""
    least = 9 * channels * out + 9 * out * out + 4 * out
    branch = {least + biases * out for biases in (0, 1, 2)}
    if channels == out and stride == 1:
        return branch
    return {
        count + channels * out + bias * out + norm * 2 * out for count in branch for bias in (0, 1) for norm in (0, 1)
    }
