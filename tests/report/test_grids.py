"""Arrays as grids: which slices and cells are drawn, and which are marked."""

from __future__ import annotations

import numpy as np
import pytest

from grader.records import Argument, Array, Finding, Plain
from grader.report import grids
from grader.report.grids import Grid


def drawn(array: np.ndarray) -> list[Grid]:
    return grids.arguments(Finding(message="m", arguments=(Argument(name="X", value=Array.of(array)),)))


def compared(expected: np.ndarray, actual: np.ndarray, where: tuple[int, ...] | None = None) -> list[list[Grid]]:
    return grids.comparison(Finding(message="m", expected=Array.of(expected), actual=Array.of(actual), where=where))


def texts(grid: Grid) -> list[list[str]]:
    return [[cell.text for cell in cells] for _, cells in grid.rows]


def marked(grid: Grid, mark: str) -> list[tuple[int, int]]:
    return [(i, j) for i, (_, cells) in enumerate(grid.rows) for j, cell in enumerate(cells) if getattr(cell, mark)]


def test_two_dimensions_are_one_grid() -> None:
    """Rows and columns carry their indices."""

    (grid,) = drawn(np.array([[1.5, 2], [3, np.nan]]))

    assert texts(grid) == [["1.5", "2"], ["3", "nan"]]
    assert grid.columns == ("0", "1")
    assert [head for head, _ in grid.rows] == ["0", "1"]
    assert grid.about == "float64 (2, 2)"


def test_complex_numbers() -> None:
    """With and without a real part: an FFT leaves both."""
    array = np.array([[1j, 2 - 3j], [0j, complex("nan")]])

    assert Array.of(array).numpy().tolist()[0] == array.tolist()[0]
    assert len(drawn(array)) == 1


def test_fewer_dimensions() -> None:
    """A vector is one row with column indices, a number one cell with none."""

    (row,) = drawn(np.arange(3))
    (cell,) = drawn(np.array(7))

    assert (texts(row), row.columns, row.about) == ([["0", "1", "2"]], ("0", "1", "2"), "int64 (3,)")
    assert (texts(cell), cell.columns) == ([["7"]], ())


def test_more_dimensions_are_slices() -> None:
    """Every slice says where it is from; beyond six, how many are missing."""

    slices = drawn(np.zeros((2, 4, 3, 5)))

    assert [grid.caption for grid in slices] == [
        "X[0, 0]",
        "X[0, 1]",
        "X[0, 2]",
        "X[0, 3]",
        "X[1, 0]",
        "X[1, 1]",
    ]
    assert slices[-1].about == "2 more slices not shown"
    assert drawn(np.zeros((1, 1, 1, 2, 2)))[0].caption == "X[0, 0, 0]"


def test_long_sides_end_in_an_ellipsis() -> None:
    """Of 30 rows and 64 columns twelve are drawn, and a mark for the rest."""

    (grid,) = drawn(np.zeros((30, 64)))

    assert (len(grid.rows), len(grid.columns)) == (13, 13)
    assert (grid.columns[-1], grid.rows[-1][0]) == ("…", "…")


def test_the_window_contains_the_first_wrong_value() -> None:
    """A value far from the corner is still drawn, and marked."""

    expected = np.zeros((40, 40))
    actual = expected.copy()
    actual[20, 39] = 5

    for grid in compared(expected, actual, (20, 39))[0]:
        ((i, j),) = marked(grid, "first")
        assert (grid.rows[i][0], grid.columns[j]) == ("20", "39")


def test_wrong_values_are_tinted() -> None:
    """Yours and the difference are tinted where they differ, NaN included; what is expected is not."""

    expected, yours, difference = compared(np.array([[1, 2], [3, 4.0]]), np.array([[1, 2.5], [np.nan, 4]]), (0, 1))[0]

    assert [(0, 1), (1, 0)] == marked(yours, "wrong") == marked(difference, "wrong")
    assert marked(expected, "wrong") == []
    assert [(0, 1)] == marked(expected, "first") == marked(yours, "first")
    assert texts(difference) == [["0", "0.5"], ["nan", "0"]]


