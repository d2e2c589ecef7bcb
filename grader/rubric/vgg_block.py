"""Exercise vgg_block: 3x3 convolutions behind each other, their receptive field and their weights. x (N, C, H, W).

The student's own parameters are put into the formula in every fitting way; what sees as much as a larger window, and
costs less, is asked of the student's own functions.
"""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from grader.authoring import expect
from grader.authoring.exercise import Mistake, exercise
from grader.authoring.student import Student
from grader.rubric.branches import assignments, formula
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
from grader.rubric.vgg_mistakes import CONTRACT, ONE, PROBES, THREE, TWO, mistakes

vgg_block = exercise(
    "vgg_block",
    title="The VGG block",
    functions={
        "receptive_field": "reference.vgg_block:receptive_field",
        "parameters": "reference.vgg_block:parameters",
    },
    classes={"vgg_block": "reference.vgg_block:vgg_block"},
    batches={"vgg_block": [(args, (2, args[1], *size)) for args in (TWO, THREE, ONE) for size in ((8, 8), (9, 12))]},
    ready_made=["block"],
    lesson="Simonyan, Zisserman 2014: Very Deep Convolutional Networks, section 2.3",
    about="vgg_block(layers, in_channels, out_channels): so many 3x3 convolutions with padding 1 and ReLU, then max-pool 2. "
    "receptive_field([(kernel, stride), ...]) of layers behind each other. parameters(kernel, layers, channels): weights, "
    "biases aside.",
)


def parts(args: Args) -> str:
    """What such a block is made of."""
    return f"{args[0]} nn.Conv2d with 3x3 kernels, the first of {args[1]} channels to {args[2]}"


BLOCK = Formula("vgg_block", (CONTRACT,), CONTRACT.channels, assignments, formula, parts)
STACKS = st.lists(st.tuples(st.integers(1, 7), st.integers(1, 3)), max_size=6)


def recognise(student: Any) -> Mistake | None:
    return mistake(student, BLOCK, PROBES, mistakes())


vgg_block.recognise = recognise


@vgg_block.check(
    points=0, gate=True, live=True, hint="Put the convolutions, their ReLU and the pooling behind each other yourself."
)
def own_work(student: Any) -> None:
    """The block is your own: none of a library's networks is taken.

    Why: the exercise is to put the layers together. torch.nn's layers are what it is made of; while it is graded,
    torchvision.models and its like are not there, so nothing else can earn points with them either.
    Wrong: torchvision.models.vgg.make_layers([64, 64, 'M'])
    Right: nn.Sequential(nn.Conv2d(...), nn.ReLU(), ..., nn.MaxPool2d(2))
    """
    own(student, BLOCK, (ONE, TWO))


@vgg_block.check(points=0, live=True, hint="Padding 1 keeps height and width, the max-pooling halves them.")
def runs(student: Any) -> None:
    """A block of one convolution gives (N, out_channels, H // 2, W // 2).

    Why: VGG halves height and width in its poolings alone.
    Wrong: nn.Conv2d(in_channels, out_channels, 3)
    Right: nn.Conv2d(in_channels, out_channels, 3, padding=1)
    """
    fits(student, BLOCK, ONE, ((2, 8, 8), (1, 7, 5)), wanted(ONE))


@vgg_block.check(
    points=1,
    live=True,
    needs=["runs"],
    hint="The first convolution takes in_channels to out_channels; pool once, at the end.",
)
def shape(student: Any) -> None:
    """However many convolutions there are, the result is (N, out_channels, H // 2, W // 2).

    Why: the first convolution changes the channels, the others go on with what it made.
    Wrong: nn.Conv2d(in_channels, out_channels, 3, padding=1) in every layer
    Right: in_channels = out_channels, behind the first
    """
    for args in (TWO, THREE, (4, 2, 2)):
        fits(student, BLOCK, args, ((2, 8, 8), (1, 7, 5), (1, 2, 3)), wanted(args))


@vgg_block.check(points=2, live=True, needs=["shape"], hint="Make a new nn.Conv2d for each layer.")
def weights(student: Any) -> None:
    """The block has the weights of so many 3x3 convolutions.

    Why: the count tells of a layer that is missing or shared, and of larger kernels. A bias each, or none, are both right.
    Wrong: [nn.Conv2d(c, c, 3, padding=1)] * layers
    Right: [nn.Conv2d(c, c, 3, padding=1) for _ in range(layers)]
    """
    for args in (TWO, THREE):
        counted(student, BLOCK, args, counts(*args), "biases")


