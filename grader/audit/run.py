"""Audit a rubric: grade everything known, many times, and compare with what should have come out."""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.audit import equivalent, signatures
from grader.audit.cache import Cache, Round
from grader.audit.certificate import Certificate, ControlOutcome, ExerciseAudit, MutantOutcome
from grader.audit.controls import controls
from grader.audit.examiner import Examiner, Graded
from grader.audit.findings import examined, killed
from grader.audit.subjects import Subject, copied, mutated, originals, planted, sample_folder
from grader.authoring.exercise import Exercise
from grader.course import Course
from grader.engine.local import versions
from grader.errors import HarnessError
from grader.judge.bank import Rubric
from grader.judge.probes import agree
from grader.records import Record, sum_points

REPEATS = 2  # gradings with the first seed: a second one must change nothing
TAPE_SEED = 77  # of the run that a tape is made of
PROBE_SEEDS = (1001,)  # whose examples show whether a surviving mutant behaves differently
BATCH = 64  # gradings between two savings of the cache
Progress = Callable[[int], AbstractContextManager[Any]]
BySubmission = dict[str, dict[Round, Graded]]  # the gradings of one exercise
PROVED = "behaves as its original does on all {} probes"
UNASKED = "nobody knows: no check of this exercise draws calls that could tell them apart"


class Options(Record, frozen=True, kw_only=True):
    """How an audit is made."""

    seeds: int = 1
    jobs: int = 1
    mutants: int = 200  # of an exercise, at most; an even choice of all that can be made


def audit(course: Course, names: Iterable[str], out: Path, options: Options, progress: Progress) -> Certificate:
    """Audit the rubrics of some exercises. Results are kept in out/audit-cache.json: an interrupted audit goes on.

    `progress(total)` is a context manager whose value is called after each grading. Raises AuthorError for a
    reference that does not pass its own checks or an expect.toml that is wrong.
    """
    started, clock = datetime.now(UTC), time.perf_counter()
    # planted submissions are code: what may lie beside it is there only where it is the point
    exercises = {name: course.exercises[name].copy(course.exercises[name].files) for name in names}
    rounds = [Round(seed=0, repeat=i) for i in range(REPEATS)] + [Round(seed=i) for i in range(1, options.seeds)]
    with tempfile.TemporaryDirectory(prefix="grader-mutants-") as scratch:
        subjects = {
            name: _subjects(exercise, course, Path(scratch, name), options.mutants)
            for name, exercise in exercises.items()
        }
        with Examiner(exercises, course.limits, options.jobs) as examiner:
            for name, exercise in exercises.items():
                if name in course.own:
                    examiner.try_live(subjects[name][0])
                signatures.refresh(examiner, exercise, subjects[name])
            cache = Cache(out / "audit-cache.json", course, exercises.values())
            everything = [subject for listed in subjects.values() for subject in listed]
            by_hand = sum(subject.kind != "mutant" for subject in everything)
            with progress(len(everything) + by_hand * (len(rounds) - 1)) as advance:
                gradings = _grade(examiner, everything, rounds, cache, advance)
            audits = tuple(
                _examined(
                    examiner,
                    exercise,
                    subjects[name],
                    gradings[name],
                    cache,
                    _controlled(examiner, exercise, scratch),
                    equivalent.listed(course.planted / name),
                )
                for name, exercise in exercises.items()
            )
            cache.save()
    return Certificate(
        certified=all(audit.certified for audit in audits),
        exercises=audits,
        seeds=options.seeds,
        repeats=REPEATS,
        gradings=sum(len(graded) for of_exercise in gradings.values() for graded in of_exercise.values()),
        versions=versions(),
        started=started.isoformat(timespec="seconds"),
        seconds=round(time.perf_counter() - clock, 1),
        jobs=options.jobs,
    )


def _subjects(exercise: Exercise, course: Course, scratch: Path, most: int) -> list[Subject]:
    right = originals(exercise, scratch, None if course.folder else sample_folder())
    known = [copied(subject, scratch / "planted") for subject in planted(exercise, course.planted)]
    return [*right, *known, *mutated(exercise, right, scratch / "mutants", most)]


