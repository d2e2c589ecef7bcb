"""A whole class: which mark each stored report has, which of several attempts counts, and what may be told yet."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from grader.intake import platforms
from grader.policy import people
from grader.policy.handed_in import HandedIn, handed_in
from grader.policy.marks import Mark, mark_of
from grader.policy.people import Person
from grader.policy.roster import Joined, Student
from grader.policy.rules import Policy
from grader.records import SubmissionReport
from grader.words import suggest


class Entry(NamedTuple):
    """A line in a gradebook: what counts for whom."""

    report: SubmissionReport
    mark: Mark
    student: Student | None = None  # None without a roster, and for a submission that is nobody's on it


class Marking:
    """Marks for the reports of a class.

    `said` is the marks file, `places` where each submission lies, whose name may tell the time, `joined` the roster.
    """

    def __init__(
        self,
        policy: Policy,
        said: Mapping[str, Person] | None = None,
        places: Mapping[str, str] | None = None,
        joined: Joined | None = None,
    ) -> None:
        self.policy = policy
        self.joined = joined
        self._said, self._places = dict(said or {}), dict(places or {})
        self._usual = platforms.convention(map(os.path.basename, self._places.values()))
        self._told: dict[str, HandedIn] = {}

    def mark(self, report: SubmissionReport, student: Student | None = None) -> Mark:
        """What a report counts; for one `student` of a group with what is said of that one."""
        return mark_of(report, self.policy, self.person(report.submission, student))

    def given(self, reports: Iterable[SubmissionReport]) -> dict[str, Mark]:
        """All marks of a class by the submission's name; of several attempts of a student one counts."""
        marks: dict[str, Mark] = {}
        ranks: dict[str, tuple[float, float, str]] = {}
        for report in reports:
            name, mark = report.submission, self.mark(report)
            rank, student = self._rank(name, mark), self.student(name)
            marks[name], ranks[student] = mark, max(rank, ranks.get(student, rank))
        counting = {name for *_, name in ranks.values()}
        return {name: mark if name in counting else structs.replace(mark, counts=False) for name, mark in marks.items()}

    def entries(self, reports: Iterable[SubmissionReport]) -> list[Entry]:
        """A line for each student with each of these reports, a group's for each of its members."""
        entries = []
        for report in reports:
            members: Sequence[Student | None] = self._students(report.submission) or [None]
            entries += [Entry(report, self.mark(report, student), student) for student in members]
        return entries

    def person(self, submission: str, student: Student | None = None) -> Person:
        """What is said of whose submission this is, with the time that the platform tells where nobody said one."""
        names = [*(student.names if student else []), *self._names(submission)]
        said = next((self._said[name] for name in names if name in self._said), Person())
        if said.handed_in is None and (place := self._places.get(submission)):
            if place not in self._told:
                self._told[place] = handed_in(place, self.policy.zone, self._usual)
            told = self._told[place]
            said = structs.replace(said, handed_in=told.time, is_late=told.is_late, source=told.source)
        return said

    def student(self, submission: str) -> str:
        """Whose it is: what all attempts of one student, or one group, have in common."""
        if students := self._students(submission):
            return students[0].group or students[0].names[0]
        named = self._named(submission)
        return named.student if named else submission

    def misnamed(self, submissions: Collection[str]) -> str:
        """The first name in the marks file that is nobody's here, or more than one student's, in a sentence; or empty."""
        absent = {name for student in (self.joined.absent if self.joined else ()) for name in student.names}
        called: dict[str, set[str]] = defaultdict(set)
        for submission in submissions:
            for name in self._every_name(submission):
                called[name].add(self.student(submission))
        for name in self._said:
            found = called[name]
            if not found and name not in absent:
                return f"there is no submission {name!r}{suggest(name, submissions)}"
            if len(found) > 1:
                return f"{len(found)} students are called {name!r}: write the names of their submissions"
        return ""

    def _rank(self, name: str, mark: Mark) -> tuple[float, float, str]:
        """By which attempts of one student are in order; the greatest counts."""
        time = self.person(name).handed_in
        return mark.score if self.policy.attempt == "best" else 0.0, time.timestamp() if time else 0.0, name

    def _names(self, submission: str) -> list[str]:
        """What the marks file may call a submission: by its name, its only student's, its group's, the platform's."""
        students, named = self._students(submission), self._named(submission)
        alone = students[0].names if len(students) == 1 else []
        groups = [students[0].group] if students and students[0].group else []
        return [submission, *alone, *groups, *([named.student, named.owner] if named else [])]

    def _every_name(self, submission: str) -> list[str]:
        return [*self._names(submission), *(name for one in self._students(submission) for name in one.names)]

    def _students(self, submission: str) -> list[Student]:
        return self.joined.students.get(submission, []) if self.joined else []

    def _named(self, submission: str) -> platforms.Owned | None:
        """What a platform says of it, in the name of the submission or of what lies in its place."""
        place = os.path.basename(self._places.get(submission, ""))
        return platforms.owned(submission, self._usual) or platforms.owned(place, self._usual)


def of(
    policy: Policy | None,
    file: Path | None,
    exercises: Collection[str],
    places: Mapping[str, str],
    joined: Joined | None = None,
) -> Marking | None:
    """How a class is marked; None where neither course.toml nor a marks file nor a roster says anything of marks.

    Raises UsageError, AuthorError.
    """
    if policy is None and file is None and joined is None:
        return None
    policy = policy or Policy()
    return Marking(policy, people.read(file, exercises, policy.zone) if file else {}, places, joined)
