"""The counterexample of a finding in plain text: small arrays side by side, the first wrong value in brackets."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import zip_longest
from typing import TypeGuard

from rich.cells import cell_len

from grader.records import Array, Finding, Plain, Value
from grader.report import grids
from grader.report.grids import Cell, Grid
from grader.report.screen import Screen, Span

MOST_VALUES = 64  # of an array that is drawn; the HTML report draws larger ones
MOST_SLICES = 2  # with wrong values
BETWEEN = "   "
Block = list[list[tuple[str, str]]]  # rows of texts with their styles, the first two what it is


def draw(finding: Finding, screen: Screen) -> None:
    """Input, expected and yours, as many side by side as fit; what is no small array in words."""
    beside: list[Block] = []
    for group in (*_inputs(finding), *_answers(finding)):
        blocks = []
        for grid in group:
            if grid.rows and _total([_block(grid)]) <= screen.room:
                blocks.append(_block(grid))
            else:
                words = grid.text or "too large to show here"
                screen.quote(f"{grid.about}, {words}" if grid.about else words, label=f"{grid.caption}:")
        together = [blocks] if _total(blocks) <= screen.room else [[block] for block in blocks]
        for more in together:
            if _total(beside + more) > screen.room:
                _put(beside, screen)
                beside = []
            beside += more
    _put(beside, screen)


def _inputs(finding: Finding) -> Iterator[list[Grid]]:
    """The arguments, but for those that the text of the call tells."""
    for argument in finding.arguments:
        if not (finding.call and isinstance(argument.value, Plain)):
            yield from ([grid] for grid in _alone(argument.name, argument.value))


def _answers(finding: Finding) -> Iterator[list[Grid]]:
    """Expected and yours, slice by slice, as they belong side by side."""
    expected, actual = finding.expected, finding.actual
    if not (_is_small(expected) and _is_small(actual) and expected.shape == actual.shape):
        sides = (("Expected", expected), ("Yours", actual))
        yield [grid for name, value in sides if value is not None for grid in _alone(name, value)]
        return
    for right, yours, difference in grids.comparison(finding)[:MOST_SLICES]:
        pairs = zip(_cells(yours), _cells(right), strict=True)
        unseen = any(cell.wrong and cell.text == other.text for cell, other in pairs)  # too small for the digits shown
        yield [right, yours, difference] if unseen else [right, yours]


def _alone(name: str, value: Value) -> list[Grid]:
    large = isinstance(value, Array) and not _is_small(value)
    return [Grid(name, grids.about(value))] if large else grids.draw(name, value)


def _is_small(value: Value | None) -> TypeGuard[Array]:
    return isinstance(value, Array) and value.values is not None and math.prod(value.shape) <= MOST_VALUES


def _cells(grid: Grid) -> list[Cell]:
    return [cell for _, cells in grid.rows for cell in cells]


def _block(grid: Grid) -> Block:
    wide = grid.widest + 2
    rows: Block = [[(grid.caption, "bold")], [(grid.about, "dim")] if grid.about else []]
    for _, cells in grid.rows:
        rows.append([(_text(cell).rjust(wide), _style(cell)) for cell in cells])
    return rows


def _text(cell: Cell) -> str:
    return f"[{cell.text}]" if cell.first else f" {cell.text} "


def _style(cell: Cell) -> str:
    return " ".join(word for word, holds in (("bold", cell.first), ("red", cell.wrong)) if holds)


def _width(block: Block) -> int:
    return max(sum(cell_len(text) for text, _ in row) for row in block)


def _total(beside: list[Block]) -> int:
    return sum(_width(block) + len(BETWEEN) for block in beside) - len(BETWEEN)


def _put(beside: list[Block], screen: Screen) -> None:
    widths = [_width(block) for block in beside]
    for rows in zip_longest(*beside, fillvalue=[]):
        spans: list[Span] = []
        missing = 0  # columns up to where the next block stands
        for row, width in zip(rows, widths, strict=True):
            spans += [" " * missing, *row] if row else []
            missing = (0 if row else missing) + width + len(BETWEEN) - sum(cell_len(text) for text, _ in row)
        if spans:
            screen.row(*spans)
