"""[policy] in course.toml and the marks file: what they may say, and every refusal with file, line and what to do."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest

from grader.course import load
from grader.errors import AuthorError, UsageError
from grader.policy import marking, people
from grader.policy.people import Manual, Person
from grader.policy.rules import Late, Policy

BERLIN = ZoneInfo("Europe/Berlin")
EXERCISES = ("corr2d", "pooling")


def policy(folder: Path, text: str) -> Policy | None:
    (folder / "course.toml").write_text(f'exercises = ["corr2d", "pooling"]\n{dedent(text)}')
    return load(folder).policy


def test_everything_at_once(tmp_path: Path) -> None:
    """Times without a zone are the course's."""
    found = policy(
        tmp_path,
        """
        [policy]
        timezone = "Europe/Berlin"
        deadline = 2026-11-30T23:59:00
        deadlines = { pooling = 2026-12-07T23:59:00Z }
        grace_minutes = 15
        late = { percent = 10, per = "day", at_most = 50 }
        weights = { corr2d = 40 }
        extra_credit = ["pooling.max_padding", "pooling"]
        attempt = "best"
        """,
    )

    expected = Policy(
        timezone="Europe/Berlin",
        deadline=datetime(2026, 11, 30, 23, 59, tzinfo=BERLIN),
        deadlines={"pooling": datetime(2026, 12, 7, 23, 59, tzinfo=UTC)},
        grace_minutes=15,
        late=Late(percent=10, per="day", at_most=50),
        weights={"corr2d": 40},
        extra_credit=("pooling.max_padding", "pooling"),
        attempt="best",
    )
    assert expected == found


def test_without_a_policy(tmp_path: Path) -> None:
    """Points are the marks, and nothing is said of them."""
    assert policy(tmp_path, "") is None


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("deadline = 2026-11-30T23:59:00", "has no time zone"),
        ('deadline = "soon"', "deadline has to be a date and a time with its zone, such as 2026-12-01T18"),
        ('timezone = "Berlin"', "timezone = 'Berlin' is not known here"),
        ("weights = { pool = 4 }", "there is no exercise 'pool'; did you mean pooling?"),
        ("weights = { pooling = -4 }", "pooling = -4 is not from 0 to a million"),
        ('extra_credit = ["pooling.max_paddin"]', "did you mean pooling.max_padding?"),
        ("late = { percent = 10, points = 1 }", "choose one of them"),
        ("late = { percent = -10 }", "percent = -10 is not from 0"),
        ('late = { per = "week" }', "per = 'week' is not possible"),
        ('attempt = "first"', "attempt = 'first' is not possible; there are: best, last"),
        ("weight = { pooling = 4 }", "did you mean weights?"),
    ],
)
def test_refused_rules(tmp_path: Path, line: str, told: str) -> None:
    """With the line where it stands."""
    with pytest.raises(AuthorError) as refusal:
        policy(tmp_path, f"[policy]\n\n{line}\n")

    assert str(refusal.value).startswith(f"{tmp_path / 'course.toml'}, line 4: ")
    assert told in str(refusal.value)


def test_both_kinds_of_marks_file(tmp_path: Path) -> None:
    """They say the same."""
    toml, table = tmp_path / "marks.toml", tmp_path / "marks.csv"
    toml.write_text(
        dedent(
            """
            [anna]
            handed_in = 2026-12-01T10:00:00
            deadline = 2026-12-05T23:59:00
            excused = ["pooling"]
            manual = [{ points = -1.5, comment = "No name, no date" }]

            [ben]
            deadlines = { pooling = 2026-12-05T23:59:00Z }
            """
        )
    )
    table.write_text(
        "Name;handed_in;deadline;exercise;excused;points;comment\n"
        "anna;2026-12-01 10:00;2026-12-05 23:59;;;-1,5;No name, no date\n"
        "anna;;;pooling;yes;;\n;;;;;;\n"
        "ben;;2026-12-05T23:59Z;pooling;no;;\n"
    )
    expected = {
        "anna": Person(
            handed_in=datetime(2026, 12, 1, 10, tzinfo=BERLIN),
            deadline=datetime(2026, 12, 5, 23, 59, tzinfo=BERLIN),
            excused=("pooling",),
            manual=(Manual(points=-1.5, comment="No name, no date"),),
        ),
        "ben": Person(deadlines={"pooling": datetime(2026, 12, 5, 23, 59, tzinfo=UTC)}),
    }

    assert expected == people.read(toml, EXERCISES, BERLIN) == people.read(table, EXERCISES, BERLIN)


