"""Results of an audit on disk, so that an interrupted one goes on and an unchanged one costs nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

import grader.audit.equivalent
import grader.judge.runner
import grader.worker.child
import grader.worker.nursery
from grader.audit.examiner import Graded
from grader.audit.sources import closure, fingerprint, home
from grader.audit.subjects import PACKAGE, Subject
from grader.authoring.exercise import Exercise
from grader.engine.local import versions
from grader.judge import diagnosis
from grader.records import Record
from grader.report.files import write_whole

MACHINERY = (grader.audit.equivalent, grader.judge.runner, grader.worker.child, grader.worker.nursery)


class Round(Record, frozen=True, kw_only=True):
    """One grading of everything: `repeat` tells gradings with the same seed apart."""

    seed: int
    repeat: int = 0


class Shelf(msgspec.Struct):
    """What is known about one exercise under one state of its rubric."""

    rubric: str  # digest of all that outcomes depend on
    graded: dict[str, Graded] = msgspec.field(default_factory=dict)
    differs: dict[str, str] = msgspec.field(
        default_factory=dict
    )  # for a mutant: a call that it answers differently, or nothing


class Cache:
    """The file, read once; results that an earlier rubric or library gave are dropped."""

    def __init__(self, path: Path, exercises: Iterable[Exercise]) -> None:
        self.path = path
        try:
            self._shelves = msgspec.json.decode(path.read_bytes(), type=dict[str, Shelf])
        except (OSError, msgspec.DecodeError):
            self._shelves = {}
        for exercise in exercises:
            rubric = rubric_digest(exercise)
            if exercise.name not in self._shelves or self._shelves[exercise.name].rubric != rubric:
                self._shelves[exercise.name] = Shelf(rubric=rubric)

    def get(self, subject: Subject, turn: Round) -> Graded | None:
        return self._shelves[subject.exercise].graded.get(_key(subject, turn))

    def put(self, subject: Subject, turn: Round, graded: Graded) -> None:
        self._shelves[subject.exercise].graded[_key(subject, turn)] = graded

    def differs(self, exercise: str) -> dict[str, str]:
        """By digest of a mutant: a call that it answers differently from its original, or nothing."""
        return self._shelves[exercise].differs

    def save(self) -> None:
        write_whole(self.path, msgspec.json.encode(self._shelves))


def rubric_digest(exercise: Exercise) -> str:
    """One digest over the code of the checks, the reference and the judge, the signatures and the libraries."""
    functions = [check.body for check in exercise.checks if check.body.__module__ != Exercise.__module__]
    functions += [*exercise.functions.values(), *exercise.classes.values()]
    parts = sorted(versions().items())
    for file, root, package in sorted({home(function) for function in functions}):
        parts.append((file.name, fingerprint(closure([file], root, {package, "grader"}), root)))
    machinery = closure([Path(str(module.__file__)) for module in MACHINERY], PACKAGE.parent, {"grader"})
    parts.append(("machinery", fingerprint(machinery, PACKAGE.parent)))
    signatures = diagnosis.path(exercise.name)
    parts.append(("signatures", hashlib.sha256(signatures.read_bytes()).hexdigest() if signatures.is_file() else ""))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _key(subject: Subject, turn: Round) -> str:
    return f"{subject.digest[:32]}-{turn.seed}-{turn.repeat}"
