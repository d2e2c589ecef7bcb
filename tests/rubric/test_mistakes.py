"""Usual mistakes are named in every style, and right work is never said to have one."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from grader import course
from grader.rubric import formulas, inception
from grader.rubric.formulas import Formula
from tests.rubric.in_process import Written
from tests.rubric.styles import BLOCKS, CNN, LENET, NETWORKS, Block, Op

COURSE = course.load()
Ops = tuple[Op, ...]


def put(ops: Ops, places: tuple[int, ...], *instead: Op) -> Ops:
    """The same operations with others `instead` of those at some places."""
    return tuple(new for i, op in enumerate(ops) for new in (instead if i in places else (op,)))


def told(exercise: str, source: str, seed: int = 0) -> str:
    """The mistake as a student reads it."""
    rules = COURSE.exercises[exercise].recognise
    assert rules is not None
    found = rules(Written(source, seed))
    return f"{found.title}. {found.explanation}" if found else ""


def conv(*sizes: int) -> Op:
    return ("conv", *sizes)


small = conv(1, 6, 5, 0, 1)
LENETS: dict[str, tuple[Ops, str]] = {  # a mistake -> the network, and words that its finding holds
    "no padding": (put(LENET, (0,), small), "No padding in the first convolution"),
    "no padding and view": (
        put(put(LENET, (0,), small), (6,), ("view 400",)),
        "No padding in the first convolution. With padding 0 in the first convolution, where the contract has 2",
    ),
    "no padding, and 256 inputs": (
        put(put(LENET, (0,), small), (7,), ("dense", 256, 120)),
        "No padding in the first convolution. With padding 0 in the first convolution, where the contract has 2, 28x28 "
        "images come to 256 numbers at the first dense layer instead of 400. Write padding=2",
    ),
    "no padding, and a last convolution": (
        (small, *LENET[1:6], conv(16, 120, 5, 0, 1), ("flatten",), *LENET[8:]),
        "No padding in the first convolution",
    ),
    "no padding and ReLU": (
        put(put(LENET, (0,), small), (1, 4, 8, 10), ("relu",)),
        "No padding in the first convolution; ReLU where the contract has sigmoid",
    ),
    "no padding, ReLU and max": (
        put(put(put(LENET, (0,), small), (1, 4, 8, 10), ("relu",)), (2, 5), ("max",)),
        "No padding in the first convolution",
    ),
    "256 inputs": (
        put(LENET, (7,), ("dense", 256, 120)),
        "256 inputs to the first dense layer, where 400 numbers come",
    ),
    "second padded": (
        put(put(LENET, (3,), conv(6, 16, 5, 2, 1)), (7,), ("dense", 784, 120)),
        "Padding 2 in the second convolution, where the contract has 0",
    ),
    "padding 1": (
        put(LENET, (0,), conv(1, 6, 5, 1, 1)),
        "Padding 1 in the first convolution, where the contract has 2",
    ),
    "kernels 3": (
        (conv(1, 6, 3, 1, 1), *LENET[1:3], conv(6, 16, 3, 1, 1), *LENET[4:7], ("dense", 784, 120), *LENET[8:]),
        "3x3 kernels in the convolutions instead of 5x5",
    ),
    "ReLU": (put(LENET, (1, 4, 8, 10), ("relu",)), "ReLU where the contract has sigmoid"),
    "tanh": (put(LENET, (1, 4, 8, 10), ("tanh",)), "Tanh where the contract has sigmoid"),
    "ReLU in the dense part": (
        put(LENET, (8, 10), ("relu",)),
        "ReLU between the dense layers where the contract has sigmoid",
    ),
    "none": (put(LENET, (1, 4, 8, 10)), "No sigmoid anywhere"),
    "none after conv1": (put(LENET, (1,)), "No sigmoid after the first convolution"),
    "none after conv2": (put(LENET, (4,)), "No sigmoid after the second convolution"),
    "none after fc1": (put(LENET, (8,)), "No sigmoid after the first dense layer"),
    "none after fc2": (put(LENET, (10,)), "No sigmoid after the second dense layer"),
    "none in the dense part": (put(LENET, (8, 10)), "No sigmoid between the dense layers"),
    "max": (put(LENET, (2, 5), ("max",)), "Max pooling after the convolutions, where the contract has average pooling"),
    "second max": (put(LENET, (5,), ("max",)), "Max pooling after the second convolution"),
    "ReLU and max": (
        put(put(LENET, (2, 5), ("max",)), (1, 4, 8, 10), ("relu",)),
        "ReLU where the contract has sigmoid",
    ),
    "no second pooling": (
        put(put(LENET, (5,)), (6,), ("dense", 1600, 120)),
        "No pooling after the second convolution",
    ),
    "stride 1": (
        put(put(LENET, (5,), ("avg stride 1",)), (7,), ("dense", 1296, 120)),
        "Pooling windows of 2x2 with stride 1 after the second convolution",
    ),
    "channels last": (put(LENET, (6,), ("channels last",)), "Flattens with the channels last"),
    "mixed": (put(LENET, (6,), ("mixed",)), "Flattening mixes the images of a batch"),
    "softmax": ((*LENET, ("softmax",)), "A softmax inside the model"),
    "log_softmax": ((*LENET, ("log_softmax",)), "A log_softmax inside the model"),
    "sigmoid at the end": ((*LENET, ("sigmoid",)), "Sigmoid after the last layer as well"),
    "ReLU at the end": ((*LENET, ("relu",)), "ReLU after the last layer as well"),
    "divided": ((("/255",), *LENET), "Divides the already standardised images by 255"),
    "pooling first": (
        put(put(LENET, (1,), ("avg",)), (2,), ("sigmoid",)),
        "Pooling before the sigmoid after the first convolution",
    ),
    "twice": (put(LENET, (1, 4), ("sigmoid",), ("sigmoid",)), "Sigmoid applied twice after the convolutions"),
}
CNNS: dict[str, tuple[Ops, str]] = {
    "no padding": (
        put(put(CNN, (0,), conv(1, 32, 3, 0, 1)), (3,), conv(32, 64, 3, 0, 1)),
        "No padding in the convolutions",
    ),
    "no padding and view": (
        put(put(put(CNN, (0,), conv(1, 32, 3, 0, 1)), (3,), conv(32, 64, 3, 0, 1)), (6,), ("view 3136",)),
        "1,600 numbers at the first dense layer instead of 3,136",
    ),
    "first without padding": (put(CNN, (0,), conv(1, 32, 3, 0, 1)), "No padding in the first convolution"),
    "second without padding": (put(CNN, (3,), conv(32, 64, 3, 0, 1)), "No padding in the second convolution"),
    "no padding, and 1,600 inputs": (
        put(put(put(CNN, (0,), conv(1, 32, 3, 0, 1)), (3,), conv(32, 64, 3, 0, 1)), (7,), ("dense", 1600, 128)),
        "No padding in the convolutions",
    ),
    "12,544 inputs": (
        put(CNN, (7,), ("dense", 12544, 128)),
        "12,544 inputs to the first dense layer, where 3,136 numbers come",
    ),
    "average": (
        put(CNN, (2, 5), ("avg",)),
        "Average pooling after the convolutions, where the contract has max pooling",
    ),
    "sigmoid": (put(CNN, (1, 4, 8), ("sigmoid",)), "Sigmoid where the contract has ReLU"),
    "leaky": (put(CNN, (1, 4, 8), ("leaky",)), "Leaky ReLU where the contract has ReLU"),
    "none": (put(CNN, (1, 4, 8)), "No ReLU anywhere"),
    "none after conv2": (put(CNN, (4,)), "No ReLU after the second convolution"),
    "none after fc1": (put(CNN, (8,)), "No ReLU after the first dense layer"),
    "kernels 5": (
        put(put(CNN, (0,), conv(1, 32, 5, 2, 1)), (3,), conv(32, 64, 5, 2, 1)),
        "5x5 kernels in the convolutions instead of 3x3",
    ),
    "strides": (
        put(put(put(CNN, (0,), conv(1, 32, 3, 1, 2)), (3,), conv(32, 64, 3, 1, 2)), (2, 5)),
        "A stride of 2 in the convolutions instead of pooling",
    ),
    "channels last": (put(CNN, (6,), ("channels last",)), "Flattens with the channels last"),
    "softmax": ((*CNN, ("softmax",)), "A softmax inside the model"),
    "ReLU at the end": ((*CNN, ("relu",)), "ReLU after the last layer as well"),
    "image through ReLU": ((("relu",), *CNN), "ReLU on the image before the first convolution"),
}
OVERWRITTEN = "The shortcut is taken after x was overwritten by the first"
WRONG_BLOCKS: dict[str, tuple[Block, str]] = {
    "stride on both": (Block(strides=("stride",) * 3), "The stride on both 3x3 convolutions"),
    "stride on second": (Block(strides=("1", "stride", "stride")), "The stride on the second 3x3 convolution"),
    "stride unused": (Block(strides=("1", "1", "1")), "The stride argument is never used"),
    "no stride in shortcut": (
        Block(strides=("stride", "1", "1")),
        "The 1x1 convolution of the shortcut forgets the stride",
    ),
    "no stride in first": (Block(strides=("1", "1", "stride")), "The first 3x3 convolution forgets the stride"),
    "x overwritten": (Block(source="conv", needs="False"), f"{OVERWRITTEN} convolution"),
    "x overwritten later": (Block(source="relu", needs="False"), f"{OVERWRITTEN} ReLU"),
    "no last ReLU": (Block(last=""), "No ReLU after the addition"),
    "ReLU before": (Block(second="norm relu", last=""), "The last ReLU before the addition instead of after it"),
    "ReLU before too": (Block(second="norm relu"), "A ReLU before the addition and another after it"),
    "no projection": (Block(needs="False"), "No 1x1 convolution in the shortcut"),
    "projects for a stride": (Block(needs="stride != 1"), "The 1x1 convolution only when the stride is not 1"),
    "projects for channels": (Block(needs="i != o"), "The 1x1 convolution only when the channels change"),
    "projects always": (Block(needs="True"), "A 1x1 convolution on every shortcut"),
    "ReLU in shortcut": (Block(shortcut="relu"), "A ReLU on the shortcut, identity included"),
    "no norm": (Block(first="relu", second=""), "No batch norm at all"),
    "no second norm": (Block(second=""), "No batch norm after the second convolution"),
    "no first norm": (Block(first="relu"), "No batch norm after the first convolution"),
    "norm after ReLU": (Block(first="relu norm"), "ReLU before the first batch norm instead of after it"),
    "one norm": (Block(second="other"), "One batch norm used behind both convolutions"),
    "norm after addition": (Block(second="", last="norm relu"), "The second batch norm after the addition"),
    "projection 3x3": (Block(kernel=3), "The projection is a 3x3 convolution"),
    "no middle ReLU": (Block(first="norm"), "No ReLU between the two convolutions"),
    "leaky": (Block(first="norm leaky", last="leaky"), "Leaky ReLU where the contract has ReLU"),
    "ReLU6": (Block(first="norm relu6"), "ReLU6 between the two convolutions"),
    "not added": (Block(join="none"), "The shortcut is computed but never added"),
    "no shortcut": (Block(join="none", needs="False"), "No shortcut at all"),
    "subtracted": (Block(join="sub"), "Subtracts the shortcut instead of adding it"),
    "multiplied": (Block(join="mul"), "Multiplies by the shortcut instead of adding it"),
    "concatenated": (Block(join="cat"), "Concatenates instead of adding"),
    "stride on both, no last ReLU": (
        Block(strides=("stride",) * 3, last=""),
        "The stride on both 3x3 convolutions; No ReLU after the addition",
    ),
}


@pytest.mark.parametrize("style", NETWORKS)
@pytest.mark.parametrize("name", LENETS)
def test_lenet5(name: str, style: str) -> None:
    """What is wrong with a LeNet-5, whichever way it is written."""
    ops, words = LENETS[name]

    assert words in told("lenet5", NETWORKS[style]("LeNet5", ops))


@pytest.mark.parametrize("style", NETWORKS)
@pytest.mark.parametrize("name", CNNS)
def test_mnist_cnn(name: str, style: str) -> None:
    """The same for the network with ReLU and maximum pooling."""
    ops, words = CNNS[name]

    assert words in told("mnist_cnn", NETWORKS[style]("MnistCNN", ops))


@pytest.mark.parametrize("style", BLOCKS)
@pytest.mark.parametrize("name", WRONG_BLOCKS)
def test_blocks(name: str, style: str) -> None:
    """The same for a residual block: with biases or without, in place or not, a batch norm in the shortcut or none."""
    block, words = WRONG_BLOCKS[name]

    assert words in told("resnet_block", BLOCKS[style](block))


@pytest.mark.parametrize("seed", range(3))
def test_right_ones_have_no_mistake(seed: int) -> None:
    """In no style."""
    networks = [(("lenet5", "LeNet5", LENET)), ("mnist_cnn", "MnistCNN", CNN)]
    found = [told(exercise, style(name, ops), seed) for exercise, name, ops in networks for style in NETWORKS.values()]
    found += [told("resnet_block", style(Block()), seed) for style in BLOCKS.values()]

    assert [""] * 9 == found


UNKNOWN = {
    "half the logits": (put(LENET, (11,), ("dense", 84, 10), ("/255",)), "lenet5", "LeNet5"),
    "other sizes": (put(LENET, (7,), ("dense", 400, 128)), "lenet5", "LeNet5"),
    "no dense layer between": (put(CNN, (8, 9), ("dense", 128, 20)), "mnist_cnn", "MnistCNN"),
}


@pytest.mark.parametrize("style", NETWORKS)
@pytest.mark.parametrize("name", UNKNOWN)
def test_what_nobody_knows_has_no_name(name: str, style: str) -> None:
    """A wrong name is worse than none."""
    ops, exercise, network = UNKNOWN[name]

    assert told(exercise, NETWORKS[style](network, ops)) == ""


def test_a_block_that_drops_at_random_has_no_name() -> None:
    """Nor one that cannot be built as the contract says."""
    drops = BLOCKS["attributes"](Block()).replace("return y", "return F.dropout(y)")
    by_keyword = BLOCKS["attributes"](Block()).replace("o, stride=1", "o, *, stride=1")

    assert ["", ""] == [told("resnet_block", drops), told("resnet_block", by_keyword)]


@pytest.mark.parametrize("name", ["resnet_block", "bottleneck", "inception", "vgg_block", "global_head"])
def test_titles_are_no_two_things(name: str) -> None:
    """Every mistake changes what the contract allows, and one title has one explanation."""
    rubric = import_module(f"grader.rubric.{name}")
    known = list(rubric.mistakes())
    [formula] = [value for value in vars(rubric).values() if isinstance(value, Formula)]

    assert not [c.title for c in known for form in formula.forms if form._replace(**c.fields) in formula.forms]
    assert len({(change.title, change.explanation) for change in known}) == len({change.title for change in known})


MANY_ALIKE = """
import copy
from torch import nn
from reference.inception import Inception as Right

class Inception(nn.Module):
    def __init__(self, *args):
        super().__init__()
        self.right = Right(*args)
        convolutions = [m for m in self.right.modules() if isinstance(m, nn.Conv2d)]
        self.more = nn.ModuleList(copy.deepcopy(m) for m in convolutions for _ in range(20))

    def forward(self, x):
        return 1.01 * self.right(x) + 0.3
"""


def test_layers_that_are_alike_do_not_keep_a_judge_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which is which could be tried for ever: the look for a mistake ends, and none is named."""
    computed: list[int] = []

    def compute(*args: Any, **more: Any) -> Any:
        computed.append(1)
        return inception.MODULE.compute(*args, **more)

    monkeypatch.setattr(formulas, "MOST_WAYS", 40)
    asked = inception.MODULE._replace(compute=compute)

    assert formulas.mistake(Written(MANY_ALIKE), asked, inception.PROBES, inception.mistakes()) is None
    assert 40 <= len(computed) <= 80  # a way is tried on two batches at most
