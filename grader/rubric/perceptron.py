"""Exercise perceptron: one linear layer on images. x (N, 1, 128, 128) or (N, in_features) -> (N, classes)."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from grader.authoring import expect
from grader.authoring.exercise import exercise
from grader.authoring.expect import CheckFailure
from grader.authoring.strategies import arrays
from grader.authoring.student import Student
from grader.judge.networks import AT_RANDOM, KEEP_BATCH, NOT_REGISTERED, Network

SIDE, CLASSES = 128, 2
PIXELS = SIDE * SIDE
TERMS = 300  # of a sum of 16,384 products that are as large as 1/128 of it, rounding is that of so many
perceptron = exercise(
    "perceptron",
    title="The perceptron",
    classes={"Perceptron": "reference.perceptron:Perceptron"},
    functions={"probabilities": "reference.perceptron:probabilities"},
    batches={"Perceptron": [((12, 3), (1, 12)), ((12, 3), (4, 12)), ((), (2, 1, SIDE, SIDE))]},
    lesson="Linear classifiers: the perceptron on images",
    about="Perceptron(in_features=128*128, classes=2): one linear layer with a bias, (N, 1, 128, 128) or (N, in_features) -> "
    "scores (N, classes). probabilities(y): the softmax of each row of scores (N, classes).",
)
NO_ENDING = "Return the scores of the linear layer as they are: no softmax, sigmoid or other activation after it."
FLAT = "x.flatten(1) makes a row of each image and leaves rows as they are."
LARGEST = "Subtract the largest score of each row before exp: it changes no probability, and nothing overflows."
HUGE = np.array([[1000.0, -1000.0], [-1000.0, -1000.0], [1000.0, 999.0]], dtype="float32")
scores = arrays((1, 4), (2, 5), dtype="float32")


def softmax(y: np.ndarray) -> np.ndarray:
    """Of each row, float64."""
    e = np.exp(y.astype(float) - y.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def built(student: Any, *args: Any, **named: Any) -> Network:
    """The student's network; what it is first run on fits it."""
    in_features = args[0] if args else named.get("in_features", PIXELS)
    sample = np.zeros((2, 1, SIDE, SIDE) if in_features == PIXELS else (2, in_features), dtype="float32")
    seed = int(student.random.integers(1 << 31))
    network: Network = student.network("Perceptron", *args, sample=sample, seed=seed, **named)
    return network


def noise(student: Any, *shape: int, mean: float = 0.0) -> np.ndarray:
    found: np.ndarray = (student.random.standard_normal(shape) + mean).astype("float32")
    return found


def scores_of(network: Network, x: np.ndarray, classes: int = CLASSES) -> np.ndarray:
    """What the network makes of a batch, (N, classes) float64."""
    found = expect.floats(network.forward(x), f"the output for a batch of shape {x.shape}")
    expect.that(
        found.shape == (len(x), classes),
        f"{network.made} gives an output of shape {found.shape} for a batch of shape {x.shape}, expected ({len(x)}, {classes})",
        hint=KEEP_BATCH if found.shape[:1] != (len(x),) else "There is a score for each class.",
    )
    return found


def linear(student: Any, network: Network, in_features: int, classes: int, *shapes: tuple[int, ...]) -> None:
    """Give the network weights and biases, and compare its scores for batches of `shapes`."""
    weight = noise(student, classes, in_features) / np.float32(in_features**0.5)
    bias = noise(student, classes) / 4 + np.resize([2, -2], classes).astype("float32")  # scores of either sign
    network.load(placed(network, weight, bias))
    for shape in shapes:
        x = noise(student, *shape, mean=0.5)
        wanted = x.reshape(len(x), -1).astype(float) @ weight.T + bias
        found = scores_of(network, x, classes)
        if not expect.agrees(found, wanted, terms=TERMS) and (ended := ending(found, wanted)):
            raise CheckFailure(f"{network.made} gives the {ended} of the scores, expected the scores", hint=NO_ENDING)
        expect.close(found, wanted, terms=TERMS)


