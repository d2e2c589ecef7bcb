"""What students are not told yet: findings of checks that are shown after the deadline."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import structs

from grader.policy.marks import CLOCK
from grader.records import CheckResult, Finding, SubmissionReport


def concealed(report: SubmissionReport, due: datetime | None, now: datetime | None = None) -> SubmissionReport:
    """`report` as its student may see it `now`: without what is to be shown after `due`; None for a time not known.

    Outcome and points stay, as those of hidden checks do. The report is the same when there is nothing to conceal.
    """
    if (due is not None and (now or datetime.now(UTC)) > due) or not any(check.later for check in report.checks):
        return report
    when = f"after the deadline, {due.strftime(CLOCK)}" if due else "after the deadline"
    exercises = tuple(
        structs.replace(
            exercise, checks=tuple(_silent(check, when) if check.later else check for check in exercise.checks)
        )
        for exercise in report.exercises
    )
    return structs.replace(report, exercises=exercises)


def _silent(check: CheckResult, when: str) -> CheckResult:
    told = Finding(message=f"what this check tried and found is shown {when}") if check.outcome == "failed" else None
    return structs.replace(check, finding=told or check.finding, evidence=(), seconds=0.0)
