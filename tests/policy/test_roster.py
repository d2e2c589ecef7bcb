"""The roster: who handed in what, who did not, and what is nobody's; groups count for all their members."""

from __future__ import annotations

import csv
import io
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.cli import main
from grader.errors import AuthorError
from grader.policy import roster
from grader.policy.marking import Marking
from grader.policy.people import Person
from grader.policy.roster import Student
from grader.policy.rules import Late, Policy
from grader.records import to_json
from grader.report.kept import Index, write_index
from tests.reports import check, report

ROSTER = """Student ID,Full name,Email address,Team,Seat
1001,"Smith, Anna",anna.smith@uni.edu,red,A1
1002,Ben Khan,bkhan@uni.edu,red,A2
1003,Cy Rossi,cy@uni.edu,,A3
1004,Dan Chen,dan@uni.edu,,A4
1005,Dan Chen,dchen@uni.edu,,A5
"""
ANNA, BEN, CY, *DANS = (
    Student("1001", "anna.smith@uni.edu", "Smith, Anna", "red"),
    Student("1002", "bkhan@uni.edu", "Ben Khan", "red"),
    Student("1003", "cy@uni.edu", "Cy Rossi", ""),
    Student("1004", "dan@uni.edu", "Dan Chen", ""),
    Student("1005", "dchen@uni.edu", "Dan Chen", ""),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "roster.csv").write_text(ROSTER)
    return tmp_path / "roster.csv"


def test_columns_as_other_programs_call_them(file: Path) -> None:
    """What is none of ours is left alone."""
    assert [ANNA, BEN, CY, *DANS] == roster.read(file)


def test_a_section_is_no_group(tmp_path: Path) -> None:
    """Canvas's own file is a roster; its sections are halves of a course, not people who hand in together."""
    (tmp_path / "roster.csv").write_text('Student,ID,Section\n"Smith, Anna",1,A\n"Khan, Ben",2,A\n')
    joined = roster.join(roster.read(tmp_path / "roster.csv"), ["smithanna"], {})

    assert ["1"] == [student.id for student in joined.students["smithanna"]]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("1003", [CY]),
        ("cy", [CY]),
        ("cy@uni.edu", [CY]),
        ("rossicy_1003_55_corr2d", [CY]),
        ("Cy Rossi_77", [CY]),
        ("bkhan", [ANNA, BEN]),  # the whole group
        ("red", [ANNA, BEN]),
        ("dchen", [DANS[1]]),
        ("Dan Chen", []),  # of two
        ("zoe", []),
    ],
)
def test_who_handed_it_in(file: Path, name: str, expected: list[Student]) -> None:
    """By the surest column that knows the name; never one of several."""
    joined = roster.join(roster.read(file), [name], {})

    assert (expected, [] if expected else [name]) == (joined.students.get(name, []), joined.unmatched)
    assert [one for one in (ANNA, BEN, CY, *DANS) if one not in expected] == joined.absent


CANVAS = {name: f"{name}_9_corr2d.py" for name in ("rossicy_1003", "chendan_1004", "chendan_1005")}


@pytest.mark.parametrize(
    ("name", "entry", "expected"),
    [
        ("chendan_1005", "chendan_1005_9_corr2d.py", [DANS[1]]),  # of two
        ("chendan", "chendan_LATE_1004_9_corr2d.py", [DANS[0]]),
        ("khanben", "khanben_1009_9_corr2d.py", []),  # a namesake who is not on the roster
        ("chendan", "chendan_1003_9_corr2d.py", [CY]),
        ("danny", "danny_1004_9_corr2d.py", [DANS[0]]),
        ("Lab_1004_cy_attempt_2026-01-31-10-00-00", "Lab_1004_cy_attempt_2026-01-31-10-00-00_corr2d.py", [CY]),
    ],
)
def test_the_platform_s_number_beats_a_name(file: Path, name: str, entry: str, expected: list[Student]) -> None:
    """One student never gets what another of the same name handed in."""
    joined = roster.join(roster.read(file), [name], CANVAS | {name: entry})

    assert expected == joined.students.get(name, [])


def test_ids_of_a_university_are_not_held_against_the_platform_s_numbers(file: Path) -> None:
    """Where none of the class's numbers is on the roster the name tells, unless two have it."""
    places = {name: f"{name}_{number}_9_corr2d.py" for name, number in {"rossicy": 71003, "chendan": 71004}.items()}

    assert {"rossicy": [CY]} == roster.join(roster.read(file), places, places).students


def test_two_whom_the_platform_tells_apart_are_not_one_student(tmp_path: Path) -> None:
    """Two called Anna in the class and one on the roster, by no number of the platform's: neither is taken for her."""
    (tmp_path / "roster.csv").write_text("id,name\n71001,Anna Smith\n71002,Cy Rossi\n")
    entries = [
        "smithanna_2001_9_a.py",
        "smithanna_2002_8_a.py",
        "rossicy_2003_7_a.py",
        "rossicy_LATE_2003_6_b.py",
        "71001",
    ]
    joined = roster.join(roster.read(tmp_path / "roster.csv"), entries, {})

    assert (entries[:2], entries[2:]) == (joined.unmatched, [*joined.students])


