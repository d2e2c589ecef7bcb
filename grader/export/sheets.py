"""Marks as CSV: a table of our own, and gradebooks of Canvas and Moodle, filled in.

A gradebook's file is never invented: the instructor exports it, and one column of it changes. Everybody who cannot be
placed, on either side, is named.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from grader.errors import UsageError
from grader.export.words import Exported, headline
from grader.intake import platforms
from grader.policy.marks import Mark, as_it_is
from grader.records import SubmissionReport
from grader.report.text import one_line, points

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so is run by spreadsheet programs
NUMBERS = ("SIS User ID", "ID", "ID number", "Identifier")  # key columns that hold a platform's number
NUMBERED = re.compile(r"(?P<owner>.+?)_(?:LATE_)?(?P<number>\d+)(?=_|$)")
MOST_FEEDBACK = 5  # findings in a cell

Row = list[str]


class Kind(NamedTuple):
    """A learning platform's gradebook file."""

    name: str
    advice: str  # how to get one
    keys: tuple[str, ...]  # columns that say who a row is, the surest first
    column: str  # where the score goes unless another is named
    feedback: str = ""  # where findings go, if the file has the column


CANVAS = Kind(
    "canvas",
    "in Canvas choose Grades, Export",
    ("SIS Login ID", "SIS User ID", "ID", "Student"),
    "",
)
MOODLE = Kind(
    "moodle",
    "in the Moodle assignment choose Submissions, Download grading worksheet",
    ("Email address", "Username", "ID number", "Identifier", "Full name"),
    "Grade",
    "Feedback comments",
)


def plain(reports: Sequence[SubmissionReport], marks: Mapping[str, Mark]) -> str:
    """A row a submission: score, possible points, outcomes, and the points of every exercise; marks where there are any."""
    exercises = list(dict.fromkeys(exercise.name for report in reports for exercise in report.exercises))
    rows = [["submission", "score", "max_score", "passed", "failed", "skipped", "errored", *exercises, "seed"]]
    rows[0] += ["mark", "max_mark", "why"] if marks else []
    for report in reports:
        earned = {exercise.name: points(exercise.score) for exercise in report.exercises}
        counts = (str(report.count(outcome)) for outcome in ("passed", "failed", "skipped", "errored"))
        scores = (points(report.score), points(report.max_score))
        by_exercise = (earned.get(name, "") for name in exercises)
        rows.append([_harmless(one_line(report.submission)), *scores, *counts, *by_exercise, str(report.seed)])
        if mark := marks.get(report.submission):
            why = "; ".join(one_line(text, 1000) for text in (*mark.told, *mark.doubts))
            rows[-1] += [points(mark.score), points(mark.max_score), _harmless(why)]
    return _written(rows)


def fill(
    kind: Kind,
    sheet: str,
    column: str,
    reports: Sequence[SubmissionReport],
    mark: Callable[[SubmissionReport], Mark] = as_it_is,
) -> Exported:
    """`sheet`, the text of an exported CSV file, with each report's mark in its student's row.

    A submission belongs to a row when its name is what stands in one of the key columns, or begins with it as Canvas's
    and Moodle's download names do. The first beats the second; where two rows or two submissions claim each other
    nobody is placed. Raises UsageError when the file lacks what it needs.
    """
    rows = [row for row in csv.reader(io.StringIO(sheet.removeprefix("\ufeff"))) if row]
    if len(rows) < 2:
        raise UsageError(f"--sheet has no rows: {kind.advice}")
    header = [title.strip() for title in rows[0]]
    keys = [name for name in kind.keys if name in header]
    if not keys:
        raise UsageError(f"--sheet has none of the columns {', '.join(kind.keys)}: {kind.advice}")
    target = _column(kind, header, column)
    students = [row for row in rows[1:] if _is_student(kind, header, row)]
    placed, left_out = _matched(header, keys, students, reports)
    feedback = header.index(kind.feedback) if kind.feedback in header else None
    for number, report in placed.items():
        row = students[number]
        row += [""] * (len(header) - len(row))
        row[target] = points(mark(report).score)
        if feedback is not None:
            row[feedback] = _harmless(_feedback(report, mark(report)))
    named = [f"no row for {one_line(name)}" for name in left_out]
    name_at = header.index("Student") if "Student" in header else header.index(keys[-1])
    named += [
        f"no submission of {one_line(row[name_at])}" for number, row in enumerate(students) if number not in placed
    ]
    return Exported(_written(rows), tuple(named))


