"""What all checks of pooling share: the exercise, its oracle, what it is tried on; and that the work is one's own."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from hypothesis import strategies as st

from grader.authoring import expect
from grader.authoring.exercise import exercise
from grader.authoring.oracle import Oracle
from grader.authoring.strategies import pairs
from grader.authoring.student import Student
from reference import pooling as canonical

reference = Oracle(canonical)
pooling = exercise(
    "pooling",
    title="Pooling",
    functions={
        "max_pool2d": reference.max_pool2d,
        "avg_pool2d": reference.avg_pool2d,
        "global_avg_pool2d": reference.global_avg_pool2d,
    },
    ready_made=["pooling", "convolution"],
    lesson="Dive into Deep Learning 7.5: Pooling",
    about="max_pool2d, avg_pool2d and global_avg_pool2d with the whole of PyTorch's semantics.",
)
PICTURE = np.arange(16.0).reshape(1, 1, 4, 4)
IMAGE = -1 - np.arange(56.0).reshape(1, 1, 8, 7)
LARGE = (np.arange(3 * 5 * 12 * 14) * 7 % 31).reshape(3, 5, 12, 14).astype("float64")
STEP_HINT = "Row i of the result comes from the window that begins at row i * stride, column j likewise."


def plain_settings(most_dilation: int = 1) -> st.SearchStrategy[dict[str, Any]]:
    """Kernel, stride, padding and dilation of which every window has a cell inside any 6x6 image."""
    found: list[dict[str, Any]] = [
        {"kernel_size": kernel, "stride": stride, "padding": 1} for kernel in (2, 3) for stride in (1, 2, 3)
    ]
    if most_dilation > 1:
        spread = itertools.product(range(2, most_dilation + 1), (0, 1))
        found = [{**one, "dilation": d, "padding": p} for one, (d, p) in itertools.product(found, spread)]
    return st.sampled_from(found)


def paired_settings(**more: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Kernel, stride and padding as pairs, and `more`; every window has a cell inside the image."""
    kernels = list(itertools.product((1, 2, 3), repeat=2))
    padded = [
        {"kernel_size": form(kernel), "padding": padding}
        for form in (tuple, list)
        for kernel in kernels
        for padding in itertools.product(*(range(side // 2 + 1) for side in kernel))
    ]
    others = st.fixed_dictionaries({"stride": pairs(1, 3), **more})
    return st.builds(lambda one, other: one | other, st.sampled_from(padded), others)


@pooling.check(points=0, gate=True, live=True, hint="Write the maximum and the mean over each window yourself.")
def own_work(student: Student) -> None:
    """The windows are your own: no ready-made pooling or convolution is called.

    Why: the exercise is to see what such a layer does inside. Slices, unfold, max and mean are fine. While your
    functions are called here, ready-made ones are not there, so nothing else can earn points with them either.
    Wrong: return torch.nn.functional.max_pool2d(x, kernel_size)
    Right: x[:, :, i:i+k, j:j+k].amax((2, 3))
    """
    x = student.random.standard_normal((2, 2, 6, 7)).astype("float32")
    settings: dict[str, Any]
    for settings in ({}, {"stride": 1, "padding": 1}):
        expect.own_work(student.max_pool2d, x, 3, **settings)
        expect.own_work(student.avg_pool2d, x, 3, **settings)
    expect.own_work(student.global_avg_pool2d, x)
