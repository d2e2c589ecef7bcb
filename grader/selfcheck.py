"""A student's self-check: a submission is graded when the first of its checks is asked about, and remembered.

`pytest_plugin` imports this when it collects the first exercise; the nursery starts with the first check.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable
from pathlib import Path

import hypothesis.configuration

from grader import course
from grader.authoring.exercise import Check, Exercise
from grader.engine.local import Grader, Options, Verdicts
from grader.errors import GraderError, StudentError, UsageError
from grader.records import CheckResult, Outcome, Record, SubmissionReport
from grader.report.findings import tell, tell_lines
from grader.report.screen import BAR, Screen
from grader.submission import Source
from grader.words import one_line, visible
from grader.worker.confinement import strongest_level

OURS = "The grader failed here, not the submission"


class Verdict(Record, frozen=True, kw_only=True):
    """What became of one check, in words for a terminal."""

    outcome: Outcome
    text: str = ""
    printed: str = ""  # by the student's code


class SelfCheck:
    """A course, and everything that was graded by it so far."""

    def __init__(self, course_file: Path | None, seed: int) -> None:
        """Raises AuthorError or UsageError when the course file is wrong."""
        self._course = course.load(course_file) if course_file else course.built_in("everything")
        self._seed = seed
        self._grader: Grader | GraderError | None = None
        self._graded: dict[Path, SubmissionReport | GraderError] = {}
        self._chosen: frozenset[str] = frozenset()

    def exercise(self, name: str) -> Exercise:
        """The exercise of a file. Raises UsageError."""
        if name not in self._course.exercises:
            raise UsageError(f"{name}: the course has no such exercise")
        return self._course.exercises[name]

    def verdict(self, check: Check, folder: Path, chosen: Iterable[str]) -> Verdict:
        """What `check` says of the submission in `folder`; `chosen`: ids of all checks of this session."""
        if folder not in self._graded:
            self._graded[folder] = self._grade(folder, chosen)
        report = self._graded[folder]
        if isinstance(report, StudentError):
            return Verdict(outcome="failed", text=visible(str(report)))
        if isinstance(report, GraderError):
            return Verdict(outcome="errored", text=f"{OURS}: {visible(str(report))}")
        return self._of(check, report)

    def close(self) -> None:
        """End the nursery, and give Hypothesis back to the other tests of this session."""
        if isinstance(self._grader, Grader):
            self._grader.close()
            hypothesis.configuration.set_hypothesis_home_dir(None)
        self._grader = None

    def _grade(self, folder: Path, chosen: Iterable[str]) -> SubmissionReport | GraderError:
        if self._grader is None:
            self._chosen = frozenset(chosen)
            self._grader = self._start(folder)
        if isinstance(self._grader, GraderError):
            return self._grader
        try:
            ((_, outcome),) = self._grader.grade_all([self._source(folder)])
        except GraderError as problem:  # an author's, when questions are drawn
            return problem
        return outcome.report if isinstance(outcome, Verdicts) else outcome

    def _source(self, folder: Path) -> Source:
        return Source(path=folder, name=folder.name, exercises=self._course.files)

    def _start(self, folder: Path) -> Grader | GraderError:
        try:
            checks = self._course.select((), self._chosen, public_only=True)
            options = Options(seed=self._seed, isolation=strongest_level(), limits=self._course.limits)
            return Grader(checks, options, sources=[self._source(folder)])
        except GraderError as problem:
            return problem

    def _of(self, check: Check, report: SubmissionReport) -> Verdict:
        exercise = next(exercise for exercise in report.exercises if exercise.name == check.exercise.name)
        loads = exercise.checks[0]
        result = next(result for result in exercise.checks if result.id == check.id)
        if loads.outcome != "passed" and loads.id not in self._chosen:
            result = loads  # what the chosen check needs was not chosen: nobody else would tell
        failed = (other.id for other in exercise.checks if other.outcome == "failed" and other.id in self._chosen)
        return Verdict(
            outcome=result.outcome,
            text=words(result, report.notes if result is loads else (), self._chosen),
            printed=printed(exercise.output) if check.id == next(failed, loads.id) else "",
        )


def words(result: CheckResult, notes: Iterable[str] = (), chosen: Collection[str] = ()) -> str:
    """Why a check did not pass, as `grader run` tells it; the first line stands in pytest's summary.

    In one line where another of the `chosen` checks tells it.
    """
    if result.finding is None:
        return ""
    if result.outcome == "skipped":
        return one_line(result.finding.message)
    if result.finding.cause in chosen:
        return f"{one_line(result.finding.message)} (for the reason that {result.finding.cause} tells)"
    screen = Screen(stream := io.StringIO(), colour=False)
    tell(result.finding, screen)
    for note in notes:
        screen.say(f"Note: {one_line(note)}")
    return stream.getvalue().removeprefix(BAR).rstrip("\n")


def printed(output: str) -> str:
    """Head and tail of what student code printed."""
    tell_lines(output, Screen(stream := io.StringIO(), colour=False))
    return stream.getvalue().rstrip("\n")
