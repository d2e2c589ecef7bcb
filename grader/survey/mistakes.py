"""The mistakes of a class: those that have a name, and groups of submissions that are wrong in one way without one."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from grader.records import Array, CheckResult, ExerciseResult, Finding, SubmissionReport
from grader.report.folding import folded
from grader.survey.behaviour import Behaviour, behaviour


class Case(NamedTuple):
    """Where a mistake is seen."""

    submission: str
    check: str


class Named(NamedTuple):
    """A misconception of the catalogue, with everybody who has it."""

    title: str
    explanation: str
    exercise: str
    cases: tuple[Case, ...]


class Group(NamedTuple):
    """Submissions that give the same wrong answer, or fail with the same words, and nobody has named why."""

    id: str
    exercise: str
    checks: tuple[str, ...]  # that show it, in rubric order
    cases: tuple[Case, ...]  # one a submission
    example: Finding  # of the first case

    @property
    def is_alone(self) -> bool:
        return len(self.cases) == 1

    @property
    def is_array(self) -> bool:
        """Whether they agree in numbers: everything else may hold what a student wrote."""
        return isinstance(self.example.actual, Array)

    @property
    def is_answer(self) -> bool:
        """Whether they agree in an answer, not only in words."""
        return self.example.actual is not None


class Mistakes:
    """Collects the mistakes of a class, a report at a time: of each one example is kept."""

    def __init__(self) -> None:
        self._named: dict[tuple[str, str], list[Case]] = defaultdict(list)
        self._explained: dict[tuple[str, str], str] = {}
        self._unnamed: dict[tuple[str, Behaviour], list[Case]] = defaultdict(list)
        self._examples: dict[tuple[str, Behaviour], Finding] = {}

    def add(self, report: SubmissionReport) -> None:
        for exercise in report.exercises:
            for check in exercise.checks:
                if check.finding and check.finding.misconception:
                    mistake = exercise.name, check.finding.misconception
                    self._named[mistake].append(Case(report.submission, check.id))
                    self._explained[mistake] = check.finding.explanation
            for check, finding, how in _unnamed(exercise):
                self._unnamed[exercise.name, how].append(Case(report.submission, check.id))
                self._examples.setdefault((exercise.name, how), finding)

    def named(self) -> list[Named]:
        """The misconceptions of the class, the commonest first."""
        every = [
            Named(title, self._explained[exercise, title], exercise, tuple(cases))
            for (exercise, title), cases in self._named.items()
        ]
        return sorted(every, key=lambda one: (-len(one.cases), one.exercise, one.title))

    def groups(self) -> list[Group]:
        """The mistakes without a name, the commonest first; checks that the very same submissions fail are one group."""
        same: dict[tuple[str, tuple[str, ...]], list[Behaviour]] = defaultdict(list)
        for (exercise, how), cases in self._unnamed.items():
            same[exercise, tuple(case.submission for case in cases)].append(how)
        made = [
            Group(
                id=f"{exercise}-{hashlib.sha256(repr(tuple(ways[0])).encode()).hexdigest()[:6]}",
                exercise=exercise,
                checks=tuple(dict.fromkeys(how.check for how in ways)),
                cases=tuple(self._unnamed[exercise, ways[0]]),
                example=self._examples[exercise, ways[0]],
            )
            for (exercise, _), ways in same.items()
        ]
        return sorted(made, key=lambda one: (-len(one.cases), one.id))


def of(reports: Iterable[SubmissionReport]) -> Mistakes:
    """All mistakes of a class."""
    found = Mistakes()
    for report in reports:
        found.add(report)
    return found


def _unnamed(exercise: ExerciseResult) -> list[tuple[CheckResult, Finding, Behaviour]]:
    """The failures of one student that stand for themselves, and that no name explains."""
    explained = {check.finding.function for check in exercise.checks if check.finding and check.finding.misconception}
    return [
        (check, check.finding, how)
        for check, _ in folded(exercise.checks)
        if check.finding and not check.finding.misconception and (how := behaviour(check))
        if not explained & {check.finding.function, ""}
    ]
