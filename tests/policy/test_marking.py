"""A whole class: who a mark is for, and which attempt counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from grader.policy.marking import Marking
from grader.policy.people import Person
from grader.policy.rules import Attempt, Late, Policy
from grader.records import SubmissionReport
from tests.export.test_export import check, report

DUE = datetime(2026, 1, 31, 12, tzinfo=UTC)
FIRST, SECOND, OTHER = (
    "W_anna_attempt_2026-01-31-10-00-00",
    "W_anna_attempt_2026-02-01-10-00-00",
    "W_ben_attempt_2026-01-31-10-00-00",
)


@pytest.fixture
def graded() -> list[SubmissionReport]:
    """Anna's second attempt is better, but late."""
    return [
        report(FIRST, check("corr2d.a"), check("corr2d.b", "failed")),
        report(SECOND, check("corr2d.a"), check("corr2d.b")),
        report(OTHER, check("corr2d.a")),
    ]


@pytest.mark.parametrize(
    ("attempt", "percent", "counts"), [("last", 90, SECOND), ("best", 90, FIRST), ("best", 10, SECOND)]
)
def test_which_attempt_counts(graded: list[SubmissionReport], attempt: Attempt, percent: float, counts: str) -> None:
    """The best is best as a mark, after what being late costs."""
    marking = Marking(Policy(deadline=DUE, late=Late(percent=percent), attempt=attempt))
    places = {one.submission: f"/class/{one.submission}_corr2d.py" for one in graded}
    marking = Marking(marking.policy, {}, places)

    assert [counts, OTHER] == [one.submission for one in marking.chosen(graded)]


def test_namesakes_are_no_attempts() -> None:
    """Moodle tells them apart by a number."""
    names = ["Anna Smith_1", "Anna Smith_2"]
    marking = Marking(Policy(), {}, {name: f"/class/{name}_assignsubmission_file_" for name in names})

    assert names == [one.submission for one in marking.chosen(report(name, check("corr2d.a")) for name in names)]


def test_what_is_said_beats_what_the_platform_tells(graded: list[SubmissionReport]) -> None:
    """By the submission's name, or by the student's, which is for all attempts."""
    at = datetime(2026, 1, 30, tzinfo=UTC)
    places = {one.submission: f"/class/{one.submission}_corr2d.py" for one in graded}
    marking = Marking(Policy(deadline=DUE), {"anna": Person(handed_in=at), OTHER: Person(excused=("corr2d",))}, places)

    assert [at, at] == [marking.person(name).handed_in for name in (FIRST, SECOND)]
    assert (datetime(2026, 1, 31, 10, tzinfo=UTC), ("corr2d",)) == (
        marking.person(OTHER).handed_in,
        marking.person(OTHER).excused,
    )