def test_rounding_is_not_tinted() -> None:
    """Values that agree to 1e-4 of their size look alike, however small or large."""

    assert not grids.differs(np.array([1e-9, 1.0]), np.array([1e-9 + 1e-12, 1.00005])).any()
    assert grids.differs(np.array([1e-9]), np.array([2e-9])).all()
    assert not grids.differs(np.array([np.inf, np.nan]), np.array([np.inf, np.nan])).any()
    assert grids.differs(np.array([30_000]), np.array([30_001])).all()


def test_the_judge_has_the_last_word() -> None:
    """The value that the finding names is tinted even where the eye sees no difference."""

    yours = compared(np.ones((2, 2)), np.ones((2, 2)) + 1e-6, (1, 1))[0][1]

    assert marked(yours, "wrong") == [(1, 1)]


def test_only_slices_with_wrong_values_are_compared() -> None:
    """The slice of the first wrong value leads; slices that agree are counted, not drawn."""

    expected = np.zeros((2, 4, 2, 2))
    actual = expected.copy()
    actual[0, 3, 1, 1] = actual[1, 2, 0, 0] = 1

    rows = compared(expected, actual, (1, 2, 0, 0))

    assert [[grid.caption for grid in row] for row in rows] == [
        ["Expected[1, 2]", "Yours[1, 2]", "Difference[1, 2]"],
        ["Expected[0, 3]", "Yours[0, 3]", "Difference[0, 3]"],
    ]
    assert rows[-1][0].about == "6 more slices not shown"


@pytest.mark.parametrize("dtype", [np.uint8, np.bool_, np.uint64, np.int64])
def test_differences_do_not_wrap_round(dtype: type) -> None:
    """0 - 1 is -1 in every integer type."""

    difference = compared(np.ones((1, 1), dtype), np.zeros((1, 1), dtype))[0][2]

    assert texts(difference) == [["-1"]]


def test_shapes_that_disagree_have_no_difference() -> None:
    """Both are drawn with their shapes, nothing is marked."""

    ((expected, yours),) = compared(np.zeros((2, 3)), np.zeros((3, 4)), (2, 3))

    assert (expected.about, yours.about) == ("float64 (2, 3)", "float64 (3, 4)")
    assert marked(yours, "wrong") == []


def test_what_is_no_array_is_written_out() -> None:
    """Other values show their source text, beside an array too."""

    finding = Finding(message="m", expected=Plain(text="(3, 3)"), actual=Array.of(np.zeros(2)))
    ((expected, yours),) = grids.comparison(finding)

    assert expected.text == "(3, 3)"
    assert texts(yours) == [["0", "0"]]
    assert grids.comparison(Finding(message="m")) == [[]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Array.of(np.zeros((8, 64, 28, 28))), "too large to show"),
        (Array.of(np.zeros((0, 3))), "no values"),
        (Array.of(np.zeros((0, 3, 3))), "no values"),
        (Array(dtype="float32", shape=(2, 2), values=[1, 2, 3]), "cannot be drawn"),
        (Array(dtype="<U3", shape=(1,), values=["abc"]), "cannot be drawn"),
        (Array(dtype="no such", shape=(1,), values=[1]), "cannot be drawn"),
    ],
)
def test_what_cannot_be_drawn_says_so(value: Array, text: str) -> None:
    """Large, empty and contradictory arrays never end the report."""

    finding = Finding(message="m", arguments=(Argument(name="X", value=value),), expected=value, actual=value)

    assert [text] == [grid.text for grid in grids.arguments(finding)]
    assert {text} == {grid.text for row in grids.comparison(finding) for grid in row}


@pytest.mark.parametrize("where", [(9, 9), (0,), (-1, 0), ()])
def test_a_place_outside_is_ignored(where: tuple[int, ...]) -> None:
    """A finding whose index does not fit the array still renders."""

    yours = compared(np.zeros((2, 2)), np.eye(2), where)[0][1]

    assert marked(yours, "first") == []
    assert marked(yours, "wrong") == [(0, 0), (1, 1)]