@vgg_block.check(
    points=7, live=True, needs=["runs"], hint="Convolution, ReLU, convolution, ReLU, ..., then the max-pooling."
)
def values(student: Any) -> None:
    """The block computes the contract's formula.

    Why: without the ReLU between them, two convolutions are one larger convolution and no more.
    Wrong: nn.Sequential(conv1, conv2, nn.ReLU(), nn.MaxPool2d(2))
    Right: nn.Sequential(conv1, nn.ReLU(), conv2, nn.ReLU(), nn.MaxPool2d(2))
    """
    for args in (ONE, TWO, THREE):
        matching(student, BLOCK, args, sizes=((8, 8), (7, 10)))


@vgg_block.check(points=1, live=True, needs=["values"], hint="No dropout, and nothing that is computed over the batch.")
def train_mode(student: Any) -> None:
    """In train mode the block computes the same.

    Why: it has no layer that behaves otherwise in training.
    Wrong: nn.Dropout(0.5)
    Right: nothing to do
    """
    same_in_train_mode(student, BLOCK, (TWO,))


@vgg_block.check(points=2, live=True, needs=["values"], hint="No detach, and no torch.no_grad in forward.")
def backward(student: Any) -> None:
    """Gradients of the input and of every parameter are those of the formula.

    Why: a layer without a gradient is never trained.
    Wrong: x = conv(x).detach()
    Right: x = conv(x)
    """
    same_gradients(student, BLOCK, (TWO, THREE))


@vgg_block.check(points=1, live=True, needs=["values"], hint="x belongs to the caller: no in-place operation on it.")
def unchanged(student: Any) -> None:
    """The input is not modified, and the same input gives the same output in eval mode.

    Why: the caller may use x again.
    Wrong: F.relu_(x)
    Right: F.relu(conv(x))
    """
    leaves_input(student, BLOCK, (TWO,))


@vgg_block.check(
    points=3, hint="Each layer adds kernel - 1 steps; a step is as wide as all strides before it, multiplied."
)
@given(layers=STACKS)
@example(layers=[(3, 1), (3, 1)])
@example(layers=[])
@example(layers=[(3, 1), (2, 2), (3, 1)])
def field(student: Student, layers: list[tuple[int, int]]) -> None:
    """receptive_field tells how many pixels in a row one value depends on.

    Why: two 3x3 convolutions see 5 pixels, and behind a stride of 2 every further pixel counts double.
    Wrong: 1 + sum(kernel - 1 for kernel, stride in layers)  # without the strides
    Right: field += (kernel - 1) * step; step *= stride
    """
    expect.close(student.receptive_field(layers), canonical("receptive_field")(layers))


@vgg_block.check(points=2, hint="kernel * kernel weights for each pair of channels, in each layer; no biases.")
@given(kernel=st.integers(1, 11), layers=st.integers(1, 5), channels=st.integers(1, 512))
@example(kernel=3, layers=2, channels=1)
def cost(student: Student, kernel: int, layers: int, channels: int) -> None:
    """parameters counts the weights of convolutions behind each other, biases aside.

    Why: it is what shows that small kernels are cheaper.
    Wrong: layers * kernel * channels * channels
    Right: layers * kernel * kernel * channels * channels
    """
    expect.close(student.parameters(kernel, layers, channels), canonical("parameters")(kernel, layers, channels))


@vgg_block.check(points=1, needs=["field", "cost"], hint="Divide with //, or take int(...) of the result.", examples=10)
@given(layers=STACKS, kernel=st.integers(1, 11), channels=st.integers(1, 512))
def whole(student: Student, layers: list[tuple[int, int]], kernel: int, channels: int) -> None:
    """Pixels and weights are counted in whole numbers.

    Why: range and zeros take no 3.0, and nothing has half a weight.
    Wrong: layers * kernel**2 * channels**2 / 1
    Right: layers * kernel**2 * channels**2
    """
    for found in (student.receptive_field(layers), student.parameters(kernel, 2, channels)):
        count = expect.array(found)
        expect.that(count.dtype.kind in "iu", f"the result is {expect.describe(count.item())}, expected an int")


def wanted(args: Args) -> Any:
    """The shape that comes out for (N, H, W)."""
    return lambda count, height, width: (count, args[2], height // 2, width // 2)


def counts(layers: int, channels: int, out: int) -> set[int]:
    """All parameter counts that the contract allows: each convolution may have a bias or not."""
    weights = 9 * channels * out + (layers - 1) * 9 * out * out
    return {weights + biases * out for biases in range(layers + 1)}


def canonical(name: str) -> Any:
    """The right function of that name; its module imports torch."""
    return vgg_block.functions[name]
