"""From gradings to an exercise's audit: what did not come out as it should, and what each check is good for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from grader.audit.cache import Round
from grader.audit.certificate import (
    CheckAudit,
    ControlOutcome,
    Disagreement,
    ExerciseAudit,
    MutantOutcome,
    OperatorAudit,
)
from grader.audit.examiner import Graded
from grader.audit.operators import OPERATORS
from grader.audit.subjects import Subject
from grader.authoring.exercise import Exercise

Gradings = Mapping[Round, Graded]  # of one subject


def examined(
    exercise: Exercise,
    subjects: Sequence[Subject],
    gradings: Mapping[str, Gradings],
    judged: Sequence[MutantOutcome],
    probes: int,
    controls: tuple[ControlOutcome, ...] = (),
) -> ExerciseAudit:
    """The audit of one exercise. `judged` are the mutants that no check failed, with what is known about them."""
    right, wrong, mutants = ([s for s in subjects if s.kind == kind] for kind in ("right", "wrong", "mutant"))
    known = [s for s in wrong if _told(s)]
    return ExerciseAudit(
        name=exercise.name,
        title=exercise.title,
        right=len(right),
        wrong=len(wrong),
        mutants=len(mutants),
        killed=sum(killed(gradings[s.name]) for s in mutants),
        probes=probes,
        survivors=tuple(outcome for outcome in judged if not outcome.reason),
        equivalent=tuple(outcome for outcome in judged if outcome.reason),
        false_failures=tuple(d for s in right for d in disagreements(s, gradings[s.name])),
        disagreements=tuple(d for s in wrong for d in disagreements(s, gradings[s.name])),
        unstable=tuple(d for s in subjects for d in unstable(s, gradings[s.name])),
        misconceptions=len(known),
        recognised=sum(_named(s, gradings[s.name]) == _told(s) for s in known),
        misdiagnosed=tuple(d for s in wrong for d in misdiagnosed(s, gradings[s.name])),
        controls=controls,
        checks=tuple(_checks(exercise, subjects, gradings)),
        operators=tuple(_operators(mutants, gradings, judged)),
    )


def killed(gradings: Gradings) -> bool:
    """Whether some check fails a mutant, with every seed."""
    return all(graded.failed for graded in gradings.values())


def disagreements(subject: Subject, gradings: Gradings) -> list[Disagreement]:
    """Gradings of a planted submission that are not as declared."""
    declared, by_chance = _declared(subject)
    found = []
    for turn, graded in gradings.items():
        missing = tuple(sorted(declared - graded.failed.keys() - set(graded.uncounted)))
        unexpected = {check: graded.failed[check] for check in graded.failed if check not in declared | by_chance}
        unexpected |= {check: f"the grader itself failed: {message}" for check, message in graded.errored.items()}
        remark = "declared wrong, but no check is said to fail" if subject.kind == "wrong" and not declared else ""
        if missing or unexpected or remark:
            found.append(
                Disagreement(
                    submission=subject.name,
                    seed=turn.seed,
                    missing=missing,
                    unexpected=unexpected,
                    remark=remark,
                )
            )
    return found[:1]  # the first tells; the others repeat it


def unstable(subject: Subject, gradings: Gradings) -> list[Disagreement]:
    """An outcome that changes: of a mutant, whether it is found out at all; of everything else, any check's."""
    first = next(iter(gradings.values()))
    for turn, graded in gradings.items():
        tried_twice = first.seconds.keys() & graded.seconds.keys()
        differ = {check for check in tried_twice if (check in graded.failed) != (check in first.failed)}
        differ -= _declared(subject)[1]
        if bool(graded.failed) != bool(first.failed) if subject.kind == "mutant" else differ:
            remark = f"failed {_names(first.failed)} first, {_names(graded.failed)} now"
            return [Disagreement(submission=subject.name, seed=turn.seed, remark=remark)]
    return []


def _declared(subject: Subject) -> tuple[set[str], set[str]]:
    """The checks that a planted submission must fail, and those that it may."""
    told = subject.expectation
    names = (told.failed, told.by_chance) if told else ((), ())
    failed, by_chance = ({f"{subject.exercise}.{name}" for name in listed} for listed in names)
    return failed, by_chance


def misdiagnosed(subject: Subject, gradings: Gradings) -> list[Disagreement]:
    """A misconception that is told to be another one."""
    named = _named(subject, gradings)
    if not _told(subject) or named in ("", _told(subject)):
        return []
    return [Disagreement(submission=subject.name, seed=0, remark=f"it was told: {named}")]


def _checks(exercise: Exercise, subjects: Sequence[Subject], gradings: Mapping[str, Gradings]) -> Iterable[CheckAudit]:
    by_kind: dict[str, Counter[str]] = {"mutant": Counter(), "wrong": Counter(), "right": Counter()}
    alone = Counter[str]()
    for subject in subjects:
        first = next(iter(gradings[subject.name].values()))
        by_kind[subject.kind].update(first.failed.keys())
        if subject.kind != "right" and len(first.failed) == 1:
            alone.update(first.failed.keys())
    right = [graded for s in subjects if s.kind == "right" for graded in gradings[s.name].values()]
    for check in exercise.checks:
        seconds = [graded.seconds[check.id] for graded in right if check.id in graded.seconds]
        yield CheckAudit(
            id=check.id,
            title=check.title,
            mutants=by_kind["mutant"][check.id],
            wrong=by_kind["wrong"][check.id],
            alone=alone[check.id],
            seconds=round(median(seconds), 4) if seconds else 0.0,
        )


def _operators(
    mutants: Sequence[Subject], gradings: Mapping[str, Gradings], judged: Sequence[MutantOutcome]
) -> Iterable[OperatorAudit]:
    made = Counter(s.mutant.operator for s in mutants if s.mutant)
    dead = Counter(s.mutant.operator for s in mutants if s.mutant and killed(gradings[s.name]))
    equivalent = Counter(outcome.operator for outcome in judged if outcome.reason)
    for operator in OPERATORS:
        if made[operator.name]:
            yield OperatorAudit(
                name=operator.name,
                why=operator.why,
                mutants=made[operator.name],
                killed=dead[operator.name],
                equivalent=equivalent[operator.name],
            )


def _named(subject: Subject, gradings: Gradings) -> str:
    return next((graded.diagnosis for graded in gradings.values() if graded.diagnosis), "")


def _told(subject: Subject) -> str:
    return subject.expectation.told if subject.expectation else ""


def _names(failed: Mapping[str, str]) -> str:
    return ", ".join(failed) or "nothing"
