"""What wrong values look like is told when it is no accident."""

from __future__ import annotations

import numpy as np
import pytest

from grader.authoring.likeness import likeness

RIGHT = np.array([[1.25, -2.5, 3.0], [4.75, 5.0, -6.5], [7.25, -8.0, 9.5]])
BATCH = np.arange(1.0, 25.0).reshape(2, 3, 2, 2) ** 2
PART = RIGHT.copy()
PART[-1] = 0


@pytest.mark.parametrize(
    ("found", "wanted", "words"),
    [
        (-RIGHT, RIGHT, "the wrong sign"),
        (np.abs(RIGHT), RIGHT, "always plus"),
        (np.maximum(RIGHT, 0), RIGHT, "Negative values come out as 0"),
        (np.trunc(RIGHT), RIGHT, "cut to whole numbers"),
        (np.floor(RIGHT), RIGHT, "rounded down"),
        (np.round(RIGHT / 7, 2), RIGHT / 7, "rounded to 2 decimals"),
        (RIGHT.T, RIGHT, "Rows and columns are exchanged"),
        (RIGHT[:, ::-1], RIGHT, "columns come in the opposite order"),
        (RIGHT[::-1], RIGHT, "rows come in the opposite order"),
        (RIGHT[::-1, ::-1], RIGHT, "Rows and columns come in the opposite order"),
        (RIGHT / 4, RIGHT, "1/4 of the right one"),
        (RIGHT * 9, RIGHT, "9 times the right one"),
        (np.zeros((3, 3)), RIGHT, "All values are 0"),
        (RIGHT - 0.184, RIGHT, "off by the same number"),
        ((RIGHT + 8) / 17.5, RIGHT, "scaled and shifted"),
        (np.ones((3, 3)), RIGHT, "All values are the same"),
        (np.full((3, 3), np.nan), RIGHT, "NaN comes from"),
        (np.full((3, 3), np.inf), RIGHT, "Infinite values"),
        (RIGHT.astype("float16") * np.float16(1.001), RIGHT, "nearly right"),
        (np.mod(RIGHT * 80, 256), RIGHT * 80, "multiples of 256"),
        (np.zeros((3, 3)), np.floor(RIGHT) * 256, "multiples of 256"),
        (PART, RIGHT, "Only the last row is wrong"),
        (np.zeros((2, 2)), -np.ones((2, 2)) * [[1, 2], [3, 4]], "Negative values come out as 0"),
        (np.concatenate([BATCH[:1], BATCH[1:] ** 2]), BATCH, "Only the first sample"),
    ],
)
def test_likenesses(found: np.ndarray, wanted: np.ndarray, words: str) -> None:
    """Each is told of values that all agree with it."""
    assert words in likeness(found, wanted, np.isclose(found, wanted, atol=1e-6))


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (RIGHT + np.array([[0.1, 0.4, 2], [3, 1, 5], [0, 2, 7]]), RIGHT),
        (RIGHT[:2, :2] + 1, RIGHT[:2, :2]),  # a shift may be an accident of small counterexamples
        (RIGHT * 0.7, RIGHT),
        (np.arange(9.0).reshape(3, 3) + 4, np.arange(9.0).reshape(3, 3)),  # of a ramp, a flipped kernel is as much
        (np.array([[-1.0]]), np.array([[1.0]])),  # too few values
        (np.array([[-1.0, -1.0, -1.0]]), np.array([[1.0, 1.0, 1.0]])),  # all alike
        (np.array([["a"]]), np.array([[1.0]])),
        (RIGHT, np.where(RIGHT > 9, np.inf, RIGHT)),
    ],
)
def test_nothing_is_told_of_anything_else(found: np.ndarray, wanted: np.ndarray) -> None:
    """No likeness, too few values to tell, or no numbers."""
    assert "" == likeness(found, wanted, np.zeros(wanted.shape, dtype=bool))
