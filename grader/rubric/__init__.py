"""The built-in exercises: one module each, in the lessons and the order in which a student meets them."""

from __future__ import annotations

from pathlib import Path

LESSONS = {
    "filters": ("corr2d", "convolution", "image_edges"),
    "learning": ("kernel_learning", "layers"),
    "pooling": ("pooling",),
    "classifiers": ("perceptron", "mnist_cnn", "lenet5", "plain_cnn", "lenet5_paper"),
    "blocks": ("vgg_block", "inception", "global_head", "resnet_block", "bottleneck"),
    "training": ("training_loop",),
}
CORE = ("corr2d", "kernel_learning", "pooling", "mnist_cnn", "lenet5", "resnet_block")
EVERYTHING = tuple(name for names in LESSONS.values() for name in names)
COURSES = {"core": CORE, "everything": EVERYTHING}  # what a course.toml builds on, and --course can name
HERE = Path(__file__).resolve()


def starter() -> Path:
    """The folder with what a student receives."""
    return _data("starter", "exercises/starter")


def planted() -> Path:
    """The folder with planted submissions, EXERCISE/NAME/."""
    return _data("planted", "tests/planted")


def _data(packaged: str, in_checkout: str) -> Path:
    """A folder of data: beside the package in a checkout, inside it when installed from a wheel."""
    inside = HERE.parents[1] / "data" / packaged
    return inside if inside.is_dir() else HERE.parents[2] / in_checkout
