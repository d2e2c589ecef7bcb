"""A small course of an author's own, a small class, and one nursery for all the runs over them."""

from __future__ import annotations

import contextlib
import importlib
import itertools
import linecache
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from grader import course
from grader.authoring.exercise import Check
from grader.classes import find
from grader.engine.local import Grader, Options, TrailsOf, Verdicts
from grader.engine.workplace import Workplace
from grader.gradebook import Gradebook
from grader.grading.options import RunOptions
from grader.grading.way import ClassRun, Graded, Task, grade_class, known_places
from grader.judge.session import Data
from grader.records import CheckResult, ExerciseResult, SubmissionReport
from grader.worker.client import Limits

COURSE = """
name = "Small"
exercises = ["double", "shift"]
[limits]
call_seconds = 5
"""
DOUBLE = '''
from hypothesis import given, strategies as st
from answers.double import double as right
from grader import exercise, expect, strategies
from rubric.near import near

double = exercise("double", title="Double", functions={"double": right}, optional=[])
SIZE = 3


@double.check(points=1, hint="Keep the shape.", examples=4)
@given(X=strategies.square((2, 4)))
def shape(student, X):
    """The shape stays."""
    expect.shape(student.double(X), right(X).shape)


@double.check(points=2, hint="Multiply by two.", examples=4)
@given(X=strategies.square((2, 4)))
def values(student, X):
    """Every value is doubled."""
    near(student.double(X), right(X))


@double.check(points=3, public=False, hint="Think of zero.", examples=3)
@given(X=st.integers(1, 3).map(lambda n: __import__("numpy").zeros((n, n))))
def zeros(student, X):
    """Zeros stay."""
    near(student.double(X), right(X))
'''
SHIFT = '''
from hypothesis import given
from answers.shift import shift as right
from grader import exercise, expect, strategies

shift = exercise("shift", title="Shift", functions={"shift": right})


@shift.check(points=2, hint="Add one.", examples=4)
@given(X=strategies.square((2, 4)))
def values(student, X):
    """Every value is one more."""
    expect.close(student.shift(X), right(X))
'''
NEAR = "from grader import expect\nfrom rubric.numbers import TERMS\n\n\ndef near(a, b):\n    expect.close(a, b, terms=TERMS)\n"
FILES = {
    "course.toml": COURSE,
    "rubric/double.py": DOUBLE,
    "rubric/shift.py": SHIFT,
    "rubric/near.py": NEAR,
    "rubric/numbers.py": "TERMS = 1\n",
    "answers/double.py": "def double(X):\n    return X * 2\n",
    "answers/shift.py": "def shift(X):\n    return X + 1\n",
}
RIGHT = {"double.py": "def double(X):\n    return X + X\n", "shift.py": "def shift(X):\n    return 1 + X\n"}
CLASS = {
    "ann": RIGHT,
    "bob": RIGHT | {"double.py": "def double(X):\n    return X * 3\n"},
    "cyd": RIGHT | {"shift.py": "def shift(X):\n    return X[1:] + 1\n"},
    "dan": RIGHT | {"double.py": "def double(X):\n    print('here')\n    return X * 2\n"},
    "eve": RIGHT | {"shift.py": "def shift(X):\n    return nothing\n"},
    "fay": {"shift.py": RIGHT["shift.py"]},
    "gus": RIGHT
    | {"double.py": "SEEN = []\ndef double(X):\n    SEEN.append(X)\n    return X * (2 if len(SEEN) < 7 else 3)\n"},
    "hal": RIGHT | {"double.py": "print('hello')\ndef double(X):\n    print('here')\n    return X * 2 + (X > 3)\n"},
    "ida": RIGHT | {"double.py": "def double(X):\n    return X.astype(float) * 2 + (X > 3)\n"},
}
KEEPS = {"dan", "fay", "gus", "hal"}  # an exercise of theirs is asked whole: it prints, has a memory, or is not there


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


