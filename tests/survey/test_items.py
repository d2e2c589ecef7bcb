"""Checks over a class: what counts as asked, and a correlation that agrees with its textbook formula."""

from __future__ import annotations

import math
import random
import statistics

import pytest

from grader.survey.items import Items, discrimination
from tests.reports import check, report


def test_discrimination_is_the_formula_of_its_docstring() -> None:
    """The point-biserial correlation, by means and standard deviation."""
    draw = random.Random(0)
    passed = [draw.random() < 0.6 for _ in range(40)]
    rest = [draw.random() + 0.3 * one for one in passed]
    with_it, without = ([x for x, one in zip(rest, passed, strict=True) if one is wanted] for wanted in (True, False))
    share = len(with_it) * len(without) / len(rest) ** 2
    difference = statistics.fmean(with_it) - statistics.fmean(without)

    assert discrimination(passed, rest) == pytest.approx(difference / statistics.pstdev(rest) * math.sqrt(share))


@pytest.mark.parametrize(
    ("passed", "rest"),
    [
        ([True, False] * 4, [0.1, 0.2] * 4),  # too few
        ([True] * 10, [0.1, 0.2] * 5),
        ([True, False] * 5, [0.5] * 10),
    ],
)
def test_discrimination_that_says_nothing(passed: list[bool], rest: list[float]) -> None:
    """Where it is not defined, or would be chance, there is none."""
    assert discrimination(passed, rest) is None


def test_items() -> None:
    """What was our fault counts for nobody, what was not tried counts as not passed, and its own points are left out."""
    strong = [report(f"s{n}", check("a.x"), check("a.y"), check("a.z", points=6)) for n in range(5)]
    weak = [report(f"w{n}", check("a.x", "failed"), check("a.y"), check("a.z", "failed", 6)) for n in range(5)]
    ours = report("ours", check("a.x", "errored"), check("a.y", "failed"), check("a.z"))
    counted = Items()
    for one in (*strong, *weak, ours):
        counted.add(one)
    x, y, _ = counted.made()

    assert ("a.x", 10, 5, 5, 50.0, False) == (x.id, x.asked, x.passed, x.failed, x.rate, x.is_odd)
    assert x.discrimination == pytest.approx(1)
    assert (11, 10, True) == (y.asked, y.passed, y.is_odd)
