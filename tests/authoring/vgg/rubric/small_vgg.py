"""Exercise small_vgg: SmallVGG(channels, width, classes), x (N, channels, 8, 8) -> (N, classes)."""

import numpy as np
from answers.small_vgg import SmallVGG

from grader import exercise, expect

small_vgg = exercise(
    "small_vgg",
    title="A block of VGG",
    classes={"SmallVGG": SmallVGG},
    batches={"SmallVGG": [((1, 4, 3), (2, 1, 8, 8)), ((2, 3, 5), (1, 2, 8, 8))]},
    about="SmallVGG(channels, width, classes): three 3x3 convolutions with ReLU, max pooling, dense.",
)
SIZES = (2, 4, 3)


def images(student, count):
    return student.random.standard_normal((count, 2, 8, 8)).astype("float32")


@small_vgg.check(points=0, live=True, hint="Padding 1 keeps 8x8; pooling makes 4x4 of it.")
def shape(student):
    """The result is (N, classes)."""
    for count in (1, 5):
        x = images(student, count)
        found = student.network("SmallVGG", *SIZES, sample=x).output(x)
        assert found.shape == (count, 3), f"{found.shape} comes out for {count} images of 3 classes"


@small_vgg.check(points=1, live=True, needs=["shape"])
def parameters(student):
    """Three convolutions and a dense layer have 567 parameters."""
    network = student.network("SmallVGG", *SIZES, sample=images(student, 1))
    expect.parameter_count(network, 76 + 148 + 148 + 195)


@small_vgg.check(points=7, live=True, needs=["shape"], hint="ReLU behind every convolution; then the maximum of 2x2.")
def values(student):
    """With the right parameters the network gives the right values."""
    x = images(student, 4)
    expect.same_network(student.network("SmallVGG", *SIZES, sample=x), SmallVGG(*SIZES), x)


@small_vgg.check(points=2, live=True, needs=["values"], hint="Do gradients reach every layer?")
def learns(student):
    """Training on one batch brings the loss down, and moves every layer."""
    x, labels = images(student, 12), np.arange(12) % 3
    network = student.network("SmallVGG", *SIZES, sample=x)
    before = {entry.name: entry.values for entry in network.state()}
    losses, _ = network.overfit(x, labels, steps=80, rate=0.02)
    assert losses[-1] < 0.5 * losses[0]
    for entry in network.state():
        assert not np.array_equal(entry.values, before[entry.name]), f"training leaves {entry.name} as it was"