class Klass:
    """A course, a class and a folder of reports, in `root`."""

    def __init__(self, root: Path, place: Workplace | None = None) -> None:
        self.root, self.place, self.out = root, place, root / "out"
        self.limits: dict[str, Limits] | None = None
        write(root / "course", FILES)
        for name, files in CLASS.items():
            write(root / "class" / name, files)
        self.calls = 0

    def edit(self, file: str, old: str, new: str) -> None:
        """In a file below the root."""
        path = self.root / file
        text = path.read_text()
        assert old in text, (file, old)
        path.write_text(text.replace(old, new))

    def grade(self, *names: str, out: Path | None = None, **more: Any) -> Graded:
        """Run over the class, or over some of it."""
        for module in [name for name in sys.modules if name.partition(".")[0] in ("rubric", "answers")]:
            del sys.modules[module]
        for cached in self.root.rglob("__pycache__"):
            shutil.rmtree(cached)
        importlib.invalidate_caches()
        linecache.clearcache()
        paths = tuple(self.root / "class" / name for name in names) or (self.root / "class",)
        asked = RunOptions(
            paths=paths, out=out or self.out, course=self.root / "course", isolation="none", quiet=True, **more
        )
        asked.out.mkdir(exist_ok=True)
        loaded = course.load(asked.course)
        self.book = Gradebook(asked.out)
        self.book.require(loaded.name)
        known = known_places(self.book)
        found = find(asked.paths, loaded.files, {place: name for name, place in known.items()})
        checks = loaded.select(asked.exercise, asked.check, asked.public)
        options = Options(limits=loaded.limits, isolation="none", data=Data(train=False), jobs=1)

        def engine(chosen: Any, how: Options, sources: Any, kept: frozenset[str], known: TrailsOf) -> Grader:
            self.calls += 1
            return Grader(chosen, how, self.place, sources, kept, known)

        @contextlib.contextmanager
        def watch(total: int) -> Iterator[Any]:
            yield lambda name, seconds: None

        run = ClassRun(asked=asked, course=loaded, checks=checks, found=found, book=self.book, options=options)
        return grade_class(run, engine, watch)

    def reports(self) -> dict[str, SubmissionReport]:
        return {one.submission: timeless(one) for one in self.book.reports()}

    def asked_of(self, names: Iterable[str]) -> set[str]:
        """The checks that the last run has asked of any of these."""
        [*_, last] = self.book.runs()
        current = self.book.counting()
        results = (one for name in names for one in self.book.results(current[name]).values())
        return {one.name for one in results if one.run == last.id}

    def afresh(self) -> dict[str, SubmissionReport]:
        """What runs with the seeds of the reports there are find, that reuse nothing."""
        stored = self.reports()
        found: dict[str, SubmissionReport] = {}
        for seed in {one.seed for one in stored.values()}:
            names = [name for name, one in stored.items() if one.seed == seed]
            out = self.root / "afresh"
            shutil.rmtree(out, ignore_errors=True)
            book = self.book
            self.grade(*names, out=out, seed=seed, fresh=True)
            found |= self.reports()
            self.book = book
        return found


def counting_runs(book: Gradebook) -> set[int]:
    """The runs by which submissions have the reports that count."""
    found = set()
    for name in book.counting():
        *_, last = (run.id for run, standing, *_ in book.history(name) if standing and run.state != "reverted")
        found.add(last)
    return found


def played(checks: Sequence[Check], tasks: Iterable[Task]) -> Iterator[tuple[Task, Verdicts | None]]:
    """In the place of grading: everything passes."""
    yield from ((task, None) for task in tasks if not task.plan.run and not task.plan.whole)
    for task in (task for task in tasks if task.plan.run):
        asked = [check for check in checks if check.id in task.plan.run | task.plan.kept]
        exercises = tuple(
            ExerciseResult(name=one.name, title=one.title, file=one.file, checks=tuple(map(_passed, checks_of)))
            for one, checks_of in itertools.groupby(asked, lambda check: check.exercise)
        )
        points = sum(one.score for one in exercises)
        report = SubmissionReport(
            submission=task.entry.name,
            score=points,
            max_score=points,
            exercises=exercises,
            seed=task.plan.seed,
            versions={},
            digest=task.digest,
            started="2026-01-01T10:00:00+00:00",
        )
        yield task, Verdicts(report=report, asked=task.plan.run)


def _passed(check: Check) -> CheckResult:
    return CheckResult(id=check.id, title=check.title, outcome="passed", points=check.points, earned=check.points)


def timeless(report: SubmissionReport) -> SubmissionReport:
    exercises = tuple(
        msgspec.structs.replace(one, checks=tuple(msgspec.structs.replace(check, seconds=0.0) for check in one.checks))
        for one in report.exercises
    )
    return msgspec.structs.replace(report, exercises=exercises, seconds=0.0, started="")
