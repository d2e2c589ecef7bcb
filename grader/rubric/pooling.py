"""Exercise pooling: maximum, average and global average pooling. x (N, C, H, W) -> (N, C, H', W')."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from grader.authoring import expect
from grader.authoring.exercise import exercise
from grader.authoring.oracle import Oracle
from grader.authoring.strategies import arrays, batches, distinct, pairs
from grader.authoring.student import Student
from grader.rubric import sizes
from reference import pooling as canonical

pooling = exercise(
    "pooling",
    title="Pooling",
    functions={
        "max_pool2d": canonical.max_pool2d,
        "avg_pool2d": canonical.avg_pool2d,
        "global_avg_pool2d": canonical.global_avg_pool2d,
    },
    ready_made=["pooling", "convolution"],
    lesson="Dive into Deep Learning 7.5: Pooling",
    about="max_pool2d, avg_pool2d and global_avg_pool2d with the whole of PyTorch's semantics.",
)
reference = Oracle(canonical)
PICTURE = np.arange(16.0).reshape(1, 1, 4, 4)
IMAGE = -1 - np.arange(56.0).reshape(1, 1, 8, 7)
LARGE = (np.arange(3 * 5 * 12 * 14) * 7 % 31).reshape(3, 5, 12, 14).astype("float64")
PAIR_HINT = "The maxima come first, their indices second."
STEP_HINT = "Row i of the result comes from the window that begins at row i * stride, column j likewise."


@st.composite
def _settings(draw: st.DrawFn, most_dilation: int = 1) -> dict[str, Any]:
    """Kernel, stride, padding and dilation of which every window has a cell inside any 6x6 image."""
    kernel = draw(st.integers(2, 3))
    settings: dict[str, Any] = {"kernel_size": kernel, "stride": draw(st.integers(1, 3))}
    if most_dilation > 1:
        settings["dilation"] = draw(st.integers(2, most_dilation))
        settings["padding"] = draw(st.integers(0, 1))
    else:
        settings["padding"] = draw(st.integers(1, kernel // 2))
    return settings


@st.composite
def _together(draw: st.DrawFn, /, **more: st.SearchStrategy[Any]) -> dict[str, Any]:
    """Kernel, stride and padding as pairs, and `more`; every window has a cell inside the image."""
    kernel = draw(pairs(1, 3))
    padding = tuple(draw(st.integers(0, side // 2)) for side in kernel)
    settings: dict[str, Any] = {"kernel_size": kernel, "stride": draw(pairs(1, 3)), "padding": padding}
    return settings | {name: draw(values) for name, values in more.items()}


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


# ------------------------------------------------------------------------------------------------ maximum


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
@given(x=distinct((1, 2), (1, 2), (4, 6), (4, 6), sign=-1), settings=_settings())
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
@given(x=distinct((1, 2), (1, 2), (7, 9), (7, 9), sign=1), settings=_settings(most_dilation=3))
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
@given(x=distinct((1, 2), (1, 3), (4, 7), (4, 7), sign=1), settings=_settings())
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
    settings=_together(dilation=pairs(1, 3), ceil_mode=st.booleans()),
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


# ------------------------------------------------------------------------------------------------ average


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
@given(x=batches(height=(4, 6), width=(4, 6)), settings=_settings(), count_include_pad=st.booleans())
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
    settings=_together(
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


# --------------------------------------------------------------------------------------------------- laws


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


# ------------------------------------------------------------------------------------------------ manners


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
