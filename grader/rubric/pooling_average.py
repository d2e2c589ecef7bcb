"""Average and global average pooling: each argument alone, then all together."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from grader.authoring import expect
from grader.authoring.strategies import batches, pairs
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


@pooling.check(
    points=2, hint="Add the values of each x[:, :, i:i+k, j:j+k] and divide by their number; x has four axes."
)
@given(x=batches(), kernel_size=st.integers(1, 3))
@example(x=PICTURE, kernel_size=2)
@example(x=np.arange(12.0).reshape(2, 3, 1, 2), kernel_size=1)
@example(x=np.arange(50.0).reshape(2, 1, 5, 5), kernel_size=2)
@example(x=LARGE, kernel_size=5)
def avg_values(student: Student, x: np.ndarray, kernel_size: int) -> None:
    """Average pooling takes the mean under each window, for every sample and channel.

    Why: the mean keeps how strong a neighbourhood is as a whole.
    Wrong: x[:, :, i:i+k, j:j+k].sum(axis=(2, 3))
    Right: x[:, :, i:i+k, j:j+k].mean(axis=(2, 3))
    """
    wanted = reference.avg_pool2d(x, kernel_size)
    expect.close(student.avg_pool2d(x, kernel_size), wanted, terms=9, sizes=sizes.pooling(x.shape, kernel_size))


@pooling.check(points=1, needs=["avg_values"], hint="(rows, columns): the first number is for H, the second for W.")
@given(x=batches(height=(5, 8), width=(5, 8)), kernel_size=pairs(1, 4))
@example(x=PICTURE, kernel_size=(1, 3))
@example(x=PICTURE, kernel_size=[3, 2])
def avg_pairs(student: Student, x: np.ndarray, kernel_size: Any) -> None:
    """A kernel may be a pair (rows, columns), as a tuple or a list.

    Why: not every neighbourhood is square.
    Wrong: k = kernel_size if isinstance(kernel_size, int) else kernel_size[0]
    Right: kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    """
    wanted = reference.avg_pool2d(x, kernel_size)
    expect.close(student.avg_pool2d(x, kernel_size), wanted, terms=16, sizes=sizes.pooling(x.shape, kernel_size))


@pooling.check(points=1, needs=["avg_values"], hint=STEP_HINT)
@given(x=batches(height=(5, 9), width=(5, 9)), kernel_size=st.integers(1, 3), stride=st.integers(1, 4) | pairs(1, 3))
@example(x=PICTURE, kernel_size=3, stride=2)
@example(x=PICTURE, kernel_size=2, stride=1)
@example(x=PICTURE, kernel_size=2, stride=[1, 2])
def avg_stride(student: Student, x: np.ndarray, kernel_size: int, stride: Any) -> None:
    """The stride is the step from window to window; what does not fit at the end is left out.

    Why: the stride sets the size of the result.
    Wrong: x[:, :, i:i+k, j:j+k]
    Right: x[:, :, i*s:i*s+k, j*s:j*s+k]
    """
    wanted = reference.avg_pool2d(x, kernel_size, stride)
    told = sizes.pooling(x.shape, kernel_size, stride=stride)
    expect.close(student.avg_pool2d(x, kernel_size, stride=stride), wanted, terms=9, sizes=told)


@pooling.check(points=1, needs=["avg_values"], hint="count_include_pad says whether padded zeros count in the divisor.")
@given(x=batches(height=(4, 6), width=(4, 6)), settings=plain_settings(), count_include_pad=st.booleans())
@example(x=1 + PICTURE, settings={"kernel_size": 2, "stride": 2, "padding": 1}, count_include_pad=True)
@example(x=1 + PICTURE, settings={"kernel_size": 2, "stride": 2, "padding": 1}, count_include_pad=False)
@example(x=PICTURE % 3, settings={"kernel_size": 2, "stride": 2, "padding": 1}, count_include_pad=False)
@example(x=1 + PICTURE, settings={"kernel_size": (3, 2), "stride": 1, "padding": (1, 0)}, count_include_pad=True)
@example(x=1 + PICTURE, settings={"kernel_size": [2, 3], "stride": 1, "padding": [0, 1]}, count_include_pad=False)
def avg_padding(student: Student, x: np.ndarray, settings: dict[str, Any], count_include_pad: bool) -> None:
    """Padding adds zeros; they count in the average unless count_include_pad is False.

    Why: counting them darkens the border, leaving them out does not.
    Wrong: padded.mean(), whatever count_include_pad says
    Right: window.sum() / number of cells that count
    """
    wanted, told = reference.avg_pool2d(x, **settings), sizes.pooling(x.shape, **settings)
    if count_include_pad:
        expect.close(student.avg_pool2d(x, **settings), wanted, terms=9, sizes=told)
    settings = {**settings, "count_include_pad": count_include_pad}
    expect.close(student.avg_pool2d(x, **settings), reference.avg_pool2d(x, **settings), terms=9, sizes=told)


@pooling.check(
    points=1,
    needs=["avg_stride"],
    hint="Round the size up as max_ceil_mode does; cells beyond the padded image never count in the divisor.",
)
@given(
    x=batches(height=(4, 8), width=(4, 8), low=1),
    kernel_size=st.integers(1, 3),
    stride=st.integers(1, 4),
    count_include_pad=st.booleans(),
)
@example(x=1 + np.arange(25.0).reshape(1, 1, 5, 5), kernel_size=2, stride=2, count_include_pad=True)
@example(x=1 + np.arange(25.0).reshape(1, 1, 5, 5), kernel_size=3, stride=3, count_include_pad=False)
@example(x=1 + np.arange(25.0).reshape(1, 1, 5, 5), kernel_size=1, stride=3, count_include_pad=True)
@example(x=1 + np.arange(36.0).reshape(1, 1, 6, 6), kernel_size=3, stride=2, count_include_pad=True)
@example(x=1 + np.arange(270.0).reshape(6, 5, 3, 3), kernel_size=2, stride=2, count_include_pad=True)
@example(x=1 + np.arange(36.0).reshape(1, 1, 6, 6), kernel_size=3, stride=3, count_include_pad=True)
def avg_ceil_mode(student: Student, x: np.ndarray, kernel_size: int, stride: int, count_include_pad: bool) -> None:
    """ceil_mode adds a window for the rest at the end and divides by the cells that are there.

    Why: a window that hangs over the edge has fewer cells; dividing by all of them makes it too dark.
    Wrong: window.sum() / (kh * kw)
    Right: window.sum() / number of cells inside the padded image
    """
    settings: dict[str, Any] = {"stride": stride, "ceil_mode": True}
    wanted, told = reference.avg_pool2d(x, kernel_size, **settings), sizes.pooling(x.shape, kernel_size, **settings)
    expect.close(student.avg_pool2d(x, kernel_size, **settings), wanted, sizes=told)
    settings |= {"padding": kernel_size // 2, "count_include_pad": count_include_pad}
    wanted, told = reference.avg_pool2d(x, kernel_size, **settings), sizes.pooling(x.shape, kernel_size, **settings)
    expect.close(student.avg_pool2d(x, kernel_size, **settings), wanted, sizes=told)


@pooling.check(
    points=1,
    needs=["avg_values"],
    hint="With divisor_override=n every sum is divided by n, whatever lies under the window.",
)
@given(x=batches(height=(4, 6), width=(4, 6)), kernel_size=st.integers(2, 3), divisor_override=st.integers(1, 7))
@example(x=PICTURE, kernel_size=2, divisor_override=1)
@example(x=PICTURE, kernel_size=2, divisor_override=3)
def avg_divisor(student: Student, x: np.ndarray, kernel_size: int, divisor_override: int) -> None:
    """divisor_override replaces the number of cells.

    Why: with a divisor of 1 the same function adds up the windows.
    Wrong: window.sum() / (kh * kw)
    Right: window.sum() / (divisor_override or number of cells)
    """
    wanted = reference.avg_pool2d(x, kernel_size, divisor_override=divisor_override)
    expect.close(student.avg_pool2d(x, kernel_size, divisor_override=divisor_override), wanted, terms=9)


@pooling.check(
    points=1,
    needs=["avg_pairs", "avg_stride", "avg_padding", "avg_ceil_mode", "avg_divisor"],
    hint="Each argument works alone: look at where two of them meet, such as ceil_mode beside padding.",
)
@given(
    x=batches((1, 2), (1, 2), (4, 9), (4, 9)),
    settings=paired_settings(
        ceil_mode=st.booleans(), count_include_pad=st.booleans(), divisor_override=st.none() | st.integers(1, 7)
    ),
)
@example(x=-IMAGE, settings={"kernel_size": (2, 3), "stride": (3, 2), "padding": (1, 0), "ceil_mode": True})
@example(x=-IMAGE, settings={"kernel_size": (3, 2), "stride": (2, 3), "padding": (0, 1), "ceil_mode": True})
@example(x=-IMAGE, settings={"kernel_size": 2, "stride": (3, 1), "ceil_mode": True, "divisor_override": 3})
@example(x=-IMAGE, settings={"kernel_size": 3, "stride": (1, 3), "padding": 1, "count_include_pad": False})
def avg_together(student: Student, x: np.ndarray, settings: dict[str, Any]) -> None:
    """All arguments of avg_pool2d in one call, with other numbers for rows than for columns.

    Why: networks combine them freely.
    Wrong: with ceil_mode, cells beyond the padding are counted with it
    Right: count the cells of the padded image that lie under the window
    """
    wanted = reference.avg_pool2d(x, **settings)
    expect.close(student.avg_pool2d(x, **settings), wanted, terms=9, sizes=sizes.pooling(x.shape, **settings))


@pooling.check(points=3, hint="Average over H and W; samples and channels stay apart.")
@given(x=batches((1, 3), (1, 4), (1, 6), (1, 6)))
@example(x=np.arange(24.0).reshape(2, 2, 2, 3))
@example(x=LARGE)
def global_values(student: Student, x: np.ndarray) -> None:
    """Global average pooling takes the mean of every channel: (N, C, H, W) -> (N, C).

    Why: one number a channel, whatever the size of the image.
    Wrong: x.mean(axis=(0, 2, 3))
    Right: x.mean(axis=(2, 3))
    """
    found, wanted = expect.array(student.global_avg_pool2d(x)), reference.global_avg_pool2d(x)
    if found.shape == (*wanted.shape, 1, 1):  # the sides kept, as nn.AdaptiveAvgPool2d(1) does
        found = found[:, :, 0, 0]
    expect.close(found, wanted, terms=x[0, 0].size)
