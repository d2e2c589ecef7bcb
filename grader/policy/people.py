"""The marks file: what a teacher says of single students. TOML, or CSV from a spreadsheet.

    [anna]                                      # a submission's name, or an id or address in the roster
    handed_in = 2026-12-01T10:00:00             # where the platform does not say it
    deadline = 2026-12-05T23:59:00              # an extension; deadlines = { pooling = ... } for one exercise
    excused = ["lenet5"]
    manual = [{ points = 2, comment = "Explained it at the board", exercise = "pooling" }]

As CSV, a row a change: name, handed_in, deadline, excused, points, comment, and exercise where it is about one only.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Collection, Iterable
from datetime import datetime, tzinfo
from pathlib import Path

from msgspec import structs

from grader.errors import AuthorError, UsageError
from grader.policy.rules import aware, without_zone
from grader.records import Record
from grader.toml_file import TomlFile
from grader.words import suggest

NAMES = ("marks.toml", "marks.csv")  # beside course.toml
COLUMNS = ("name", "exercise", "handed_in", "deadline", "excused", "points", "comment")
NUMBER = re.compile(r"[+-]?\d{1,6}(?:[.,]\d{1,6})?")
YES, NO = ("yes", "true", "x", "1"), ("", "no", "false", "0")


class Manual(Record, frozen=True, kw_only=True):
    """Points that a teacher gives or takes, and why."""

    points: float
    comment: str
    exercise: str = ""


class Said(Record, frozen=True, kw_only=True):
    """What the marks file may say of one student."""

    handed_in: datetime | None = None
    deadline: datetime | None = None
    deadlines: dict[str, datetime] = {}
    excused: tuple[str, ...] = ()
    manual: tuple[Manual, ...] = ()


class Person(Said, frozen=True, kw_only=True):
    """What is known of a student beside the submission."""

    source: str = "the marks file"  # that tells the time
    is_late: bool = False  # a platform says so without saying by how much


def beside(course: Path | None) -> Path | None:
    """The marks file of a course's folder, where there is one. Raises UsageError for two."""
    found = [course / name for name in NAMES if course and (course / name).is_file()]
    if len(found) > 1:
        raise UsageError(f"{course} holds marks.toml and marks.csv: keep one of them, or name one with --marks")
    return found[0] if found else None


def read(file: Path, exercises: Collection[str], zone: tzinfo | None) -> dict[str, Person]:
    """What a marks file says, by name. Raises UsageError, AuthorError."""
    return _from_csv(file, exercises, zone) if file.suffix.lower() == ".csv" else _from_toml(file, exercises, zone)


def _from_toml(path: Path, exercises: Collection[str], zone: tzinfo | None) -> dict[str, Person]:
    file = TomlFile(path, "--marks")
    people = {}
    for name, value in file.raw.items():
        said: Said = file.converted(value, Said, name)
        for keys, used in (
            (("deadlines",), said.deadlines),
            (("excused",), said.excused),
            (("manual",), [manual.exercise for manual in said.manual if manual.exercise]),
        ):
            for exercise in used:
                if exercise not in exercises:
                    told = f"there is no exercise {exercise!r}{suggest(exercise, exercises)}"
                    raise file.error((name, *keys), told)
        for manual in said.manual:
            if not math.isfinite(manual.points):
                raise file.error((name, "manual"), f"points = {manual.points:g} is no number of points")
        known = structs.asdict(said)
        for field in ("handed_in", "deadline"):
            if known[field] is not None:
                known[field] = aware(file, (name, field), known[field], zone)
        known["deadlines"] = {
            exercise: aware(file, (name, "deadlines"), due, zone) for exercise, due in said.deadlines.items()
        }
        people[name] = Person(**known)
    return people


def _from_csv(file: Path, exercises: Collection[str], zone: tzinfo | None) -> dict[str, Person]:
    people: dict[str, Person] = {}
    for number, row in table(file, "--marks", COLUMNS, ("name",)):
        try:
            people[row["name"]] = _with_row(people.get(row["name"], Person()), row, exercises, zone)
        except ValueError as problem:
            raise AuthorError(f"{file}, line {number}: {problem}") from None
    return people


def _with_row(person: Person, row: dict[str, str], exercises: Collection[str], zone: tzinfo | None) -> Person:
    """Raises ValueError."""
    exercise = row["exercise"]
    if exercise and exercise not in exercises:
        raise ValueError(f"there is no exercise {exercise!r}{suggest(exercise, exercises)}")
    if row["handed_in"]:
        person = structs.replace(person, handed_in=_time(row["handed_in"], zone))
    if row["deadline"] and exercise:
        person = structs.replace(person, deadlines=person.deadlines | {exercise: _time(row["deadline"], zone)})
    elif row["deadline"]:
        person = structs.replace(person, deadline=_time(row["deadline"], zone))
    if row["excused"].lower() in YES:
        if not exercise:
            raise ValueError("excused from which exercise? Name it in the column exercise")
        person = structs.replace(person, excused=(*person.excused, exercise))
    elif row["excused"].lower() not in NO:
        raise ValueError(f"excused is {row['excused']!r}: write yes, or leave it empty")
    if row["points"]:
        if not NUMBER.fullmatch(row["points"]):
            raise ValueError(f"points = {row['points']!r} is no number")
        if not row["comment"]:
            raise ValueError("points by hand need a comment that says why")
        manual = Manual(points=float(row["points"].replace(",", ".")), comment=row["comment"], exercise=exercise)
        person = structs.replace(person, manual=(*person.manual, manual))
    return person


def _time(text: str, zone: tzinfo | None) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or ":" not in text:  # a day alone would be its first minute
        raise ValueError(f"{text!r} is no time: write 2026-11-30 23:59")
    if time.tzinfo is None and zone is None:
        raise ValueError(without_zone(time))
    return time if time.tzinfo else time.replace(tzinfo=zone)


def table(
    file: Path, option: str, columns: Iterable[str], needed: Iterable[str], *, others: bool = False
) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV file that somebody has written by hand, each with its line; a column that is not there is empty.

    There may be `others`, which are left alone. Raises UsageError, AuthorError.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise UsageError(f"{option} {file}: cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError as problem:
        raise AuthorError(f"{file} is not UTF-8 text: {problem}; save it as CSV UTF-8") from None
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count))
    header = [title.strip().lower() for title in next(reader, [])]
    known = list(columns)
    for title in header:
        if title and title not in known and not others:
            raise AuthorError(f"{file}, line 1: there is no column {title!r} to fill in{suggest(title, known)}")
    for title in needed:
        if title not in header:
            raise AuthorError(f"{file}, line 1: the column {title} is missing; there may be {', '.join(known)}")
    rows = []
    for cells in reader:
        if any(cell.strip() for cell in cells):
            row = dict.fromkeys(known, "") | {
                title: cell.strip() for title, cell in zip(header, cells, strict=False) if title
            }
            if any(not row[title] for title in needed):
                raise AuthorError(f"{file}, line {reader.line_num}: {' and '.join(needed)} must not be empty")
            rows.append((reader.line_num, row))
    return rows
