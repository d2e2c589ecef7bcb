"""The photograph of image_edges, its pictures in the report, and code that is too slow for it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.authoring.expect import CheckFailure, CheckSkipped
from grader.rubric import image_edges


def stopped(hidden: str) -> Any:
    """A student whose worker died, at a limit or of itself."""

    def outline(image: np.ndarray) -> Any:
        raise CheckFailure("stopped", fatal=True, hidden=hidden)

    return SimpleNamespace(random=np.random.default_rng(0), outline=outline)


def test_it_is_a_photograph() -> None:
    """512 x 512 with all shades of grey."""
    image = image_edges.taken()

    assert ((512, 512), np.uint8) == (image.shape, image.dtype)
    assert np.unique(image).size > 200


def test_a_picture_shows_the_brightest() -> None:
    """A thin line is not lost when the picture is made smaller, and what is beyond white is scaled to it."""
    values = np.zeros((508, 508))
    values[:, 7], values[3, 101], values[9, 9] = 6000, np.nan, np.inf

    drawn = np.array(image_edges.picture("lines", values).pixels)

    assert ((101, 101), 255) == (drawn.shape, drawn.max())
    assert [1] == sorted({*np.argwhere(drawn[5:])[:, 1].tolist()})


def test_code_that_is_too_slow_for_it_is_not_wrong() -> None:
    """Four loops over a tensor take longer than a call may take: no point is lost, unless the worker died of itself."""
    with pytest.raises(CheckSkipped):
        image_edges.photograph.body(stopped("a limit"))
    with pytest.raises(CheckFailure):
        image_edges.photograph.body(stopped(""))
