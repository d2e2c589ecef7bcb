"""Pairs of submissions that are alike, side by side: places to look, for the instructor alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from grader.report import html
from grader.report.files import write_whole
from grader.survey.similar import Line, Pair, files_in, side_by_side

PAGE = "similar.html"


class Sheet(NamedTuple):
    """A file that both have."""

    name: str
    lines: list[Line]

    @property
    def same(self) -> int:
        return sum(line.same for line in self.lines)


class Look(NamedTuple):
    """A pair with what there is to see of it."""

    pair: Pair
    sheets: list[Sheet]


def write_similar(
    pairs: Sequence[Pair], snapshots: Mapping[str, Path], missing: Sequence[str], compared: int, out: Path
) -> Path:
    """Write similar.html into `out`; return its path. `missing` are submissions whose code is not at hand."""
    looks = [Look(pair, _sheets(*(snapshots.get(name) for name in pair.names))) for pair in pairs]
    page = html.render("similar.html.j2", looks=looks, missing=missing, compared=compared)
    return write_whole(out / PAGE, page)


def _sheets(left: Path | None, right: Path | None) -> list[Sheet]:
    if left is None or right is None:
        return []
    sheets = []
    for name in sorted({*files_in(left)} & {*files_in(right)}):
        lines = side_by_side(*((folder / name).read_text("utf-8") for folder in (left, right)))
        sheets.append(Sheet(name, lines))
    return sorted((sheet for sheet in sheets if sheet.same), key=lambda sheet: -sheet.same)
