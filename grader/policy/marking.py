"""A whole class: which mark each stored report has, which of several attempts counts, and what may be told yet."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from msgspec import structs

from grader.intake import platforms
from grader.policy import people
from grader.policy.handed_in import handed_in
from grader.policy.marks import Mark, marks
from grader.policy.people import Person
from grader.policy.rules import Policy
from grader.records import SubmissionReport
from grader.rubric import suggest


class Marking:
    """Marks for the reports of a class; `places` says where each submission lies, whose name may tell the time."""

    def __init__(
        self, policy: Policy, said: Mapping[str, Person] | None = None, places: Mapping[str, str] | None = None
    ) -> None:
        self.policy = policy
        self._said, self._places = dict(said or {}), dict(places or {})

    def mark(self, report: SubmissionReport) -> Mark:
        return marks(report, self.policy, self.person(report.submission))

    def person(self, submission: str) -> Person:
        """What is said of whose submission this is, with the time that the platform tells where nobody said one."""
        said = next((self._said[name] for name in self._names(submission) if name in self._said), Person())
        if said.handed_in is None and (place := self._places.get(submission)):
            told = handed_in(place, self.policy.zone)
            said = structs.replace(said, handed_in=told.time, is_late=told.is_late, source=told.source)
        return said

    def student(self, submission: str) -> str:
        """Whose it is: what all attempts of one student have in common."""
        named = self._named(submission)
        return named.student if named else submission

    def chosen(self, reports: Iterable[SubmissionReport]) -> list[SubmissionReport]:
        """One report a student: of several attempts the best or the last, as the policy says."""
        attempts: dict[str, list[SubmissionReport]] = {}
        for report in reports:
            attempts.setdefault(self.student(report.submission), []).append(report)
        return [several[0] if len(several) == 1 else max(several, key=self._rank) for several in attempts.values()]

    def misnamed(self, submissions: Collection[str]) -> str:
        """The first name in the marks file that is nobody's here, or more than one student's, in a sentence; or empty."""
        for name in self._said:
            found = {self.student(one) for one in submissions if name in self._names(one)}
            if not found:
                return f"there is no submission {name!r}{suggest(name, submissions)}"
            if len(found) > 1:
                return f"{len(found)} students are called {name!r}: write the names of their submissions"
        return ""

    def _rank(self, report: SubmissionReport) -> tuple[float, float, str]:
        time = self.person(report.submission).handed_in
        stamp = time.timestamp() if time else 0.0
        mark = self.mark(report).score if self.policy.attempt == "best" else 0.0
        return mark, stamp, report.submission

    def _names(self, submission: str) -> list[str]:
        """What the marks file may call a submission: by its name, or by its student's."""
        named = self._named(submission)
        return [submission, named.student, named.owner] if named else [submission]

    def _named(self, submission: str) -> platforms.Owned | None:
        """What a platform says of it, in the name of the submission or of what lies in its place."""
        return platforms.owned(submission) or platforms.owned(os.path.basename(self._places.get(submission, "")))


def of(
    policy: Policy | None,
    file: Path | None,
    exercises: Collection[str],
    places: Mapping[str, str],
) -> Marking | None:
    """How a class is marked; None where neither course.toml nor a marks file says anything of marks.

    Raises UsageError, AuthorError.
    """
    if policy is None and file is None:
        return None
    policy = policy or Policy()
    return Marking(policy, people.read(file, exercises, policy.zone) if file else {}, places)
