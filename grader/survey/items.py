"""How each check went over a class: how many passed, and whether those who passed are those who did well elsewhere."""

from __future__ import annotations

import statistics
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from grader.records import CheckResult, SubmissionReport

LEAST = 10  # submissions: a correlation over fewer says nothing
WEAK = 0.2  # below it a check hardly tells good from weak submissions


class Item(NamedTuple):
    """One check over a class."""

    id: str
    title: str
    points: float
    asked: int  # submissions for which it counted
    passed: int
    failed: int
    skipped: int  # as something that it needs was not passed
    discrimination: float | None

    @property
    def rate(self) -> float | None:
        """Percent of those asked who passed."""
        return 100 * self.passed / self.asked if self.asked else None

    @property
    def is_odd(self) -> bool:
        """Whether the check is worth a look: those who pass it do no better elsewhere."""
        return self.discrimination is not None and self.discrimination < WEAK


class Items:
    """Counts a class, a report at a time: of each check only numbers are kept."""

    def __init__(self) -> None:
        self._checks: dict[str, tuple[str, float]] = {}  # title and points
        self._outcomes: dict[str, Counter[str]] = defaultdict(Counter)
        self._passed: dict[str, array[int]] = defaultdict(lambda: array("b"))
        self._elsewhere: dict[str, array[float]] = defaultdict(lambda: array("d"))

    def add(self, report: SubmissionReport) -> None:
        """What did not count for somebody (our fault, no data) is left out."""
        for check in report.checks:
            self._checks[check.id] = check.title, check.points
            if check.counted:
                self._outcomes[check.id][check.outcome] += 1
                self._passed[check.id].append(check.outcome == "passed")
                self._elsewhere[check.id].append(_elsewhere(report, check))

    def made(self) -> list[Item]:
        """Every check in rubric order."""
        return [
            Item(
                id=name,
                title=title,
                points=points,
                asked=self._outcomes[name].total(),
                passed=self._outcomes[name]["passed"],
                failed=self._outcomes[name]["failed"],
                skipped=self._outcomes[name]["skipped"],
                discrimination=discrimination(self._passed[name], self._elsewhere[name]),
            )
            for name, (title, points) in self._checks.items()
            if self._passed[name]
        ]


def _elsewhere(report: SubmissionReport, check: CheckResult) -> float:
    """The share of the points that a submission earned in all other checks."""
    possible = report.max_score - check.points
    return (report.score - check.earned) / possible if possible > 0 else 0.0


def discrimination(passed: Sequence[int], rest: Sequence[float]) -> float | None:
    """The point-biserial correlation of passing one check with the score in all others; None where it is not defined.

        r = (M1 - M0) / s * sqrt(n1 * n0 / n^2)

    M1 and M0 are the mean scores elsewhere of the n1 who passed and the n0 who did not, s the standard deviation of
    all n. It equals Pearson's r with 1 for passed and 0 for not (R. F. Tate, "Correlation between a discrete and a
    continuous variable", Annals of Mathematical Statistics 25 (1954), 603-607). The check's own points are left out of
    the score, or each would correlate with itself (the corrected item-total correlation: L. Crocker and J. Algina,
    "Introduction to Classical and Modern Test Theory", 1986, chapter 14).
    """
    if len(passed) < LEAST or len({*passed}) < 2 or len({*rest}) < 2:
        return None
    try:
        return statistics.correlation([float(one) for one in passed], list(rest))
    except statistics.StatisticsError:  # differences too small for a float
        return None
