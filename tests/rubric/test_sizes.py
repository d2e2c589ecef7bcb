"""Sizes that come from known mistakes are told with the mistake, all others with the formula alone."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from grader.rubric import sizes
from reference import pooling as reference


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ((3, 4), "1 row missing, 1 column missing. The + 1 is missing. There are H - h + 1 rows, 5 - 2 + 1 = 4, and"),
        ((3, 5), "1 row missing. There are"),
        ((5, 7), "It is as large as the image"),
        ((6, 9), "full padding"),
        ((5, 4), "There are H - h + 1 rows, 5 - 2 + 1 = 4, and W - w + 1 columns, 7 - 3 + 1 = 5."),  # more than one
        ((3, 6), "Height and width of the kernel are exchanged"),
        ((4, 6), "1 column too many. There are"),
        ((4, 3), "The image's height is taken for its width"),
        ((2, 2), "moves by its own size"),
        ((20,), "all values lie in one row"),
        ((1, 1, 4, 5), "two axes too many in front"),
        ((9, 9), "5 rows too many, 4 columns too many. There are"),
    ],
)
def test_sizes_of_corr2d(found: tuple[int, ...], words: str) -> None:
    """X (5, 7), K (2, 3): what each mistake gives, and by which formula it would be right."""
    assert words in sizes.corr2d((5, 7), (2, 3))(found)


@pytest.mark.parametrize(("image", "found"), [((2, 3), ()), ((2, 7), (5,))])
def test_axes_that_squeeze_has_taken(image: tuple[int, int], found: tuple[int, ...]) -> None:
    """A kernel as high as the image leaves one row, which squeeze() takes for an axis too many."""
    assert "squeeze() takes" in sizes.corr2d(image, (2, 3))(found)


@pytest.mark.parametrize(
    ("x", "found", "words"),
    [
        ((1, 1, 4, 4), (2, 2), "squeeze() takes"),
        ((1, 2, 4, 4), (2, 2, 2), "squeeze() takes"),
        ((2, 2, 4, 4), (2, 2, 2), "The batch axis is gone"),
        ((2, 5, 4, 4), (2, 3, 2, 2), "every sample and every channel has a result"),
        ((2, 5, 4, 4), (1, 5, 2, 2), "every sample and every channel has a result"),
    ],
)
def test_samples_and_channels_of_pooling(x: tuple[int, ...], found: tuple[int, ...], words: str) -> None:
    """A formula for rows and columns would be no answer."""
    assert words in sizes.pooling(x, 2)(found)


X = (2, 3, 9, 11)


@pytest.mark.parametrize(
    ("settings", "found", "words"),
    [
        ({"kernel_size": 3, "stride": 2}, (2, 3, 7, 9), "It is the size for a stride of 1."),
        ({"kernel_size": 3, "stride": 2}, (2, 3, 3, 3), "without the stride that is given"),
        ({"kernel_size": 2}, (2, 3, 8, 10), "where no stride is given, it is the kernel's size"),
        ({"kernel_size": 3, "stride": 1, "padding": 1}, (2, 3, 7, 9), "It is the size without padding."),
        ({"kernel_size": 3, "stride": 1, "padding": 1}, (2, 3, 11, 13), "twice the padding"),
        ({"kernel_size": 3, "stride": 1, "dilation": 2}, (2, 3, 7, 9), "a dilation of 1"),
        (
            {"kernel_size": 2, "stride": 3, "ceil_mode": True},
            (2, 3, 3, 3),
            "1 column missing. There are ceil((H - kernel)",
        ),
        ({"kernel_size": (2, 3), "stride": 1}, (2, 3, 7, 10), "Rows and columns of kernel_size are exchanged"),
        ({"kernel_size": (2, 4), "stride": 1}, (2, 3, 8, 10), "kernel_size is a pair: its second number"),
        ({"kernel_size": 3, "stride": 2}, (3, 4, 5), "The batch axis is gone"),
        ({"kernel_size": 3, "stride": 2}, (2, 4, 5, 3), "The channels come last"),
        (
            {"kernel_size": 3, "stride": 2},
            (2, 3, 1, 1),
            "There are floor((H - kernel) / stride) + 1 rows, floor((9 - 3)",
        ),
    ],
)
def test_sizes_of_pooling(settings: dict[str, Any], found: tuple[int, ...], words: str) -> None:
    """x (2, 3, 9, 11): an argument that is not used, used twice or the wrong way round."""
    assert words in sizes.pooling(X, **settings)(found)


@pytest.mark.parametrize("kernel_size", [1, 2, 3, (2, 3), [3, 1]])
@pytest.mark.parametrize("padding", [0, 1, (1, 0)])
def test_the_formula_is_the_reference_s(kernel_size: Any, padding: Any) -> None:
    """The sizes in the sentence are those of the right answer, whatever the settings."""
    x = np.zeros(X)
    pair = kernel_size if isinstance(kernel_size, tuple | list) else (kernel_size, kernel_size)
    pads = padding if isinstance(padding, tuple) else (padding, padding)
    if any(pad > side // 2 for pad, side in zip(pads, pair, strict=True)):
        padding = 0
    for stride, dilation, ceil_mode in product([None, 2, (1, 4)], [1, 2], [False, True]):
        settings: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": ceil_mode}
        rows, columns = reference.max_pool2d(x, kernel_size, **settings).shape[2:]
        told = sizes.pooling(X, kernel_size, **settings)((0,))

        assert f"= {rows}" in told and f"= {columns}" in told, (settings, told)