def _column(kind: Kind, header: Row, wanted: str) -> int:
    """Where the score goes. Canvas adds the assignment's number in brackets to its name."""
    wanted = wanted or kind.column
    fitting = [
        i for i, title in enumerate(header) if title == wanted or re.fullmatch(rf"{re.escape(wanted)} \(\d+\)", title)
    ]
    if wanted and len(fitting) == 1:
        return fitting[0]
    known = ", ".join(title for title in header if title and title not in kind.keys)
    problem = f"no column {wanted!r}" if wanted and not fitting else "not one column for the score"
    raise UsageError(f"--sheet has {problem}: name one of {known} with --column")


def _is_student(kind: Kind, header: Row, row: Row) -> bool:
    """Canvas's second row says what the points possible are, and its test student is nobody."""
    if kind is not CANVAS:
        return True
    name = row[header.index("Student")].strip() if "Student" in header else ""
    return name not in ("Points Possible", "Student, Test", "")


def _matched(
    header: Row, keys: Sequence[str], students: Sequence[Row], reports: Sequence[SubmissionReport]
) -> tuple[dict[int, SubmissionReport], list[str]]:
    """Reports by the number of their row, and the names of those without one."""
    exact: dict[int, list[SubmissionReport]] = defaultdict(list)
    weak: dict[int, list[SubmissionReport]] = defaultdict(list)
    left_out = []
    for report in reports:
        name = report.submission
        if rows := _rows(header, keys, students, name):
            claims = exact
        else:
            owner, number = _begins(name)
            numbers = [key for key in keys if key in NUMBERS and len(number) > 2]  # short ones alone say nothing
            found = [_rows(header, numbers, students, number), _rows(header, keys, students, owner)]
            rows, claims = set().union(*found), weak
        if len(rows) == 1:
            claims[rows.pop()].append(report)
        else:
            left_out.append(name)
    for row in weak.keys() & exact.keys():
        left_out += [report.submission for report in weak.pop(row)]
    every = exact | weak
    left_out += [report.submission for found in every.values() if len(found) > 1 for report in found]
    return {row: found[0] for row, found in every.items() if len(found) == 1}, left_out


def _rows(header: Row, keys: Sequence[str], students: Sequence[Row], name: str) -> set[int]:
    """The rows of those who are called `name`, by the surest of the keys that knows any."""
    folded = _folded(name)
    for key in keys:
        at = header.index(key)
        if rows := {i for i, row in enumerate(students) if at < len(row) and folded in _forms(row[at], key)}:
            return rows
    return set()


def _begins(submission: str) -> tuple[str, str]:
    """Whose a name says that it is, and the platform's number: at its beginning. What follows is the student's choice."""
    found = NUMBERED.match(submission)
    named = platforms.owned(submission)
    owner = named.owner if named else found["owner"] if found else submission.partition("_")[0]
    return owner, found["number"] if found else ""


def _forms(value: str, key: str) -> set[str]:
    """What somebody is called in file names: anna.smith@uni.edu, anna.smith, Smith, Anna, smithanna, Anna Smith."""
    forms = {value}
    if "@" in value:
        forms.add(value.partition("@")[0])
    if key == "Identifier":
        forms.add(re.sub(r"\D", "", value))  # Participant 12345
    if key in ("Student", "Full name"):
        last, comma, first = value.partition(",")
        forms |= (
            {f"{first.strip()} {last.strip()}", f"{last}{first}"} if comma else {"".join(reversed(value.split(" ", 1)))}
        )
    return {folded for form in forms if (folded := _folded(form))}


def _folded(text: str) -> str:
    """Letters and digits alone, without accents and case."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if sign.isalnum())


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


def _written(rows: Iterable[Row]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
