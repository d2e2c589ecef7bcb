"""Rows in columns, one a submission or one an exercise: name, points, a small bar, how many checks ended how."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from grader.records import OUTCOMES, ExerciseResult, Outcome, Standing
from grader.report.screen import Screen, Span
from grader.words import one_line, points

Result = Standing | ExerciseResult
STYLES = {"passed": "green", "failed": "red", "skipped": "dim", "errored": "yellow"}
MOST_NAME = 60  # characters of a name
LEAST_NAME = 16  # columns, on the narrowest terminal
BAR = 10  # columns
FULL, EMPTY = "█", "░"
PLAIN_FULL, PLAIN_EMPTY = "#", "."


class Scoreboard:
    """All rows of a list, so that its columns are as wide as the widest row needs; what does not fit is left out."""

    def __init__(self, results: Sequence[Result], screen: Screen, indent: str = "", with_bar: bool = True) -> None:
        self._screen, self._indent = screen, indent
        names, scores = [_name(each) for each in results], [_score(each) for each in results]
        self._name = min(max(map(cell_len, names), default=0), max(LEAST_NAME, (screen.width or 3 * MOST_NAME) // 3))
        self._score = max(map(len, scores), default=0)
        self._counts = {
            outcome: max((len(str(_count(each, outcome))) for each in results), default=0)
            for outcome in OUTCOMES
            if outcome != "errored" or any(_count(each, outcome) for each in results)
        }
        lead = len(indent) + self._name + 2 + self._score
        counts = sum(len(f"  {outcome} ") + digits for outcome, digits in self._counts.items())
        fits = screen.width or lead + 2 + BAR + counts
        self._on_one_row = lead + counts <= fits
        self._with_bar = with_bar and lead + 2 + BAR + (counts if self._on_one_row else 0) <= fits

    def say(self, result: Result, after: str = "") -> None:
        """Print the row of `result`, with `after` at its end."""
        name = _name(result)
        if cell_len(name) > self._name:
            self._screen.say((name, "bold"), indent=self._indent)
            name = ""
        lead: list[Span] = [(name, "bold"), " " * (self._name - cell_len(name)), f"  {_score(result):>{self._score}}"]
        if self._with_bar:
            lead += ["  ", *self._bar(result)]
        counts: list[Span] = []
        for outcome, digits in self._counts.items():
            count = _count(result, outcome)
            counts += ["  ", (f"{outcome} {count:>{digits}}", STYLES[outcome] if count else "dim")]
        if self._on_one_row:
            self._screen.say(*lead, *counts, after, indent=self._indent)
        else:
            self._screen.say(*lead, indent=self._indent)
            self._screen.say(*counts[1:], after, indent=f"{self._indent}  ")

    def _bar(self, result: Result) -> tuple[Span, Span]:
        """The share of the points. Only all of them fill it, only none of them leave it empty."""
        share = result.score / result.max_score if result.max_score else 0.0
        filled = min(BAR - (share < 1), max(round(share * BAR), int(share > 0)))
        full, empty = (FULL, EMPTY) if self._screen.can(FULL + EMPTY) else (PLAIN_FULL, PLAIN_EMPTY)
        return (full * filled, "green" if share == 1 else "yellow"), (empty * (BAR - filled), "dim")


def _name(result: Result) -> str:
    return one_line(result.submission if isinstance(result, Standing) else result.name, MOST_NAME)


def _score(result: Result) -> str:
    return f"{points(result.score)}/{points(result.max_score)}"


def _count(result: Result, outcome: Outcome) -> int:
    if isinstance(result, Standing):
        return result.count(outcome)
    return sum(check.outcome == outcome for check in result.checks)
