"""The mistakes of a class: those that have a name, and groups of submissions that are wrong in one way without one."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from grader.records import Array, CheckResult, ExerciseResult, Finding, SubmissionReport
from grader.report.folding import folded
from grader.survey.behaviour import Behaviour, behaviour, function


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


def named(reports: Sequence[SubmissionReport]) -> list[Named]:
    """The misconceptions of a class, the commonest first."""
    cases: dict[tuple[str, str], list[Case]] = defaultdict(list)
    told: dict[tuple[str, str], str] = {}
    for report in reports:
        for exercise in report.exercises:
            for check in exercise.checks:
                if check.finding and check.finding.misconception:
                    mistake = exercise.name, check.finding.misconception
                    cases[mistake].append(Case(report.submission, check.id))
                    told[mistake] = check.finding.explanation
    every = [Named(key[1], told[key], key[0], tuple(found)) for key, found in cases.items()]
    return sorted(every, key=lambda one: (-len(one.cases), one.exercise, one.title))


def groups(reports: Sequence[SubmissionReport]) -> list[Group]:
    """The mistakes without a name, the commonest first; several checks that the very same submissions fail are one."""
    found: dict[tuple[str, Behaviour], list[tuple[Case, Finding]]] = defaultdict(list)
    for report in reports:
        for exercise in report.exercises:
            for check, finding, how in _unnamed(exercise):
                found[exercise.name, how].append((Case(report.submission, check.id), finding))
    same: dict[tuple[str, tuple[str, ...]], list[Behaviour]] = defaultdict(list)
    for (exercise_name, how), cases in found.items():
        same[exercise_name, tuple(case.submission for case, _ in cases)].append(how)
    made = []
    for (exercise_name, _), ways in same.items():
        cases = found[exercise_name, ways[0]]
        made.append(
            Group(
                id=f"{exercise_name}-{hashlib.sha256(repr(ways[0]).encode()).hexdigest()[:6]}",
                exercise=exercise_name,
                checks=tuple(dict.fromkeys(how.check for how in ways)),
                cases=tuple(case for case, _ in cases),
                example=cases[0][1],
            )
        )
    return sorted(made, key=lambda one: (-len(one.cases), one.id))


def _unnamed(exercise: ExerciseResult) -> list[tuple[CheckResult, Finding, Behaviour]]:
    """The failures of one student that stand for themselves, and that no name explains."""
    explained = {function(check.finding) for check in exercise.checks if check.finding and check.finding.misconception}
    return [
        (check, check.finding, how)
        for check, _ in folded(exercise.checks)
        if check.finding and not check.finding.misconception and (how := behaviour(check))
        if not explained & {function(check.finding), ""}
    ]
