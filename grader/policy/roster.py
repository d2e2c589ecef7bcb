"""A course's roster, a CSV file of people: id, name, email, group. Columns of other names are left alone.

A submission is joined with the people who are called as it is: by id, then address, name, group. A group's submission
counts for all of its members.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from grader.errors import AuthorError
from grader.intake.matching import Table
from grader.policy.people import table
from grader.words import one_line

COLUMNS = {  # ours, and what other programs call them
    "id": ("id", "sid", "student id", "student_id", "identifier", "username", "login", "sis login id"),
    "email": ("email", "email address", "e-mail", "mail"),
    "name": ("name", "full name", "student"),
    "group": ("group", "team"),
}


class Student(NamedTuple):
    """A row of the roster."""

    id: str
    email: str
    name: str
    group: str

    @property
    def names(self) -> list[str]:
        """What may stand for the student in another file, the surest first."""
        return [name for name in (self.id, self.email, self.email.partition("@")[0], self.name) if name]


class Joined(NamedTuple):
    """Who handed in what."""

    students: dict[str, list[Student]]  # by submission
    unmatched: list[str]  # submissions that are nobody's
    absent: list[Student]  # who handed in nothing

    @property
    def told(self) -> list[str]:
        """A sentence for each that could not be placed: nobody is dropped without a word."""
        unknown = [f"{one_line(name)} is nobody's submission on the roster" for name in self.unmatched]
        return unknown + [f"{one_line(student.names[0])} of the roster handed in nothing" for student in self.absent]


def read(file: Path) -> list[Student]:
    """The people of a roster. Raises UsageError, AuthorError."""
    known = {other: ours for ours, others in COLUMNS.items() for other in others}
    students, lines = [], dict[str, int]()
    for number, row in table(file, "--roster", known, (), others=True):
        cells = dict.fromkeys(COLUMNS, "")
        for title, ours in known.items():
            cells[ours] = cells[ours] or row[title]
        student = Student(**cells)
        if not student.names:
            raise AuthorError(f"{file}, line {number}: a student has an id, an email or a name")
        for name in student.names[:1]:
            if name in lines:
                raise AuthorError(f"{file}, line {number}: {name!r} stands in line {lines[name]} as well")
            lines[name] = number
        students.append(student)
    if not students:
        raise AuthorError(f"{file}: there is nobody in it; its columns are {', '.join(COLUMNS)}")
    return students


def join(students: list[Student], submissions: Collection[str], places: Mapping[str, str]) -> Joined:
    """Whose each submission is; one that fits several people who are no group is nobody's.

    So are those of several people, as the platform numbers them, that fit one.
    """
    entries = {name: Path(places.get(name, name)).name for name in (*submissions, *places)}
    people = Table([*COLUMNS], [*COLUMNS], students, entries.values())
    fitting = {name: people.whose([name], entry)[0] for name, entry in entries.items()}
    numbers = defaultdict[int, set[str]](set)
    for name, entry in entries.items():
        for row in fitting[name]:
            numbers[row].add(people.platform_number(entry))
    found: dict[str, list[Student]] = {}
    unmatched = []
    for name in submissions:
        rows = fitting[name]
        groups = {students[row].group for row in rows}
        is_shared = people.platform_number(entries[name]) and any(len(numbers[row] - {""}) > 1 for row in rows)
        if (len(rows) == 1 and not is_shared) or (len(rows) > 1 and len(groups) == 1 and "" not in groups):
            group = next(iter(groups))
            mates = [row for row, student in enumerate(students) if group and student.group == group]
            found[name] = [students[row] for row in sorted({*rows, *mates})]
        else:
            unmatched.append(name)
    there = {student for members in found.values() for student in members}
    return Joined(found, unmatched, [student for student in students if student not in there])
