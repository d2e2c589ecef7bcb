"""A whole class: who a mark is for, and which attempt counts."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.cli import main
from grader.commands import course_behind
from grader.course import load
from grader.errors import UsageError
from grader.gradebook import Gradebook, Run
from grader.policy.marking import Marking
from grader.policy.people import Person
from grader.policy.rules import Attempt, Late, Policy
from grader.records import SubmissionReport, to_json
from tests.reports import check, report

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

    assert [counts, OTHER] == sorted(
        (name for name, mark in marking.given(graded).items() if mark.counts), key=OTHER.__eq__
    )


@pytest.mark.parametrize("file", ["corr2d.py", "1_2_corr2d.py", "1_assignsubmission_file_corr2d.py"])
@pytest.mark.parametrize("platform", ["W_{}_attempt_2026-02-01-10-00-00_", "{}_LATE_12_34_"])
def test_a_name_that_fits_two_platforms(platform: str, file: str) -> None:
    """What students call their files hides no time: the class is read by the convention that most of its names follow."""
    places = {name: f"/class/{platform.format(name)}corr2d.py" for name in ("ben", "cleo")}
    places |= {"anna": f"/class/{platform.format('anna')}{file}"}
    marking = Marking(Policy(deadline=DUE, late=Late(percent=10)), {}, places)

    anna, ben = (marking.person(name) for name in ("anna", "ben"))
    assert (ben.handed_in, ben.is_late, ben.source) == (anna.handed_in, anna.is_late, anna.source)
    assert anna.handed_in or anna.is_late


def test_namesakes_are_no_attempts() -> None:
    """Moodle tells them apart by a number."""
    names = ["Anna Smith_1", "Anna Smith_2"]
    marking = Marking(Policy(), {}, {name: f"/class/{name}_assignsubmission_file_" for name in names})

    found = marking.given(report(name, check("corr2d.a")) for name in names)
    assert dict.fromkeys(names, True) == {name: mark.counts for name, mark in found.items()}


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


COURSE = 'exercises = ["corr2d"]\n[policy]\ndeadline = 2026-01-31T12:00:00Z\nlate = { percent = 10 }\n'


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A folder with a policy, a marks file beside it, and a stored report."""
    (tmp_path / "course.toml").write_text(COURSE)
    (tmp_path / "marks.csv").write_text("name,handed_in\nanna,2026-02-01 11:00+00:00\n")
    (tmp_path / "out" / "anna").mkdir(parents=True)
    one = report("anna", check("corr2d.values", points=10))
    (tmp_path / "out" / "anna" / "report.json").write_bytes(to_json(one))
    return tmp_path


def exported(course: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(["export", str(course / "out"), "--format", "csv", "--course", str(course)])
    said = capsys.readouterr()
    return code, said.out.splitlines()[1] if said.out else said.err


def test_a_changed_deadline_changes_what_is_exported(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing that is stored."""
    before = (course / "out" / "anna" / "report.json").read_bytes()

    assert ",9,10," in exported(course, capsys)[1]
    (course / "course.toml").write_text(COURSE.replace("01-31", "02-03"))
    assert exported(course, capsys)[1].endswith(",10,10,")
    assert before == (course / "out" / "anna" / "report.json").read_bytes()


def test_a_name_that_nobody_has(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is told, and keeps nobody's marks back: who has an extension need not have handed in anything yet."""
    (course / "marks.csv").write_text("name,handed_in\nana,2026-02-01 11:00+00:00\n")

    assert 0 == main(["export", str(course / "out"), "--format", "csv", "--course", str(course)])
    said = capsys.readouterr()
    assert f"grader: {course / 'marks.csv'}: there is no submission 'ana'; did you mean anna?\n" == said.err
    assert ",10," in said.out


def test_stored_reports_are_marked_by_the_course_of_their_run(course: Path) -> None:
    """Unless another is named; one that is gone is named."""
    book = Gradebook(course / "out")
    book.create("course")
    book.begin(Run(started="", seed=1, course="course", options={"course": str(course)}, versions={}), [])
    found = course_behind(Namespace(course=None), course / "out")

    assert found.policy == load(course).policy
    assert course_behind(Namespace(course=Path("core")), course / "out").policy is None
    (course / "course.toml").unlink()
    with pytest.raises(UsageError, match=f"graded by the course in {course}, which cannot be read from here"):
        course_behind(Namespace(course=None), course / "out")
