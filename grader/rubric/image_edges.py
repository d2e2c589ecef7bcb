"""Exercise image_edges: the outlines of a grey picture by a 5x5 kernel. image (H, W) -> (H-4, W-4)."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from grader.authoring import expect
from grader.authoring.exercise import exercise
from grader.authoring.expect import CheckFailure, CheckSkipped
from grader.authoring.strategies import arrays, images
from grader.authoring.student import Student
from grader.records import Picture, Pictures
from grader.rubric import sizes
from reference.image_edges import KERNEL
from reference.image_edges import outline as right_outline

image_edges = exercise(
    "image_edges",
    title="The outlines of a photograph",
    functions={"outline": right_outline},
    lesson="Dive into Deep Learning 7.2.3: Object Edge Detection in Images",
    about="outline(image): correlation of a grey image (H, W), any dtype, with the 5x5 kernel of -1 and 24 in the middle; "
    "(H-4, W-4), (508, 508) for a photograph of (512, 512).",
)
PHOTOGRAPHS = (("skimage", "data/camera.png"), ("sklearn", "datasets/images/china.jpg"))  # the first that is installed
SIDE = 512
SHRUNK = 5  # of a picture in the report: a pixel for each 5 x 5
POINT = np.zeros((9, 11), dtype="float32")
POINT[4, 5] = 1
RAMP = (np.arange(42.0) ** 2 % 97).reshape(6, 7)
DTYPE_HINT = "Make floats of the image first: 24 * 200 does not fit into 8 bits, nor does anything below 0."


@image_edges.check(points=1, hint="A window of 5 rows has H - 4 places.", examples=20)
@given(image=images((5, 12), (5, 12)))
@example(image=RAMP)
def shape(student: Student, image: np.ndarray) -> None:
    """The result has H - 4 rows and W - 4 columns, whatever the size of the image.

    Why: the kernel is laid on every place where it fits wholly inside the image, and only there.
    Wrong: np.zeros((508, 508)), whatever comes in
    Right: np.zeros((H - 4, W - 4))
    """
    expect.shape(student.outline(image), right_outline(image).shape, sizes=sizes.corr2d(image.shape, KERNEL.shape))


@image_edges.check(points=11, needs=["shape"], hint="24 times the middle of each 5x5 window, minus the 24 around it.")
@given(image=images((5, 12), (5, 12)))
@example(image=RAMP)
@example(image=POINT)
@example(image=np.arange(25.0).reshape(5, 5))
@example(image=np.arange(60.0).reshape(5, 12) % 7 * 25)
def values(student: Student, image: np.ndarray) -> None:
    """Every value is 24 times its pixel, minus the 24 pixels around it.

    Why: this is how much a pixel differs from its neighbours: outlines are where it differs much.
    Wrong: abs or clip of it, or its mean
    Right: (image[i:i+5, j:j+5] * kernel).sum()
    """
    right(student.outline(image), image)


@image_edges.check(points=1, needs=["shape"], hint="The kernel adds up to 0: 24 in the middle, not 25.", examples=20)
@given(grey=st.integers(1, 255), sides=st.tuples(st.integers(5, 12), st.integers(5, 12)))
@example(grey=255, sides=(7, 8))
def flat(student: Student, grey: int, sides: tuple[int, int]) -> None:
    """A picture of one grey has no outlines: zeros.

    Why: the numbers of the kernel add up to 0, so brightness alone gives nothing.
    Wrong: kernel[2, 2] = 25
    Right: kernel[2, 2] = 24
    """
    expect.close(student.outline(np.full(sides, grey, dtype="float32")), np.zeros((sides[0] - 4, sides[1] - 4)))


@image_edges.check(points=3, needs=["values"], examples=20)
@given(
    image=arrays((5, 9), (5, 9), dtype="int64", low=0, high=255), kind=st.sampled_from(["uint8", "int64", "float64"])
)
@example(image=(np.arange(48) * 37 % 256).reshape(6, 8), kind="uint8")
@example(image=np.where(np.arange(48).reshape(6, 8) % 8 < 4, 255, 0), kind="uint8")
def any_dtype(student: Student, image: np.ndarray, kind: str) -> None:
    """Whole numbers from 0 to 255, as a picture file has them, give the same as floats.

    Why: pictures come as uint8, in which 24 * 200 is 192 and 0 - 1 is 255.
    Wrong: 24 * image[2:-2, 2:-2] - ...
    Right: image = image.astype(float)
    """
    try:
        found = expect.array(student.outline(image.astype(kind)))
        right(found, image.astype("float64"))
    except CheckFailure as failure:
        if failure.raised is None and not failure.fatal and kind == "uint8":
            failure.hint = failure.hint or DTYPE_HINT
        raise


@image_edges.check(
    points=2, live=True, needs=["values"], hint="On smaller pictures it is right: what is different here?"
)
def photograph(student: Student) -> None:
    """The outlines of a photograph of 512 x 512.

    Why: this is what the kernel is for: light and shade go, what is left are the lines.
    Wrong: a loop over range(28)
    Right: a loop over range(H - 4)
    """
    brightness = student.random.uniform(0.6, 1)  # every run shows another one
    image = (taken()[:, :: student.random.choice([1, -1])] * brightness).astype("uint8")
    wanted = right_outline(image)
    try:
        found = student.outline(image)
    except CheckFailure as failure:
        if failure.fatal and failure.hidden:  # stopped at a limit, which smaller pictures do not come to
            raise CheckSkipped(
                "the photograph takes your code longer than a call may take; its points are not counted"
            ) from None
        raise
    drawn = expect.array(found)
    pictures = [("The photograph", image), ("Your outlines", np.abs(drawn))]
    if drawn.shape == wanted.shape:
        pictures.append(("Difference to the right ones", np.abs(drawn - wanted)))
    if drawn.ndim == 2 and min(drawn.shape) >= SHRUNK:
        student.show(
            Pictures(
                caption="The photograph, its outlines and how far they are off",
                items=tuple(picture(*one) for one in pictures),
            )
        )
    right(found, image)


@image_edges.check(
    points=1, public=False, needs=["values"], hint="Sums and products only: no abs, no clipping.", examples=15
)
@given(image=images((5, 9), (5, 9)))
def linear(student: Student, image: np.ndarray) -> None:
    """The negative of a picture has the outlines with the other sign, and a brighter picture the same.

    Why: the result is linear in the image, and what all pixels share falls out.
    Wrong: return abs(Y)
    Right: return Y
    """
    once = expect.floats(student.outline(image))
    expect.close(student.outline(-2 * image + 100), -2.0 * once, terms=200)


@image_edges.check(points=1, needs=["values"], examples=10)
@given(image=images((5, 9), (5, 9)))
@example(image=np.arange(48, dtype="uint8").reshape(6, 8))
def unchanged(student: Student, image: np.ndarray) -> None:
    """The picture is not modified.

    Why: it is shown beside its outlines.
    Wrong: image -= image.mean()
    Right: image = image - image.mean()
    """
    student.outline(image)
    expect.unchanged(student)


@image_edges.check(points=1, needs=["values"], hint="Keep nothing from one call to the next.", examples=10)
@given(image=images((5, 9), (5, 9)))
def repeatable(student: Student, image: np.ndarray) -> None:
    """The same call gives the same result again, in a new array.

    Why: a function that remembers earlier calls gives different answers in a different order.
    Wrong: Y = np.zeros((508, 508))  # outside of the function
    Right: Y = np.zeros((H - 4, W - 4))  # inside
    """
    first = expect.floats(student.outline(image))
    expect.fresh(student)
    student.outline(2 * image + 1)
    expect.close(student.outline(image), np.nan_to_num(first))
    expect.fresh(student)


def right(found: Any, image: np.ndarray) -> None:
    """What outline(image) gave is right."""
    expect.close(found, right_outline(image), terms=25, sizes=sizes.corr2d(image.shape, KERNEL.shape))


@cache
def taken() -> np.ndarray:
    """A photograph in grey, (512, 512), 0 to 255: scikit-image's `camera`, without it one that comes with scikit-learn."""
    specs = ((find_spec(package), file) for package, file in PHOTOGRAPHS)
    places = [Path(folder, file) for spec, file in specs if spec for folder in spec.submodule_search_locations or ()]
    with Image.open(next(place for place in places if place.is_file())) as photograph:
        return np.asarray(photograph.convert("L").resize((SIDE, SIDE)))


def picture(label: str, values: np.ndarray) -> Picture:
    """The brightest of each 5 x 5 pixels; what goes beyond 255 is scaled."""
    rows, columns = (side // SHRUNK * SHRUNK for side in values.shape)
    blocks = values[:rows, :columns].reshape(rows // SHRUNK, SHRUNK, columns // SHRUNK, SHRUNK)
    pixels = np.nan_to_num(blocks.max(axis=(1, 3)).astype("float64"), posinf=0.0)
    if (brightest := pixels.max(initial=0.0)) > 255:
        pixels *= 255 / brightest
    return Picture(label=label, pixels=tuple(map(tuple, pixels.astype(int).tolist())))
