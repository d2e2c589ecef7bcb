"""Results of an audit on disk, so that an interrupted one goes on and an unchanged one costs nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from grader.audit.examiner import ISOLATION, Graded
from grader.audit.subjects import PACKAGE, Subject
from grader.authoring.exercise import Exercise
from grader.authoring.sources import closure, fingerprint
from grader.course import Course
from grader.engine.local import Options
from grader.grading import fingerprints
from grader.grading.glance import OURS
from grader.records import Record
from grader.report.files import write_whole


class Round(Record, frozen=True, kw_only=True):
    """One grading of everything: `repeat` tells gradings with the same seed apart."""

    seed: int
    repeat: int = 0


class Shelf(msgspec.Struct):
    """What is known about one exercise under one state of its rubric."""

    rubric: str  # digest of all that outcomes depend on
    graded: dict[str, Graded] = {}
    differs: dict[str, str] = {}  # for a mutant: a call that it answers differently, or nothing


class Cache:
    """The file, read once; results that an earlier rubric or library gave are dropped."""

    def __init__(self, path: Path, course: Course, exercises: Iterable[Exercise]) -> None:
        self.path = path
        try:
            self._shelves = msgspec.json.decode(path.read_bytes(), type=dict[str, Shelf])
        except (OSError, msgspec.DecodeError):
            self._shelves = {}
        for exercise in exercises:
            rubric = rubric_digest(course, exercise)
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


def rubric_digest(course: Course, exercise: Exercise) -> str:
    """One digest over all that outcomes depend on: of each check what `grader run` goes by and what it is worth; our proofs."""
    found = fingerprints.fingerprints(course, exercise.checks, Options(isolation=ISOLATION, limits=course.limits))
    parts = (
        [(check.id, check.points, check.gate, fingerprints.digest(found[check.id])) for check in exercise.checks],
        fingerprint(
            closure([PACKAGE / "audit" / "examiner.py", PACKAGE / "audit" / "equivalent.py"], PACKAGE.parent, OURS),
            PACKAGE.parent,
        ),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _key(subject: Subject, turn: Round) -> str:
    return f"{subject.digest[:32]}-{turn.seed}-{turn.repeat}"
