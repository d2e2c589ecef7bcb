"""A student's self-check: a submission is graded when the first of its checks is asked about, and remembered.

`pytest_plugin` imports this when it collects the first exercise; the nursery starts with the first check.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import hypothesis.configuration
import numpy as np

from grader import course
from grader.authoring.exercise import Check, Exercise
from grader.engine.local import Grader, Options
from grader.errors import GraderError, StudentError, UsageError
from grader.records import Array, CheckResult, Outcome, Plain, Record, SubmissionReport, Value
from grader.report.text import one_line, visible
from grader.submission import Source
from grader.worker.confinement import strongest_level

MOST_SHOWN = 100  # values of an array; the HTML report shows more
WIDTH = 100
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
        self._course = course.load(course_file if course_file and course_file.is_file() else None)
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
        ((_, outcome),) = self._grader.grade_all([Source(path=folder, name=folder.name)])
        return outcome

    def _start(self, folder: Path) -> Grader | GraderError:
        try:
            checks = self._course.select((), self._chosen, public_only=True)
            options = Options(seed=self._seed, isolation=strongest_level(), limits=self._course.limits)
            return Grader(checks, options, sources=[Source(path=folder, name=folder.name)])
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
            text="\n".join(words(result, report.notes if result is loads else ())),
            printed="\n".join(_barred(exercise.output)) if check.id == next(failed, loads.id) else "",
        )


def words(result: CheckResult, notes: Iterable[str] = ()) -> Iterator[str]:
    """Why a check did not pass, for a terminal: the report's words, and its arrays while they are small."""
    finding = result.finding
    if finding is None:
        return
    yield from _block(finding.message)
    if finding.call:
        yield from _block(f"Call: {finding.call}")
    for argument in finding.arguments:
        yield from _value(argument.name, argument.value)
    yield from _value("expected", finding.expected)
    yield from _value("yours", finding.actual)
    if finding.misconception:
        yield from _block(f"Likely mistake: {finding.misconception}. {finding.explanation}".rstrip())
    yield from _barred(finding.traceback)
    if finding.hint:
        yield from _block(f"Next step: {finding.hint}")
    yield from (f"Note: {one_line(note)}" for note in notes)


def _block(text: str) -> Iterator[str]:
    """The lines of `text`, all but the first behind a bar, so that none passes for a line of ours."""
    first, *rest = visible(text).splitlines() or [""]
    yield first
    yield from (f"| {line}" for line in rest)


def _barred(text: str) -> Iterator[str]:
    return (f"| {line}" for line in visible(text).splitlines())


def _value(name: str, value: Value | None) -> Iterator[str]:
    if isinstance(value, Plain):
        yield f"{one_line(name)} = {one_line(value.text)}"
    elif isinstance(value, Array):
        yield f"{one_line(name)}, of shape {value.shape}:"
        if value.values is None or math.prod(value.shape) > MOST_SHOWN:
            yield "    too large to show here; `grader run` writes a report"
        else:
            text = np.array2string(value.numpy(), separator=", ", max_line_width=WIDTH)
            yield from (f"    {line}" for line in text.splitlines())
