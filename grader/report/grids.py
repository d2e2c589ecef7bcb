"""Arrays as small grids of text, for the counterexample of a failed check.

An array of two dimensions is one grid; of more, one grid per leading index ("slice"); of one, a single
row; of none, a single cell. Long sides are shown through a window that contains the first wrong value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.records import Array, Finding, Value
from grader.words import short

MOST_SLICES = 6
LONGEST_SIDE = 12
ELLIPSIS = "…"

Where = tuple[int, ...]
Numbers = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Cell:
    """One value of a grid."""

    text: str
    wrong: bool = False
    first: bool = False  # the first wrong value, which the finding names


@dataclass(frozen=True)
class Grid:
    """One array, one slice of it, or (without rows) a value that is only written out."""

    caption: str
    about: str = ""  # library, dtype and shape; slices left out
    columns: tuple[str, ...] = ()  # indices; empty when there is nothing to count
    rows: tuple[tuple[str, tuple[Cell, ...]], ...] = ()
    text: str = ""

    @property
    def widest(self) -> int:
        """Characters of the longest cell, so that all columns can be equally wide."""
        return max((len(cell.text) for _, cells in self.rows for cell in cells), default=0)


def arguments(finding: Finding) -> list[Grid]:
    """The arguments of the counterexample, slice by slice."""
    return [grid for item in finding.arguments for grid in draw(item.name, item.value)]


def comparison(finding: Finding) -> list[list[Grid]]:
    """Rows of expected, yours and difference, a row for every slice with a wrong value.

    The difference is there only when the shapes agree. Slices that agree are left out: they show nothing.
    """
    expected, actual = _numbers(finding.expected), _numbers(finding.actual)
    if expected is None or actual is None or expected.shape != actual.shape:
        sides = (("Expected", finding.expected), ("Yours", finding.actual))
        return [[grid for name, value in sides if value is not None for grid in draw(name, value)]]
    wrong = differs(expected, actual)
    where = finding.where if _within(finding.where, wrong.shape) else None
    if where is not None:
        wrong[where] = True
    leads = _leads(wrong.shape)
    shown = [lead for lead in leads if wrong[lead].any()] or leads[:1]
    shown.sort(key=lambda lead: (where is None or lead != where[: len(lead)], lead))
    difference = _difference(expected, actual)
    columns = (
        _slices("Expected", about(finding.expected), expected, np.zeros_like(wrong), shown, where),
        _slices("Yours", about(finding.actual), actual, wrong, shown, where),
        _slices("Difference", "yours − expected", difference, wrong, shown, where),
    )
    rows = [list(row) for row in zip(*columns, strict=True)]
    rows[-1][0] = _noting(rows[-1][0], len(leads) - len(rows))
    return rows


def _within(where: Where | None, shape: tuple[int, ...]) -> bool:
    """Whether `where` is the index of one value in an array of this shape."""
    return where is not None and len(where) == len(shape) and all(map(range.__contains__, map(range, shape), where))


def differs(expected: Numbers, actual: Numbers) -> Numbers:
    """Which values to tint: integers that are unequal, others further apart than 1e-4 of their size.

    This only guides the eye; whether a value is wrong was the judge's decision.
    """
    if all(array.dtype.kind in "biu" for array in (expected, actual)):
        return np.asarray(expected != actual)
    finite = np.abs(expected[np.isfinite(expected)])
    size = float(finite.max(initial=0.0)) or 1.0
    near = 1e-4 * min(1.0, size)
    with np.errstate(all="ignore"):
        return np.asarray(~np.isclose(actual, expected, rtol=1e-4, atol=near, equal_nan=True))


def _difference(expected: Numbers, actual: Numbers) -> Numbers:
    """actual - expected, wide enough that neither wraps round nor overflows."""
    kinds = {array.dtype.kind for array in (expected, actual)}
    wide = object if kinds <= set("biu") else np.complex128 if "c" in kinds else np.float64
    with np.errstate(all="ignore"):
        return np.asarray(actual.astype(wide) - expected.astype(wide))


def _numbers(value: Value | None) -> Numbers | None:
    """The values of an array that can be drawn, else None."""
    try:
        numbers = value.numpy() if isinstance(value, Array) else None
    except (ValueError, TypeError, OverflowError):
        return None
    return numbers if numbers is not None and numbers.dtype.kind in "biufc" else None


def about(value: Value | None) -> str:
    if not isinstance(value, Array):
        return ""
    sides = ", ".join(map(str, value.shape)) + ("," if len(value.shape) == 1 else "")
    return f"{value.dtype} ({sides})"


def draw(name: str, value: Value) -> list[Grid]:
    """Draw a value by itself, nothing marked."""
    if not isinstance(value, Array):
        return [Grid(name, text=value.text)]
    numbers = _numbers(value)
    if numbers is None:
        why = "too large to show" if value.values is None else "cannot be drawn"
        return [Grid(name, about(value), text=why)]
    leads = _leads(numbers.shape)
    grids = _slices(name, about(value), numbers, np.zeros(numbers.shape, bool), leads, None)
    return [*grids[:-1], _noting(grids[-1], len(leads) - len(grids))]


def _leads(shape: tuple[int, ...]) -> list[Where]:
    """The leading indices of the slices of an array of this shape; a single () for up to two dimensions."""
    return list(np.ndindex(shape[:-2]))


def _slices(
    name: str, about: str, array: Numbers, wrong: Numbers, leads: Sequence[Where], where: Where | None
) -> list[Grid]:
    """Draw the slices at `leads`, up to a limit; the first says what the array is."""
    if array.size == 0:
        return [Grid(name, about, text="no values")]
    grids: list[Grid] = []
    for lead in leads[:MOST_SLICES]:
        caption = f"{name}[{', '.join(map(str, lead))}]" if lead else name
        first = where[len(lead) :] if where is not None and where[: len(lead)] == lead else None
        grids.append(_grid(caption, about if not grids else "", np.asarray(array[lead]), wrong[lead], first))
    return grids


def _noting(grid: Grid, left_out: int) -> Grid:
    """`grid` with a note on how many slices are not shown."""
    if left_out <= 0:
        return grid
    note = f"{left_out} more slice{'s' if left_out > 1 else ''} not shown"
    return replace(grid, about=f"{grid.about}; {note}" if grid.about else note)


def _grid(caption: str, about: str, array: Numbers, wrong: Numbers, first: Where | None) -> Grid:
    """Draw an array of at most two dimensions."""
    flat, tinted = np.atleast_2d(array), np.atleast_2d(wrong)
    marked = (0, 0, *first)[-2:] if first is not None else None
    down, across = (_window(side, at) for side, at in zip(flat.shape, marked or (0, 0), strict=True))

    def cell(i: int | None, j: int | None) -> Cell:
        if i is None or j is None:
            return Cell(ELLIPSIS)
        return Cell(short(flat.item(i, j)), wrong=bool(tinted[i, j]), first=(i, j) == marked)

    heads = _headings(down) if array.ndim == 2 else [""]
    rows = tuple((head, tuple(cell(i, j) for j in across)) for head, i in zip(heads, down, strict=True))
    return Grid(caption, about, tuple(_headings(across)) if array.ndim else (), rows)


def _window(length: int, focus: int) -> list[int | None]:
    """At most `LONGEST_SIDE` neighbouring indices around `focus`, None where some were left out."""
    start = max(0, min(focus - LONGEST_SIDE // 2, length - LONGEST_SIDE))
    stop = min(length, start + LONGEST_SIDE)
    return [*([None] if start else []), *range(start, stop), *([None] if stop < length else [])]


def _headings(indices: Sequence[int | None]) -> list[str]:
    return [ELLIPSIS if index is None else str(index) for index in indices]
