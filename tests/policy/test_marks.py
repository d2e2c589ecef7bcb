"""From points to a mark: every difference is a line, and the same report gives another mark by another policy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from grader.policy.marks import Mark, mark_of
from grader.policy.people import Manual, Person
from grader.policy.rules import Late, Policy
from grader.records import SubmissionReport
from tests.reports import check, report

DUE = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)


@pytest.fixture
def graded() -> SubmissionReport:
    """6 of 10 points: 2 of 4 in corr2d, 4 of 6 in pooling."""
    return report(
        "anna",
        check("corr2d.values"),
        check("corr2d.linear", "failed"),
        check("pooling.values", points=4),
        check("pooling.dilation", "failed"),
    )


def late(hours: float, **more: Any) -> Person:
    return Person(handed_in=DUE + timedelta(hours=hours), **more)


def total(mark: Mark) -> tuple[float, float]:
    return mark.score, mark.max_score


def told(mark: Mark) -> list[tuple[str, float]]:
    return [(line.text, line.points) for line in mark.lines[1:]]


def test_without_rules_the_points_are_the_mark(graded: SubmissionReport) -> None:
    """And there is one line, which says so."""
    mark = mark_of(graded, Policy(), Person())

    assert (6, 10) == total(mark)
    assert [("What the checks earned", 6)] == [(line.text, line.points) for line in mark.lines]


@pytest.mark.parametrize(
    ("hours", "rule", "cost"),
    [
        (-1, Late(percent=10), 0),
        (0.25, Late(percent=10), 0),  # the grace
        (0.5, Late(percent=10), 1),
        (24, Late(percent=10), 1),
        (24.01, Late(percent=10), 2),
        (240, Late(percent=10, at_most=35), 3.5),
        (240, Late(percent=10), 6),  # never more than was earned
        (3, Late(points=0.5, per="hour"), 1.5),
        (30, Late(points=2, at_most=3), 3),
    ],
)
def test_late(graded: SubmissionReport, hours: float, rule: Late, cost: float) -> None:
    """Each day or hour that has begun costs the same, up to a limit."""
    policy = Policy(deadline=DUE, grace_minutes=15, late=rule)

    assert (6 - cost, 10) == total(mark_of(graded, policy, late(hours)))


def test_the_line_says_how_late_and_by_which_rule(graded: SubmissionReport) -> None:
    """With the deadline and who told the time."""
    policy = Policy(deadline=DUE, late=Late(percent=10))

    expected = (
        "Late: handed in 30 hours after the deadline (2026-11-30 22:59 UTC), as the marks file says: "
        "2 days begun, 10 % each"
    )
    assert [(expected, -2.0)] == told(mark_of(graded, policy, late(30)))


def test_exercises_with_deadlines_of_their_own(graded: SubmissionReport) -> None:
    """Only what is late itself costs, in percent of its own points."""
    policy = Policy(deadline=DUE, deadlines={"pooling": DUE + timedelta(days=7)}, late=Late(percent=50))
    mark = mark_of(graded, policy, late(1))

    assert (4, 10) == total(mark)
    assert mark.lines[-1].text.startswith("corr2d: handed in 60 minutes after")
    assert DUE + timedelta(days=7) == mark.due


def test_the_clock_that_is_put_back() -> None:
    """A day over the end of summer time has 25 hours."""
    zone = ZoneInfo("Europe/Berlin")
    policy = Policy(deadline=datetime(2026, 10, 24, 23, tzinfo=zone), late=Late(points=1, per="hour"))
    person = Person(handed_in=datetime(2026, 10, 25, 23, tzinfo=zone))

    assert 100 - 25 == mark_of(report("anna", check("a.x", points=100)), policy, person).score


def test_no_exercise_pays_for_another() -> None:
    """What is missing earns nothing, and takes nothing off what is there."""
    half = report("anna", check("corr2d.values", points=10), check("pooling.loads", "failed", points=10))

    assert (9, 20) == total(mark_of(half, Policy(deadline=DUE, late=Late(percent=10)), late(1)))


def test_a_changed_deadline_changes_the_mark(graded: SubmissionReport) -> None:
    """The same stored report is marked by the new one."""
    rule = Late(percent=10)
    first, second = (
        mark_of(graded, Policy(deadline=DUE + timedelta(days=days), late=rule), late(30)) for days in (0, 2)
    )

    assert (4, 6) == (first.score, second.score)


def test_extension(graded: SubmissionReport) -> None:
    """It moves the student's own deadline and is told; a shorter one than the course's has no effect."""
    policy = Policy(deadline=DUE, late=Late(percent=10))
    longer = mark_of(graded, policy, late(30, deadline=DUE + timedelta(days=3)))
    shorter = mark_of(graded, policy, late(30, deadline=DUE - timedelta(days=3)))

    assert (6, [("Extension: the deadline is 2026-12-03 22:59 UTC", 0)]) == (longer.score, told(longer))
    assert (4, told(mark_of(graded, policy, late(30)))) == (shorter.score, told(shorter))


@pytest.mark.parametrize(("person", "word"), [(Person(), "nothing says when"), (Person(is_late=True), "it is late")])
def test_an_unknown_time_costs_nothing_and_is_a_doubt(graded: SubmissionReport, person: Person, word: str) -> None:
    """The instructor hears of it."""
    mark = mark_of(graded, Policy(deadline=DUE, late=Late(percent=10)), person)

    assert (6, 1) == (mark.score, len(mark.doubts))
    assert word in mark.doubts[0]


def test_weights(graded: SubmissionReport) -> None:
    """An exercise is worth its weight, whatever its points."""
    mark = mark_of(graded, Policy(weights={"corr2d": 50}), Person())

    assert (29, 56) == total(mark)
    assert [("corr2d: 2 of 4 points count 25 of 50", 0)] == told(mark)


def test_extra_credit(graded: SubmissionReport) -> None:
    """What is extra adds to the mark when it is there, and is not missed when it is not."""
    assert (6, 8) == total(mark_of(graded, Policy(extra_credit=("pooling.dilation",)), Person()))
    assert (6, 6) == total(mark_of(graded, Policy(extra_credit=("pooling.values",)), Person()))
    assert (6, 4) == total(mark_of(graded, Policy(extra_credit=("pooling",)), Person()))


def test_excused(graded: SubmissionReport) -> None:
    """The exercise counts neither way."""
    mark = mark_of(graded, Policy(), Person(excused=("corr2d",)))

    assert (4, 6) == total(mark)
    assert [("corr2d: excused, its 4 points are left out", 0)] == told(mark)


def test_points_by_hand(graded: SubmissionReport) -> None:
    """They are added or taken with their comment, and no mark is below zero."""
    given = (Manual(points=2, comment="At the board", exercise="corr2d"), Manual(points=-1, comment="No name on it"))
    mark = mark_of(graded, Policy(), Person(manual=given))

    assert (7, 10) == total(mark)
    assert [("corr2d: At the board", 2), ("No name on it", -1)] == told(mark)
    assert 0 == mark_of(graded, Policy(), Person(manual=(Manual(points=-50, comment="."),))).score


def test_a_check_that_could_not_be_judged_counts_neither_way() -> None:
    """With weights as without."""
    mixed = report("ben", check("corr2d.values"), check("corr2d.linear", "errored"), check("pooling.values", "errored"))

    assert (2, 2) == total(mark_of(mixed, Policy(), Person()))
    assert (10, 10) == total(mark_of(mixed, Policy(weights={"corr2d": 10, "pooling": 10}), Person()))
