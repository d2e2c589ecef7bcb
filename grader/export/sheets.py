"""Marks as CSV: a table of our own, and gradebooks of Canvas and Moodle, filled in.

A gradebook's file is never invented: the instructor exports it, and one column of it changes. Everybody who cannot be
placed, on either side, is named.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError
from grader.export.words import Exported, headline
from grader.intake.matching import Table
from grader.policy.marking import Entry
from grader.policy.marks import Mark
from grader.policy.roster import Student
from grader.records import SubmissionReport
from grader.words import one_line, points

FORMULA = tuple("=+-@\t\r＝＋－＠")  # a cell that begins so is run by spreadsheet programs
MARK = "\ufeff"  # of the byte order: by it Excel knows UTF-8
READ_ONLY = "(read only)"  # stands in Canvas's row of points possible
MOST_FEEDBACK = 5  # findings in a cell

Row = list[str]


class Kind(NamedTuple):
    """A learning platform's gradebook file."""

    name: str
    advice: str  # how to get one
    keys: tuple[str, ...]  # columns that say who a row is, the surest first
    column: str  # where the score goes unless another is named
    others: tuple[str, ...]  # columns that the platform fills in itself
    feedback: str = ""  # where findings go, if the file has the column


CANVAS = Kind(
    "canvas",
    "in Canvas choose Grades, Export",
    ("SIS Login ID", "SIS User ID", "ID", "Student"),
    "",
    ("Integration ID", "Root Account", "Section", "Notes"),
)
MOODLE = Kind(
    "moodle",
    "in the Moodle assignment choose Submissions, Download grading worksheet",
    ("Email address", "Username", "ID number", "Identifier", "Full name"),
    "Grade",
    (
        *("Status", "Group", "Maximum Grade", "Scale", "Grade can be changed", "Marker", "Due date", "Online text"),
        *("Last modified (submission)", "Last modified (grade)", "Feedback comments"),
    ),
    "Feedback comments",
)


def plain(entries: Sequence[Entry], with_marks: bool) -> str:
    """A row an entry: score, possible points, outcomes, and the points of every exercise; marks and people if known."""
    exercises = list(dict.fromkeys(exercise.name for entry in entries for exercise in entry.report.exercises))
    people = any(entry.student for entry in entries)
    rows = [["submission", "score", "max_score", "passed", "failed", "skipped", "errored", *exercises, "seed"]]
    rows[0] = [*(Student._fields if people else ()), *rows[0], *(["mark", "max_mark", "why"] if with_marks else [])]
    for report, mark, student in entries:
        earned = {exercise.name: points(exercise.score) for exercise in report.exercises}
        counts = (str(report.count(outcome)) for outcome in ("passed", "failed", "skipped", "errored"))
        scores = (points(report.score), points(report.max_score))
        by_exercise = (earned.get(name, "") for name in exercises)
        row = [_harmless(one_line(report.submission)), *scores, *counts, *by_exercise, str(report.seed)]
        if people:
            row = [*map(_harmless, student or [""] * len(Student._fields)), *row]
        if with_marks:
            why = "; ".join(one_line(text, 1000) for text in (*mark.told, *mark.doubts))
            row += [points(mark.score), points(mark.max_score), _harmless(why)]
        rows.append(row)
    return _written(rows)


def fill(
    kind: Kind,
    sheet: str,
    column: str,
    entries: Sequence[Entry],
    places: Mapping[str, str],
) -> Exported:
    """`sheet`, the text of an exported CSV file, with each mark in its student's row.

    A row that is called as a submission, or as its student on the roster, beats one that the submission's name only
    begins with; where two rows or two submissions claim each other nobody is placed. Raises UsageError when the file
    lacks what it needs.
    """
    text = sheet.removeprefix(MARK)
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    if len(rows) < 2:
        raise UsageError(f"--sheet has no rows: {kind.advice}")
    header = [title.strip() for title in rows[0]]
    keys = [name for name in kind.keys if name in header]
    if not keys:
        raise UsageError(f"--sheet has none of the columns {', '.join(kind.keys)}: {kind.advice}")
    students = [row for row in rows[1:] if _is_student(kind, header, row)]
    target = _column(kind, header, column, [row for row in rows[1:] if row not in students])
    names = {Path(place).name for place in places.values()}
    placed, left_out = _matched(Table(header, keys, students, names), entries, places)
    feedback = header.index(kind.feedback) if kind.feedback in header else None
    for number, (report, mark, _) in placed.items():
        row = students[number]
        row += [""] * (len(header) - len(row))
        row[target] = points(mark.score)
        if feedback is not None:
            row[feedback] = _harmless(_feedback(report, mark))
    named = [f"no row for {one_line(name)}" for name in left_out]
    name_at = header.index("Student") if "Student" in header else header.index(keys[-1])
    named += [
        f"no submission of {one_line(row[name_at])}" for number, row in enumerate(students) if number not in placed
    ]
    filled = _written(rows, "\r\n" if text.partition("\n")[0].endswith("\r") else "\n")
    return Exported(f"{sheet[: len(sheet) - len(text)]}{filled}", tuple(named))