def _grade(
    examiner: Examiner,
    subjects: Sequence[Subject],
    rounds: Sequence[Round],
    cache: Cache,
    advance: Callable[[], None],
) -> dict[str, BySubmission]:
    """Every grading, out of the cache where it is there.

    After the first round only those mutants take part that a part of the examples let through: the others are
    found out by any examples.
    """
    gradings: dict[str, BySubmission] = defaultdict(lambda: defaultdict(dict))
    for turn in rounds:
        first = turn == rounds[0]
        due = [s for s in subjects if first or s.kind != "mutant" or gradings[s.exercise][s.name][rounds[0]].narrow]
        for subject, graded in _round(examiner, due, turn, cache, train=first):
            gradings[subject.exercise][subject.name][turn] = graded
            if first or subject.kind != "mutant":
                advance()
    return gradings


def _round(
    examiner: Examiner, subjects: Sequence[Subject], turn: Round, cache: Cache, train: bool
) -> Iterator[tuple[Subject, Graded]]:
    todo = []
    for subject in subjects:
        if (stored := cache.get(subject, turn)) is None:
            todo.append(subject)
        else:
            yield subject, stored
    for i in range(0, len(todo), BATCH):
        for subject, graded in examiner.grade(todo[i : i + BATCH], turn.seed, train):
            cache.put(subject, turn, graded)
            yield subject, graded
        cache.save()


def _controlled(examiner: Examiner, exercise: Exercise, scratch: str) -> tuple[ControlOutcome, ...]:
    """What submissions without the work earn."""

    def grade(subject: Subject, seed: int, trains: bool = False) -> Graded:
        [(_, graded)] = examiner.grade([subject], seed, trains)
        return graded

    whole = sum_points(check.points for check in exercise.checks)
    made = controls(exercise, Path(scratch, exercise.name, "controls"), lambda subject: grade(subject, TAPE_SEED))
    return tuple(
        ControlOutcome(
            name=control.name,
            earned=grade(subject, 0, control.trains).earned,
            points=whole,
            allowed=round(control.share * whole, 6),
        )
        for control, subject in made
    )


def _examined(
    examiner: Examiner,
    exercise: Exercise,
    subjects: Sequence[Subject],
    gradings: BySubmission,
    cache: Cache,
    controlled: tuple[ControlOutcome, ...],
    listed: Sequence[equivalent.Equivalent],
) -> ExerciseAudit:
    alive = [s for s in subjects if s.kind == "mutant" and not killed(gradings[s.name])]
    reasons = {s.name: equivalent.reason(s.mutant, listed) for s in alive if s.mutant}
    unknown = [s for s in alive if not reasons[s.name]]
    asked = equivalent.probes(exercise, [Rubric(exercise.checks, seed) for seed in PROBE_SEEDS]) if unknown else []
    differs = cache.differs(exercise.name)
    for original in (s for s in subjects if s.kind == "right"):
        mutants = [s for s in unknown if s.original == original.name and s.digest not in differs]
        if mutants:
            libraries = {s.name: next(iter(gradings[s.name].values())).libraries for s in (original, *mutants)}
            [(_, expected)] = examiner.behave([original], asked, libraries)
            if asked and not expected:
                raise HarnessError(f"{exercise.name}: {original.name} ends its worker on the probes")
            for mutant, given in examiner.behave(mutants, asked, libraries):
                wrong = next((i for i, answer in enumerate(given) if not agree(answer, expected[i])), None)
                told = equivalent.text(asked[wrong], exercise) if wrong is not None else ""
                differs[mutant.digest] = (told if given else "its worker died") if asked else UNASKED
    judged = [_outcome(s, reasons[s.name], differs, len(asked)) for s in alive]
    return examined(exercise, subjects, gradings, judged, len(asked), controlled)


def _outcome(subject: Subject, reason: str, differs: Mapping[str, str], probes: int) -> MutantOutcome:
    mutant = subject.mutant
    assert mutant is not None
    call = "" if reason else differs[subject.digest]
    return MutantOutcome(
        id=mutant.id,
        original=subject.original,
        operator=mutant.operator,
        why=mutant.why,
        file=mutant.file,
        line=mutant.line,
        diff=mutant.diff,
        reason=reason or ("" if call else PROVED.format(probes)),
        differs=call,
    )