@pytest.mark.parametrize(
    ("name", "text", "line", "told"),
    [
        ("marks.toml", "[anna]\n\nexcused = ['pool']", 3, "did you mean pooling?"),
        ("marks.toml", "[anna]\nhanded_in = 2026-12-01T10:00:00", 2, "has no time zone"),
        ("marks.toml", "[anna]\nextension = 3", 2, "there is no key 'extension' here; there are: handed_in"),
        ("marks.toml", "[anna]\nmanual = [{ points = 3 }]", 2, "the key 'comment' is missing in manual"),
        ("marks.toml", "[anna]\nmanual = [{ points = inf, comment = 'x' }]", 2, "points = inf is no number of points"),
        ("marks.csv", "name,when\nanna,now", 1, "there is no column 'when' to fill in"),
        ("marks.csv", "handed_in\nnow", 1, "the column name is missing"),
        ("marks.csv", "name,handed_in\nanna,now", 2, "'now' is no time: write 2026-11-30 23:59"),
        ("marks.csv", "name,deadline\nanna,2026-11-30", 2, "'2026-11-30' is no time"),
        ("marks.csv", "name,handed_in\n\nanna,2026-11-30 23:59", 3, "has no time zone"),
        ("marks.csv", "name,points\nanna,3", 2, "need a comment"),
        ("marks.csv", "name,points,comment\nanna,many,good", 2, "'many' is no number"),
        ("marks.csv", "name,points,comment\nanna,nan,good", 2, "'nan' is no number"),
        ("marks.csv", "name,excused\nanna,yes", 2, "excused from which exercise?"),
        ("marks.csv", "name,exercise,excused\nanna,pooling,maybe", 2, "excused is 'maybe'"),
        ("marks.csv", "name,exercise\nanna,pool", 2, "did you mean pooling?"),
        ("marks.csv", "name,points\n,3", 2, "name must not be empty"),
    ],
)
def test_refused_marks(tmp_path: Path, name: str, text: str, line: int, told: str) -> None:
    """With the line where it stands."""
    (tmp_path / name).write_text(text)
    with pytest.raises(AuthorError) as refusal:
        people.read(tmp_path / name, EXERCISES, None)

    assert str(refusal.value).startswith(f"{tmp_path / name}, line {line}: ")
    assert told in str(refusal.value)


@pytest.mark.parametrize(("names", "told"), [(["ana"], "did you mean ana?"), (["Anna_1", "Anna_2"], "2 students")])
def test_names_that_fit_nobody_or_several(tmp_path: Path, names: list[str], told: str) -> None:
    """A slip of the pen must not cost anybody an extension, and namesakes are told apart."""
    file = tmp_path / "marks.toml"
    file.write_text("[Anna]\nexcused = []")
    places = {name: f"/class/{name}_assignsubmission_file_" for name in names if "_" in name}
    found = marking.of(None, file, EXERCISES, places)

    assert found is not None
    assert told in found.misnamed(names)


def test_two_marks_files(tmp_path: Path) -> None:
    """Which one counts is not guessed; a course without one has none."""
    assert people.beside(tmp_path) is None
    for name in people.NAMES:
        (tmp_path / name).touch()
    with pytest.raises(UsageError, match="keep one of them"):
        people.beside(tmp_path)