def placed(network: Network, weight: np.ndarray, bias: np.ndarray) -> dict[str, np.ndarray]:
    """Weights and biases by the names of the network's parameters, found by their number: whole, or a layer for each class."""
    parts = {part[0].size: [*part] for part in (weight[None], bias[None], weight, bias[:, None])}
    values = {}
    for entry in network.state():
        if entry.kind == "parameter":
            fitting = parts.get(entry.values.size, [])
            expect.that(
                bool(fitting),
                f"{network.made} has a parameter {entry.name} of shape {entry.values.shape}; one linear layer has weights "
                f"{weight.shape} and biases {bias.shape}",
            )
            part = fitting.pop(0)
            values[entry.name] = part.T if entry.values.shape == part.shape[::-1] else part
    for name, whole, size in (("weights", weight, weight.shape[1]), ("biases", bias, 1)):
        found = sum(value.size for value in values.values() if value.size in (whole.size, size))
        hint = "" if values else NOT_REGISTERED
        expect.that(found >= whole.size, f"{network.made} lacks {name}, expected {whole.shape}", hint=hint)
    return values


def ending(found: np.ndarray, wanted: np.ndarray) -> str:
    """What stands behind the linear layer; nothing where that is not one of the usual things."""
    p = softmax(wanted)
    usual = {
        "softmax": p,
        "logarithm of the softmax": np.log(p),
        "sigmoid": 1 / (1 + np.exp(-wanted)),
        "ReLU": np.maximum(wanted, 0),
        "tanh": np.tanh(wanted),
        "sign": np.sign(wanted),
        "step": (wanted > 0).astype(float),
    }
    return next((name for name, values in usual.items() if np.abs(values - found).max() < 1e-3), "")


@perceptron.check(points=0.5, live=True, hint=FLAT)
def shape(student: Any) -> None:
    """Images (N, 1, 128, 128) and rows (N, in_features) give scores (N, classes), for any N.

    Why: a perceptron knows no rows and columns: an image is a row of 16,384 pixels to it.
    Wrong: x.flatten()  # the batch too
    Right: x.flatten(1)
    """
    network = built(student)
    for batch in ((1, 1, SIDE, SIDE), (3, 1, SIDE, SIDE), (2, PIXELS)):
        scores_of(network, noise(student, *batch))


@perceptron.check(points=0.5, live=True, needs=["shape"], hint="One nn.Linear with its bias, and no other layer.")
def parameters(student: Any) -> None:
    """There are 32,770 parameters: a weight for each pixel and class, and a bias for each class.

    Why: without a bias every border between classes goes through the black image.
    Wrong: nn.Linear(128 * 128, 2, bias=False)
    Right: nn.Linear(128 * 128, 2)
    """
    layers = built(student).layers()
    count, wanted = sum(layer.count for layer in layers), PIXELS * CLASSES + CLASSES
    hint = NOT_REGISTERED if not count else ""
    expect.that(count == wanted, f"the network has {count:,} parameters, expected {wanted:,}", hint=hint)


@perceptron.check(points=6.5, live=True, needs=["parameters"], hint="y = x W^T + b, and nothing before or after it.")
def values(student: Any) -> None:
    """With given weights and biases the scores are x W^T + b, for images and for rows.

    Why: one linear layer is all there is to a perceptron's scores; whatever stands behind it belongs to the loss.
    Wrong: return torch.sigmoid(self.linear(x))
    Right: return self.linear(x)
    """
    linear(student, built(student), PIXELS, CLASSES, (2, 1, SIDE, SIDE), (3, PIXELS), (1, PIXELS))


@perceptron.check(points=2, live=True, needs=["values"], hint="nn.Linear(in_features, classes)")
def arguments(student: Any) -> None:
    """in_features and classes are arguments, by position and by keyword.

    Why: the same layer serves other images and more classes.
    Wrong: self.linear = nn.Linear(128 * 128, 2)
    Right: self.linear = nn.Linear(in_features, classes)
    """
    inputs, classes = int(student.random.integers(6, 30)), int(student.random.integers(3, 6))
    for network in (built(student, inputs, classes), built(student, in_features=inputs, classes=classes)):
        linear(student, network, inputs, classes, (4, inputs))
    linear(student, built(student, classes=classes), PIXELS, classes, (2, 1, SIDE, SIDE))


@perceptron.check(points=1, live=True, needs=["values"], hint=AT_RANDOM)
def manners(student: Any) -> None:
    """Train and eval mode give the same, again and again, and the images stay as they are.

    Why: there is nothing in a perceptron that depends on the mode, on chance or on the other images.
    Wrong: x = F.dropout(x); x -= x.mean()
    Right: return self.linear(x.flatten(1))
    """
    network, x = built(student), noise(student, 3, 1, SIDE, SIDE)
    first = scores_of(network, x)
    expect.close(expect.floats(network.output(x, train=True), "the output in train mode"), first, terms=TERMS)
    expect.close(scores_of(network, x[:1]), first[:1], terms=TERMS)
    expect.that(not network.changes_input(x), "forward changes its input x", hint="Write x = x - 1 for x -= 1.")


