"""What has changed between two states of the marks: by which check, from what finding to what, and why it was asked."""

from __future__ import annotations

from collections.abc import Iterator

from grader.gradebook.book import Gradebook, Result, Run
from grader.records import Record, sum_points

NOT_ASKED = "it was not asked again; how much it counts or who sees it has changed"
COUNTS_OTHERWISE = "how much it counts has changed as well"


class CheckChange(Record, frozen=True, kw_only=True):
    """A check whose result is another one."""

    name: str
    before: Result | None
    after: Result | None
    why: str  # it is another one


class Change(Record, frozen=True, kw_only=True):
    """A submission whose results are others."""

    submission: str
    before: tuple[float, float] | None  # score and maximum; None: there was no report
    after: tuple[float, float] | None
    checks: tuple[CheckChange, ...]

    @property
    def of_marks(self) -> bool:
        return self.before != self.after

    @property
    def gained(self) -> float:
        return (self.after or (0.0, 0.0))[0] - (self.before or (0.0, 0.0))[0]


def changes(book: Gradebook, before: int, after: int | None) -> Iterator[Change]:
    """Between the marks after the run `before` and those after `after`, or now; a submission at a time, by name."""
    old, new = book.counting(before), book.counting(after)
    why_older = _why_older(book.run(before), after)
    for name in sorted(old.keys() | new.keys()):
        numbers = [old.get(name), new.get(name)]
        if numbers[0] == numbers[1]:
            continue
        was, now = (book.results(number) if number is not None else {} for number in numbers)
        checks = tuple(filter(None, (_change(was.get(one), now.get(one), before, why_older) for one in {**was, **now})))
        if checks:
            scores = (
                None if number is None else _score(found) for number, found in zip(numbers, (was, now), strict=True)
            )
            yield Change(submission=name, before=next(scores), after=next(scores), checks=checks)


def _why_older(before: Run, after: int | None) -> str:
    """Why a result counts that was known when that run ended, and did not count then; to be formatted with its run."""
    if after is not None and after < before.id:
        return "the result of run {} is the older one"
    if before.state == "reverted":
        return f"run {before.id} is reverted, and the result of run {{}} counts again"
    return "the result of run {} counts again, since what it depends on is as it was then"


def _change(before: Result | None, after: Result | None, run: int, why_older: str) -> CheckChange | None:
    """`run`: the one after which it was `before`."""
    shown = [(one.outcome, one.earned, one.points, one.counted, one.told) if one else None for one in (before, after)]
    if shown[0] == shown[1]:
        return None
    name = (after or before).name  # type: ignore[union-attr]
    if after is None:
        why = "it is not among the checks any more"
    elif before is not None and before.run == after.run:
        why = NOT_ASKED
    else:
        why = why_older.format(after.run) if after.run <= run else after.why
        if before is not None and (before.points, before.counted) != (after.points, after.counted):
            why = f"{why}; {COUNTS_OTHERWISE}"
    return CheckChange(name=name, before=before, after=after, why=why)


def _score(results: dict[str, Result]) -> tuple[float, float]:
    return (
        sum_points(one.earned for one in results.values()),
        sum_points(one.points for one in results.values() if one.counted),
    )
