"""Small reports, each of a few checks: for tests of what is made of many."""

from __future__ import annotations

import numpy as np

from grader.records import (
    Argument,
    Array,
    CheckResult,
    ExerciseResult,
    Finding,
    Plain,
    SubmissionReport,
    sum_points,
)


def check(name: str, outcome: str = "passed", points: float = 2, finding: Finding | None = None) -> CheckResult:
    """One result; `counted` follows from the outcome."""
    if outcome != "passed" and finding is None:
        finding = Finding(message=f"{name} went wrong", hint="Look again.")
    return CheckResult(
        id=name,
        title=f"Title of {name}.",
        outcome=outcome,
        points=points,
        earned=points if outcome == "passed" else 0,
        finding=finding,
        counted=outcome not in ("errored", "skipped"),
    )


def report(name: str, *checks: CheckResult, output: str = "") -> SubmissionReport:
    """A report over the checks, in the exercises that their names begin with."""
    exercises = []
    for exercise in dict.fromkeys(one.id.partition(".")[0] for one in checks):
        own = tuple(one for one in checks if one.id.startswith(f"{exercise}."))
        exercises.append(
            ExerciseResult(name=exercise, title=exercise, file=f"{exercise}.py", checks=own, output=output)
        )
    return SubmissionReport(
        submission=name,
        score=sum_points(one.score for one in exercises),
        max_score=sum_points(one.max_score for one in exercises),
        exercises=tuple(exercises),
        seed=7,
        versions={},
        started="2026-11-27T10:00:00+00:00",
        seconds=1.5,
    )


def wrong(answer: object, *, asked: float = 1, call: str = "corr2d(X)", **more: str) -> Finding:
    """A finding with a question and an answer."""
    actual = Array.of(answer) if isinstance(answer, np.ndarray) else Plain(text=str(answer))
    given = Argument(name="X", value=Array.of(np.full((2, 2), asked)))
    return Finding(message=more.pop("message", "it is wrong"), call=call, arguments=(given,), actual=actual, **more)


def failed(name: str, finding: Finding) -> CheckResult:
    return check(name, "failed", finding=finding)