def _column(kind: Kind, header: Row, wanted: str, notes: Sequence[Row]) -> int:
    """Where the score goes. Canvas adds the assignment's number in brackets to its name.

    A name, a section or a total that the platform computes is never written over; `notes`, the rows of nobody, tell
    which columns are read only.
    """
    wanted = wanted or kind.column
    read_only = {title for row in notes for title, cell in zip(header, row, strict=False) if cell == READ_ONLY}
    ours = {i: title for i, title in enumerate(header) if title and title not in {*kind.keys, *kind.others, *read_only}}
    fitting = [
        i for i, title in ours.items() if title == wanted or re.fullmatch(rf"{re.escape(wanted)} \(\d+\)", title)
    ]
    if wanted and len(fitting) == 1:
        return fitting[0]
    if not ours:
        raise UsageError(f"--sheet has no column for a score: {kind.advice}")
    problem = f"no column {wanted!r}" if wanted and not fitting else "not one column for the score"
    if wanted in header and not fitting:
        problem = f"a column {wanted!r}, which is not for scores"
    raise UsageError(f"--sheet has {problem}: name one of {', '.join(ours.values())} with --column")


def _is_student(kind: Kind, header: Row, row: Row) -> bool:
    """Canvas's second row says what the points possible are, and its test student is nobody."""
    if kind is not CANVAS:
        return True
    name = row[header.index("Student")].strip() if "Student" in header else ""
    return name not in ("Points Possible", "Student, Test", "")


def _matched(people: Table, entries: Sequence[Entry], places: Mapping[str, str]) -> tuple[dict[int, Entry], list[str]]:
    """Entries by the number of their row, and the names of those without one."""
    exact: dict[int, list[Entry]] = defaultdict(list)
    weak: dict[int, list[Entry]] = defaultdict(list)
    left_out = []
    for entry in entries:
        rows, is_called = _rows(people, entry, places)
        if len(rows) == 1:
            (exact if is_called else weak)[rows.pop()].append(entry)
        else:
            left_out.append(_name(entry))
    for row in weak.keys() & exact.keys():
        left_out += map(_name, weak.pop(row))
    every = exact | weak
    left_out += [_name(entry) for found in every.values() if len(found) > 1 for entry in found]
    return {row: found[0] for row, found in every.items() if len(found) == 1}, left_out


def _rows(people: Table, entry: Entry, places: Mapping[str, str]) -> tuple[set[int], bool]:
    """The rows that an entry may go into, and whether they are called as it is. A group's number is one member's."""
    name, student = entry.report.submission, entry.student
    place = "" if student and student.group else Path(places.get(name, name)).name
    rows, is_called = people.whose(student.names if student else [name], place)
    return (rows, is_called) if is_called or not student else (set(), False)


def _name(entry: Entry) -> str:
    return f"{entry.student.names[0]} ({entry.report.submission})" if entry.student else entry.report.submission


def _feedback(report: SubmissionReport, mark: Mark) -> str:
    failed = [check for check in report.checks if check.outcome == "failed"]
    found = [f"{check.id}: {headline(check)}" for check in failed[:MOST_FEEDBACK]]
    more = [f"{len(failed) - len(found)} more"] if len(failed) > len(found) else []
    return "\n".join(
        [f"{points(mark.score)} of {points(mark.max_score)} points", *map(one_line, mark.told), *found, *more]
    )


def _harmless(cell: str) -> str:
    """`cell`, which no spreadsheet program takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _written(rows: Iterable[Row], end: str = "\n") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows(rows)
    return text.getvalue()
