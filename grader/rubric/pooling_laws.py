"""What holds for every image, and manners: inputs stay, results are new, calls leave nothing behind."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grader.authoring import expect
from grader.authoring.strategies import arrays, batches
from grader.authoring.student import Student
from grader.rubric.pooling_contract import pooling, reference


@pooling.check(
    points=1, public=False, needs=["max_values", "avg_values"], hint="A mean never exceeds the largest value."
)
@given(x=batches(), kernel_size=st.integers(1, 3), stride=st.integers(1, 3))
def max_above_avg(student: Student, x: np.ndarray, kernel_size: int, stride: int) -> None:
    """The maximum under a window is never below the average under the same window.

    Why: a law that holds for every image needs no table of right answers.
    Wrong: the two functions cut the image into different windows
    Right: both use the same windows
    """
    largest = expect.floats(student.max_pool2d(x, kernel_size, stride=stride))
    mean = expect.floats(student.avg_pool2d(x, kernel_size, stride=stride))
    expect.shape(mean, largest.shape)
    expect.that(bool((largest >= mean - 1e-4).all()), "somewhere the average is above the maximum")


@pooling.check(
    points=1, public=False, needs=["max_values", "avg_values"], hint="Pooling a picture of one grey gives that grey."
)
@given(grey=st.integers(-9, 9), sides=st.tuples(st.integers(4, 7), st.integers(4, 7)), kernel_size=st.integers(1, 3))
def constant(student: Student, grey: int, sides: tuple[int, int], kernel_size: int) -> None:
    """Pooling a picture of one grey gives that grey.

    Why: neither the largest nor the mean of equal values is another value.
    Wrong: zeros from the padding are mixed in
    Right: see max_padding and avg_padding
    """
    x = np.full((1, 2, *sides), float(grey), dtype="float32")
    settings: dict[str, Any] = {"stride": 1, "padding": kernel_size // 2}
    wanted = reference.max_pool2d(x, kernel_size, **settings)
    expect.close(student.max_pool2d(x, kernel_size, **settings), wanted)
    expect.close(student.avg_pool2d(x, kernel_size, **settings, count_include_pad=False), wanted)
    expect.close(np.ravel(expect.array(student.global_avg_pool2d(x))), np.full(2, float(grey)))


@pooling.check(points=1, needs=["max_values", "avg_values"], examples=10)
@given(x=batches(height=(4, 6), width=(4, 6)))
def unchanged(student: Student, x: np.ndarray) -> None:
    """The images are not modified.

    Why: the caller still needs them; the backward pass does too.
    Wrong: x[x < 0] = 0
    Right: work on a padded copy
    """
    for call in (student.max_pool2d, student.avg_pool2d):
        call(x, 2)
        expect.unchanged(student)
        call(x, 3, stride=2, padding=1)
        expect.unchanged(student)
    student.global_avg_pool2d(x)
    expect.unchanged(student)


@pooling.check(points=1, needs=["max_values", "avg_values"], examples=10)
@given(x=batches(height=(4, 6), width=(4, 6)))
def fresh(student: Student, x: np.ndarray) -> None:
    """The result is a new array in every call, also for a 1x1 kernel.

    Why: a result that shares its memory with the image changes when somebody changes the image.
    Wrong: if kernel_size == 1: return x
    Right: if kernel_size == 1: return x.clone()
    """
    for call in (student.max_pool2d, student.avg_pool2d):
        for kernel_size in (1, 2, 2):
            call(x, kernel_size)
            expect.fresh(student)
    for _ in range(2):
        student.global_avg_pool2d(np.ascontiguousarray(x[:, :, :1, :1]))
        expect.fresh(student)


@pooling.check(
    points=1, needs=["max_values", "avg_values"], hint="Keep nothing from one call to the next.", examples=10
)
@given(x=arrays(1, 2, (4, 6), (4, 6)))
def repeatable(student: Student, x: np.ndarray) -> None:
    """The same call gives the same result again.

    Why: a function that remembers earlier calls gives different answers in a different order.
    Wrong: a list outside of the function that every call appends to
    Right: everything a call needs is made inside it
    """
    for call in (student.max_pool2d, student.avg_pool2d):
        first = expect.floats(call(x, 2))
        call(2 * x + 1, 2)
        expect.close(call(x, 2), np.nan_to_num(first))