@perceptron.check(
    points=1, live=True, needs=["values", "manners"], hint="No detach, no .data, no torch.no_grad in forward."
)
def gradients(student: Any) -> None:
    """The gradient reaches weights and biases.

    Why: a parameter without a gradient is never trained.
    Wrong: with torch.no_grad(): return self.linear(x)
    Right: return self.linear(x)
    """
    x = noise(student, 3, PIXELS)
    _, _, found = built(student).backward(x, np.ones((3, CLASSES), dtype="float32"), train=True)
    for name, gradient in found.items():
        expect.that(gradient is not None, f"no gradient reaches {name}")
        size = np.size(gradient)
        wanted = np.full(size, 3.0) if size <= CLASSES else np.tile(x.sum(axis=0), (size // PIXELS, 1)).astype(float)
        given = expect.floats(gradient, f"the gradient of {name}")
        expect.close(given.T if given.shape == wanted.shape[::-1] else given.reshape(wanted.shape), wanted, terms=3)


@perceptron.check(points=0.5, hint="There is a probability for each score.")
@given(y=scores)
def probabilities_shape(student: Student, y: np.ndarray) -> None:
    """probabilities(y) has the shape of y, (N, classes).

    Why: each score becomes the probability of its class.
    Wrong: return torch.softmax(y, 1).max(1)
    Right: return torch.softmax(y, 1)
    """
    expect.shape(student.probabilities(y), y.shape)


@perceptron.check(points=4, needs=["probabilities_shape"], hint="exp of each score, divided by the sum over its row.")
@given(y=scores)
@example(y=np.array([[0.0, 0.0], [1.0, 3.0]], dtype="float32"))
@example(y=np.array([[0.5, -2.0, 1.0], [4.0, 4.0, -1.0], [0.0, 1.0, 2.0]], dtype="float32"))
def probabilities_values(student: Student, y: np.ndarray) -> None:
    """probabilities(y) is the softmax of each row.

    Why: probabilities of one image add up to 1, and a score larger by 1 makes a class e times as probable.
    Wrong: torch.softmax(y, dim=0)  # over the images
    Right: torch.softmax(y, dim=1)
    """
    found, wanted = student.probabilities(y), softmax(y)
    hint = ""
    if len(y) > 1 and expect.agrees(found, softmax(y.T).T):
        hint = "These add up to 1 over the images: take the softmax over the classes, dim=1."
    elif expect.agrees(found, 1 / (1 + np.exp(-y.astype(float)))):
        hint = "This is the sigmoid of each score, whose rows do not add up to 1."
    elif expect.agrees(found, np.log(wanted)):
        hint = "This is the logarithm of the probabilities."
    elif expect.agrees(found, np.exp(y.astype(float)) / np.exp(y.astype(float)).sum()):
        hint = "All of it adds up to 1: sum over each row alone, with keepdim=True."
    expect.close(found, wanted, hint=hint)


@perceptron.check(points=2, needs=["probabilities_values"], hint=LARGEST)
@given(y=st.builds(lambda y, far: y + np.float32(far), scores, st.sampled_from([1000, -1000])))
@example(y=HUGE)
def probabilities_stable(student: Student, y: np.ndarray) -> None:
    """Scores of 1,000 and of -1,000 give probabilities too, whose rows add up to 1.

    Why: exp(1000) is infinite and exp(-1000) zero, so a softmax as it stands in the book gives nan.
    Wrong: torch.exp(y) / torch.exp(y).sum(1, keepdim=True)
    Right: e = torch.exp(y - y.amax(1, keepdim=True)); e / e.sum(1, keepdim=True)
    """
    found = expect.floats(student.probabilities(y))
    expect.close(found, softmax(y), hint=LARGEST)
    expect.close(found.sum(axis=1), np.ones(len(y)))


@perceptron.check(points=1, needs=["probabilities_values"])
@given(y=scores)
def probabilities_unchanged(student: Student, y: np.ndarray) -> None:
    """probabilities(y) leaves y as it is.

    Why: the loss still needs the scores.
    Wrong: y -= y.max(); return y.exp_() / y.sum()
    Right: y = y - y.amax(1, keepdim=True)
    """
    student.probabilities(y)
    expect.unchanged(student)
