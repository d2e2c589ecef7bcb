"""Maximum pooling: each argument alone, then all together."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from grader.authoring import expect
from grader.authoring.strategies import batches, distinct, pairs
from grader.authoring.student import Student
from grader.rubric import sizes
from grader.rubric.pooling_contract import (
    IMAGE,
    LARGE,
    PICTURE,
    STEP_HINT,
    paired_settings,
    plain_settings,
    pooling,
    reference,
)

PAIR_HINT = "The maxima come first, their indices second."


@pooling.check(
    points=2,
    hint="Take the largest value of each x[:, :, i:i+k, j:j+k]; x has four axes, and windows lie side by side.",
)
@given(x=batches(), kernel_size=st.integers(1, 3))
@example(x=PICTURE, kernel_size=2)
@example(x=-1 - PICTURE, kernel_size=2)
@example(x=np.arange(12.0).reshape(2, 3, 1, 2), kernel_size=1)
@example(x=np.arange(50.0).reshape(2, 1, 5, 5), kernel_size=2)
@example(x=LARGE, kernel_size=5)
def max_values(student: Student, x: np.ndarray, kernel_size: int) -> None:
    """Maximum pooling takes the largest value under each window, for every sample and channel.

    Why: the strongest answer of a filter in each neighbourhood is kept, the rest is forgotten.
    Wrong: x[:, :, i:i+k, j:j+k].mean(axis=(2, 3))
    Right: x[:, :, i:i+k, j:j+k].amax((2, 3))
    """
    found, wanted = student.max_pool2d(x, kernel_size), reference.max_pool2d(x, kernel_size)
    pair = isinstance(found, tuple) and len(found) == 2 and expect.agrees(found[0], wanted)
    expect.that(not pair, "a pair comes back, expected the maxima alone", hint="Indices only with return_indices=True.")
    expect.close(found, wanted, sizes=sizes.pooling(x.shape, kernel_size))


@pooling.check(points=1, needs=["max_values"], hint="(rows, columns): the first number is for H, the second for W.")
@given(x=batches(height=(5, 8), width=(5, 8)), kernel_size=pairs(1, 4))
@example(x=PICTURE, kernel_size=(1, 3))
@example(x=PICTURE, kernel_size=[3, 2])
@example(x=np.arange(24.0).reshape(1, 1, 4, 6), kernel_size=(4, 6))
def max_pairs(student: Student, x: np.ndarray, kernel_size: Any) -> None:
    """A kernel may be a pair (rows, columns), as a tuple or a list.

    Why: not every pattern is square.
    Wrong: k = kernel_size if isinstance(kernel_size, int) else kernel_size[0]
    Right: kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    """
    wanted = reference.max_pool2d(x, kernel_size)
    expect.close(student.max_pool2d(x, kernel_size), wanted, sizes=sizes.pooling(x.shape, kernel_size))


@pooling.check(points=1, needs=["max_values"], hint=STEP_HINT)
@given(x=batches(height=(5, 9), width=(5, 9)), kernel_size=st.integers(1, 3), stride=st.integers(1, 4) | pairs(1, 3))
@example(x=PICTURE, kernel_size=3, stride=2)
@example(x=PICTURE, kernel_size=2, stride=1)
@example(x=PICTURE, kernel_size=2, stride=(1, 2))
@example(x=np.arange(49.0).reshape(1, 1, 7, 7), kernel_size=2, stride=[3, 1])
def max_stride(student: Student, x: np.ndarray, kernel_size: int, stride: Any) -> None:
    """The stride is the step from window to window; what does not fit at the end is left out.

    Why: the stride sets the size of the result.
    Wrong: x[:, :, i:i+k, j:j+k]
    Right: x[:, :, i*s:i*s+k, j*s:j*s+k]
    """
    wanted = reference.max_pool2d(x, kernel_size, stride)
    told = sizes.pooling(x.shape, kernel_size, stride=stride)
    expect.close(student.max_pool2d(x, kernel_size, stride=stride), wanted, sizes=told)


@pooling.check(
    points=1,
    needs=["max_values"],
    hint="`padding` rows above and below and columns on both sides hold -inf, which can never be the largest value. "
    "F.pad names the last axis first.",
)
@given(x=distinct((1, 2), (1, 2), (4, 6), (4, 6), sign=-1), settings=plain_settings())
@example(x=-1 - PICTURE, settings={"kernel_size": 2, "stride": 2, "padding": 1})
@example(x=1 + PICTURE, settings={"kernel_size": 3, "stride": 2, "padding": 1})
@example(x=PICTURE - 1e6, settings={"kernel_size": 3, "stride": 2, "padding": 1})
@example(x=-1 - PICTURE, settings={"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0)})
@example(x=-1 - PICTURE, settings={"kernel_size": (2, 3), "stride": (1, 2), "padding": [0, 1]})
def max_padding(student: Student, x: np.ndarray, settings: dict[str, Any]) -> None:
    """Padding never wins: an image of negative numbers has negative maxima everywhere.

    Why: the padding stands for nothing, not for the number zero.
    Wrong: np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    Right: np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), constant_values=-np.inf)
    """
    wanted = reference.max_pool2d(x, **settings)
    expect.close(student.max_pool2d(x, **settings), wanted, sizes=sizes.pooling(x.shape, **settings))


@pooling.check(
    points=1, needs=["max_values"], hint="With dilation D the cells of a window lie D apart: K cells span D*(K-1)+1."
)
@given(x=distinct((1, 2), (1, 2), (7, 9), (7, 9), sign=1), settings=plain_settings(most_dilation=3))
@example(x=np.arange(49.0).reshape(1, 1, 7, 7), settings={"kernel_size": 2, "stride": 1, "dilation": 2})
@example(x=50 - np.arange(49.0).reshape(1, 1, 7, 7), settings={"kernel_size": 3, "stride": 1, "dilation": (1, 2)})
@example(x=np.arange(49.0).reshape(1, 1, 7, 7), settings={"kernel_size": 3, "stride": 1, "dilation": (2, 1)})
@example(x=50 - np.arange(49.0).reshape(1, 1, 7, 7), settings={"kernel_size": 2, "dilation": (3, 1)})
@example(x=50 - np.arange(49.0).reshape(1, 1, 7, 7), settings={"kernel_size": 2, "stride": 1, "dilation": 5})
def max_dilation(student: Student, x: np.ndarray, settings: dict[str, Any]) -> None:
    """Dilation spreads the cells of a window apart.

    Why: a window with holes sees further with as few cells.
    Wrong: x[:, :, i:i+k, j:j+k]
    Right: x[:, :, i:i+d*(k-1)+1:d, j:j+d*(k-1)+1:d]
    """
    wanted = reference.max_pool2d(x, **settings)
    expect.close(student.max_pool2d(x, **settings), wanted, sizes=sizes.pooling(x.shape, **settings))


@pooling.check(
    points=1,
    needs=["max_stride"],
    hint="Round up, then drop a last window that would start beyond the image and its left padding.",
)
@given(x=distinct((1, 2), (1, 2), (4, 8), (4, 8), sign=-1), kernel_size=st.integers(1, 3), stride=st.integers(1, 4))
@example(x=np.arange(25.0).reshape(1, 1, 5, 5), kernel_size=2, stride=2)
@example(x=np.arange(25.0).reshape(1, 1, 5, 5), kernel_size=3, stride=3)
@example(x=np.arange(25.0).reshape(1, 1, 5, 5), kernel_size=1, stride=3)
@example(x=-np.arange(6.0).reshape(1, 1, 2, 3), kernel_size=1, stride=2)
def max_ceil_mode(student: Student, x: np.ndarray, kernel_size: int, stride: int) -> None:
    """ceil_mode adds a window for the rest at the end, as long as it starts inside.

    Why: without it the last rows and columns of some images are never looked at.
    Wrong: math.ceil((H - k) / s) + 1, always
    Right: the same, less one if the last window would start at row H + padding or later
    """
    settings: dict[str, Any] = {"stride": stride, "ceil_mode": True}
    wanted, told = reference.max_pool2d(x, kernel_size, **settings), sizes.pooling(x.shape, kernel_size, **settings)
    expect.close(student.max_pool2d(x, kernel_size, **settings), wanted, sizes=told)
    settings["padding"] = kernel_size // 2
    x = np.abs(x) + 1  # what padding is worth beside negative numbers is another check's business
    wanted, told = reference.max_pool2d(x, kernel_size, **settings), sizes.pooling(x.shape, kernel_size, **settings)
    expect.close(student.max_pool2d(x, kernel_size, **settings), wanted, sizes=told)


@pooling.check(points=1, needs=["max_values"], hint="The index is row * W + column in the image without its padding.")
@given(x=distinct((1, 2), (1, 3), (4, 7), (4, 7), sign=1), settings=plain_settings())
@example(x=PICTURE, settings={"kernel_size": 2})
@example(x=np.arange(24.0).reshape(1, 1, 4, 6), settings={"kernel_size": 2})
@example(x=np.arange(256.0).reshape(1, 1, 16, 16), settings={"kernel_size": 2})
@example(
    x=np.arange(1.0, 49.0).reshape(2, 1, 4, 6)[:, :, ::-1].copy(),
    settings={"kernel_size": 2, "stride": 2, "padding": 1},
)
def max_indices(student: Student, x: np.ndarray, settings: dict[str, Any]) -> None:
    """return_indices also tells where in the image each maximum was.

    Why: the backward pass sends each gradient to the place the maximum came from.
    Wrong: window.argmax()
    Right: (i*s + row - p) * W + (j*s + column - p)
    """
    found = student.max_pool2d(x, **settings, return_indices=True)
    values, indices = expect.pair(found, "the result", "a pair: the maxima and their indices")
    wanted_values, wanted_indices = reference.max_pool2d(x, **settings, return_indices=True)
    exchanged = expect.agrees(values, wanted_indices) and expect.agrees(indices, wanted_values)
    told = sizes.pooling(x.shape, **settings)
    expect.close(values, wanted_values, hint=PAIR_HINT if exchanged else "", sizes=told)
    expect.close(indices, wanted_indices, sizes=told)


@pooling.check(
    points=1,
    needs=["max_pairs", "max_stride", "max_padding", "max_dilation", "max_ceil_mode", "max_indices"],
    hint="Each argument works alone: look at where two of them meet, such as an index under a dilated window.",
)
@given(
    x=distinct((1, 2), (1, 2), (7, 9), (7, 9), sign=-1),
    settings=paired_settings(dilation=pairs(1, 3), ceil_mode=st.booleans()),
)
@example(x=IMAGE, settings={"kernel_size": 2, "stride": (3, 2), "dilation": (2, 1), "ceil_mode": True})
@example(x=IMAGE, settings={"kernel_size": 2, "stride": (2, 3), "dilation": (1, 2), "ceil_mode": True})
@example(x=IMAGE, settings={"kernel_size": 3, "stride": 2, "dilation": 2, "ceil_mode": True})
@example(x=IMAGE, settings={"kernel_size": 3, "stride": 3, "padding": (0, 1), "dilation": (1, 3), "ceil_mode": True})
@example(x=IMAGE, settings={"kernel_size": 3, "stride": 3, "padding": (1, 0), "dilation": (3, 1), "ceil_mode": True})
@example(x=IMAGE, settings={"kernel_size": 3, "stride": (3, 1), "padding": 1, "dilation": 2, "ceil_mode": True})
@example(x=IMAGE, settings={"kernel_size": 3, "stride": (1, 3), "padding": 1, "dilation": 2, "ceil_mode": True})
@example(x=IMAGE, settings={"kernel_size": (2, 3), "stride": (1, 2), "padding": (0, 1), "dilation": (3, 1)})
@example(x=IMAGE, settings={"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 0), "dilation": (1, 3)})
def max_together(student: Student, x: np.ndarray, settings: dict[str, Any]) -> None:
    """All arguments of max_pool2d in one call, with other numbers for rows than for columns.

    Why: networks combine them freely.
    Wrong: row = top + place // kw, although the cells of the window lie dilation apart
    Right: row = top + place // kw * dilation
    """
    wanted_values, wanted_indices = reference.max_pool2d(x, **settings, return_indices=True)
    told = sizes.pooling(x.shape, **settings)
    expect.close(student.max_pool2d(x, **settings), wanted_values, sizes=told)
    found = student.max_pool2d(x, **settings, return_indices=True)
    values, indices = expect.pair(found, "the result", "a pair: the maxima and their indices")
    expect.close(values, wanted_values)
    expect.close(indices, wanted_indices)
    expect.unchanged(student)