def test_a_name_that_imitates_another_platform(tmp_path: Path) -> None:
    """In Moodle's class a student's name may look like Canvas's with another's number: it is read as Moodle's."""
    (tmp_path / "roster.csv").write_text("id,name\n1234,Bob Jones\n777,Zed Smith\n888,Cem Kaya\n")
    entries = ["Bob Jones_1234", "Cem Kaya_888", "Zed Smith_1234_5_777"]
    places = {name.partition("_")[0]: f"{name}_assignsubmission_file_" for name in entries}
    joined = roster.join(roster.read(tmp_path / "roster.csv"), places, places)

    assert {name: name for name in places} == {name: found[0].name for name, found in joined.students.items()}


def test_moodle_s_worksheet_is_a_roster(tmp_path: Path) -> None:
    """With the participants' numbers that stand in the folders' names."""
    (tmp_path / "roster.csv").write_text("Identifier,Full name\nParticipant 11,Dan Chen\nParticipant 12,Dan Chen\n")
    names = [f"Dan Chen_{number}_assignsubmission_file_" for number in (12, 11)]
    joined = roster.join(roster.read(tmp_path / "roster.csv"), names, {})

    assert ["Participant 12", "Participant 11"] == [joined.students[name][0].id for name in names]


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("id,name\n1,anna\n1,ben\n", 3, "'1' stands in line 2 as well"),
        ("id,seat\n,A1\n", 2, "has an id, an email or a name"),
    ],
)
def test_refused(tmp_path: Path, text: str, line: int, told: str) -> None:
    """With the line."""
    (tmp_path / "roster.csv").write_text(text)
    with pytest.raises(AuthorError, match=f"roster.csv, line {line}: .*{told}"):
        roster.read(tmp_path / "roster.csv")


def test_members_of_a_group_are_marked_each_by_what_is_said_of_them(file: Path) -> None:
    """An extension of one is not the other's; the group's name is for both."""
    due = datetime(2026, 1, 1, tzinfo=UTC)
    said = {"bkhan@uni.edu": Person(handed_in=due), "red": Person(handed_in=datetime(2026, 1, 2, tzinfo=UTC))}
    joined = roster.join(roster.read(file), ["anna.smith"], {})
    marking = Marking(Policy(deadline=due, late=Late(percent=50)), said, joined=joined)
    entries = marking.entries([report("anna.smith", check("a.x"))])

    assert [(ANNA, 1.0), (BEN, 2.0)] == [(entry.student, entry.mark.score) for entry in entries]
    assert "" == marking.misnamed(["anna.smith"])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Two attempts of Cy, one of the red group, and somebody's."""
    for name, checks in {"cy": "failed", "1003": "passed", "red": "passed", "zoe": "passed"}.items():
        (tmp_path / "out" / name).mkdir(parents=True)
        (tmp_path / "out" / name / "report.json").write_bytes(to_json(report(name, check("a.x", checks))))
    return tmp_path / "out"


def test_export(file: Path, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row a student, of attempts the best; whoever cannot be placed is named, exit code 1."""
    command = f"export {out} --format csv --roster {file} --attempt best"

    assert 1 == main(shlex.split(command))
    said = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert [("1003", "1003", "2"), ("1001", "red", "2"), ("1002", "red", "2"), ("", "zoe", "2")] == [
        (row["id"], row["submission"], row["mark"]) for row in rows
    ]
    assert {"zoe is nobody's submission on the roster", "1004 of the roster handed in nothing"} <= {
        line.removeprefix("grader: ") for line in said.err.splitlines()
    }

    sheet = tmp_path / "canvas.csv"
    sheet.write_text("Student,ID,SIS Login ID,HW (1)\nX,9,anna.smith@uni.edu,\nY,8,bkhan,\nZ,7,1003,\n")
    assert 1 == main(shlex.split(f"{command.replace('csv', 'canvas', 1)} --sheet {sheet} --column HW"))
    filled = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert ["2", "2", "2"] == [row["HW (1)"] for row in filled]


def test_one_submission_s_folder_is_joined_as_the_class_is(
    file: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where it lay, and the others, stand beside it: their numbers say that this one is a namesake's."""
    places = {"cy": "cy_1009_9_corr2d.py", "zoe": "rossicy_1003_9_corr2d.py"}
    write_index(Index(submissions=places), out)

    for named in (out / "cy", out / "cy" / "report.json"):
        main(["export", str(named), "--format", "csv", "--roster", str(file)])
        assert "cy is nobody's submission on the roster" in (said := capsys.readouterr()).err
        assert "Rossi" not in said.out


def test_a_roster_of_another_class(file: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is refused."""
    file.write_text("id\n77\n")

    assert 2 == main(["export", str(out), "--format", "csv", "--roster", str(file)])
    assert "nobody on it has handed in one of the 4 submissions" in capsys.readouterr().err
