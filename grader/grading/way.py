"""The way of a class, top to bottom: take, reuse, grade, record, write.

All that is found goes into the gradebook, a submission at a time; what is shown is read back from there. So a run that
is interrupted, however rudely, has lost what was in flight, and the next one goes on.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from grader import submission
from grader.authoring.exercise import Check
from grader.classes import Found
from grader.course import Course
from grader.engine.local import Options, Outcome, TrailsOf, Verdicts, fresh_seed, versions
from grader.errors import GraderError, HarnessError, UsageError
from grader.gradebook import Entry, Gradebook, Problem, Result, Run
from grader.grading import fingerprints, reuse
from grader.grading.files import LastRun, stale, write_overview, write_reports
from grader.grading.options import RunOptions
from grader.grading.record import Recorder
from grader.grading.reuse import Plan, Wanted
from grader.judge.trail import Trail
from grader.policy.marking import Marking
from grader.report import kept
from grader.report.standing import standing
from grader.submission import Source

Watch = Callable[[int], contextlib.AbstractContextManager[Callable[[str, float], None]]]
ADOPTED = "reports that lay here before there was a gradebook"
CHANGED = "its files changed while they were being graded; run again"


class Grades(Protocol):
    """An engine, ready for one set of checks."""

    def grade_all(self, sources: Sequence[Source], /) -> Iterator[tuple[Source, Outcome]]: ...


Engine = Callable[
    [Sequence[Check], Options, Sequence[Source], frozenset[str], TrailsOf], contextlib.AbstractContextManager[Grades]
]


Looked = tuple[Source, Entry, str]  # a submission with the digest of its files


class Task(NamedTuple):
    """A submission that was looked into, and what is to be done with it."""

    source: Source
    entry: Entry
    digest: str
    seed: int  # where everything is asked anew
    plan: Plan


class Graded(NamedTuple):
    """What became of a class. The reports are in the gradebook."""

    names: list[str]
    problems: list[Problem]
    codes: list[int]  # exit codes that these ask for
    told: list[str]  # what an instructor may want to know
    asked: dict[str, int]  # how many results of each check were found by asking now, not before an interruption
    reused: int  # submissions of which nothing was asked
    without_index: GraderError | None  # why there is no index


@dataclass(frozen=True, kw_only=True)
class ClassRun:
    """A run over a class: by what it was asked for, and what that has come to."""

    asked: RunOptions
    course: Course
    checks: Sequence[Check]
    found: Found  # the submissions
    book: Gradebook
    options: Options
    marking: Marking | None = None


class _Failures:
    """The submissions that have no report, or none that could be written, and the exit codes that these ask for."""

    def __init__(self, book: Gradebook) -> None:
        self._book = book
        self.problems: dict[str, Problem] = {}
        self.codes: list[int] = []

    def add(self, source: Source, problem: GraderError) -> None:
        self.problems[source.name] = Problem(name=source.name, place=source.place, why=str(problem))
        self.codes.append(problem.exit_code)

    def refuse(self, source: Source, problem: GraderError) -> None:
        """And put it into the gradebook."""
        self.add(source, problem)
        self._book.refuse(self.problems[source.name])


def grade_class(run: ClassRun, engine: Engine, watch: Watch) -> Graded:
    """Grade what was found, and write reports and index.

    `engine` is called when there is something to grade, with checks, submissions, checks whose results stand, and what
    tells these; `watch` is a context manager over so many submissions, whose value is called with the name of each that
    is done, and the seconds that it took.
    """
    asked, book, sources = run.asked, run.book, run.found.sources
    with book.alone():
        places = _opened(book, run.course)
        _refuse_namesakes(sources, places, asked.out)
        looked, unreadable = _look(sources)
        wanted = _wanted(run)
        is_again = _is_again(run)
        tasks = _planned(run, wanted, looked, _begun(run, looked))
        unchanged = [task for task in tasks if task.plan.whole]
        book.reuse((task.entry, task.plan.base) for task in unchanged if task.plan.base is not None)
        recorder, failures = Recorder(book, run.course, wanted, places), _Failures(book)
        with watch(len(sources) - len(unchanged)) as advance:
            for source, problem in unreadable:
                failures.refuse(source, problem)
                advance(source.name, 0.0)
            for task, outcome in _graded(run, wanted, tasks, engine):
                _record_and_write(run, recorder, task, outcome, failures)
                advance(task.entry.name, outcome.report.seconds if isinstance(outcome, Verdicts) else 0.0)
        late = _write_late(run, tasks, failures)
        names = sorted({task.entry.name for task in tasks}.difference(failures.problems))
        stands = is_again and not late and len(unchanged) == len(sources)
        without_index = None if stands else _write_index(run, names, failures)
        book.finish(_now())  # what is killed before is gone on with
    problems = list(failures.problems.values())
    return Graded(names, problems, failures.codes, recorder.told, recorder.asked, len(unchanged), without_index)


# Take


def known_places(book: Gradebook) -> dict[str, str]:
    """Where each submission lies that has a report, by name."""
    return book.places() if book.exists else kept.read_index(book.folder).submissions


def _opened(book: Gradebook, course: Course) -> dict[str, str]:
    """Make the gradebook ready; where the submissions lie that have a report in it, by name."""
    legacy = {} if book.exists else known_places(book)
    if book.create(course.name):
        _adopt(book, course, legacy)
    return book.places()


def _adopt(book: Gradebook, course: Course, places: Mapping[str, str]) -> None:
    """Take over reports that were written before there was a gradebook. None of their results is used again."""
    begun = False
    for report in kept.reports(book.folder):
        entry = Entry(name=report.submission, place=places.get(report.submission, ""), snapshot="")
        if not begun:
            run = Run(started=_now(), seed=report.seed, note=ADOPTED, course=course.name, options={}, versions={})
            begun = bool(book.begin(run, []))
        results = [
            Result(
                name=check.id,
                outcome=check.outcome,
                points=check.points,
                earned=check.earned,
                counted=check.counted,
                seconds=check.seconds,
                silent=False,
                public=check.public,
                hint="",
                told=check.finding.headline if check.finding else "",
            )
            for check in report.checks
        ]
        book.put(entry, report, standing(report), results, "")
    if begun:
        book.finish(_now())


def _refuse_namesakes(sources: Iterable[Source], places: Mapping[str, str], out: Path) -> None:
    """Raises UsageError where a report in `out` is of another submission of the same name."""
    for source in sources:
        other = places.get(source.name) or source.place
        if not kept.is_same(other, source.place) and kept.is_there(other):
            told = f"{out / source.name} holds the report of {other}, not of {source.place}"
            raise UsageError(f"{told}; name another folder with --out")


def _look(sources: Iterable[Source]) -> tuple[list[Looked], list[tuple[Source, GraderError]]]:
    """Each submission; and those that cannot be taken in."""
    looked, failures = [], []
    for source in sources:
        try:
            taken = submission.look(source)
        except GraderError as problem:
            failures.append((source, problem))
            continue
        snapshot = hashlib.sha256(repr((taken.digest, taken.notes)).encode()).hexdigest()
        looked.append((source, Entry(name=source.name, place=source.place, snapshot=snapshot), taken.digest))
    return looked, failures


# Reuse


def _wanted(run: ClassRun) -> Wanted:
    """What is asked, with fingerprints: worked out once for each state of the sources."""
    book, about = run.book, (run.course, run.checks, run.options)
    state = fingerprints.state(*about)
    known = book.known_fingerprints(state) if state else None
    parts: dict[str, fingerprints.Parts] = {}
    if known is None:
        parts = fingerprints.fingerprints(*about)
        known = {name: fingerprints.digest(each) for name, each in parts.items()}
        if state:
            book.keep_fingerprints(state, known)
    book.put_fingerprints({known[name]: each for name, each in parts.items()})
    return Wanted(tuple(run.checks), known, cache(book.parts))


def _begun(run: ClassRun, looked: Sequence[Looked]) -> dict[str, int]:
    """Open a run, or go on with the one that was interrupted; the seed for each submission that is asked anew."""
    asked, book = run.asked, run.book
    entries = [entry for _, entry, _ in looked]
    runs = book.runs()
    last = runs[-1] if runs and runs[-1].state == "open" else None
    if asked.resume and (last is None or last.options != asked.as_stored):
        told = (
            "the last run there has ended" if last is None else "the run that was interrupted was asked for otherwise"
        )
        raise UsageError(f"--resume: {told}; leave --resume out, and what is the same is not run again")
    if last is not None and last.options == asked.as_stored:
        known = book.resume(last, entries)
        late = asked.seed if asked.seed is not None else fresh_seed()  # for files that are younger than the run
        return {one.name: last.seed if known.get(one.name) == one.snapshot else late for one in entries}
    seed = asked.seed if asked.seed is not None else fresh_seed()
    begun = Run(
        started=_now(),
        seed=seed,
        note=asked.note,
        course=run.course.name,
        options=asked.as_stored,
        versions=versions(),
        left_alone=tuple(run.found.left_alone),
    )
    book.begin(begun, entries)
    return {one.name: seed for one in entries}


def _is_again(run: ClassRun) -> bool:
    """Whether the run before was about the very same, so that its overview stands where no result is another."""
    if run.marking is not None or not (run.asked.out / "index.html").is_file():
        return False
    before = [(one.state, one.options, one.left_alone) for one in run.book.runs()[-1:]]
    return before == [("done", run.asked.as_stored, tuple(run.found.left_alone))]


def _planned(run: ClassRun, wanted: Wanted, looked: Iterable[Looked], seeds: Mapping[str, int]) -> list[Task]:
    asked, book = run.asked, run.book
    tasks = []
    with book.candidates() as candidates:
        for source, entry, digest in looked:
            seed = seeds[entry.name]
            if asked.fresh:
                plan = reuse.anew(wanted, seed, reuse.FRESH)
            else:
                stored = candidates(entry.name)
                plan = reuse.plan(wanted, stored, entry.snapshot, seed, asked.seed, book)
            tasks.append(Task(source, entry, digest, seed, plan))
    return tasks


# Grade


def _graded(
    run: ClassRun, wanted: Wanted, tasks: Sequence[Task], engine: Engine
) -> Iterator[tuple[Task, Outcome | None]]:
    """Every submission that does not stand as it is, with what was asked of it now; None where that is nothing."""
    shards: dict[tuple[int, frozenset[str], frozenset[str]], list[Task]] = {}
    for task in tasks:
        if task.plan.run:
            shards.setdefault((task.plan.seed, task.plan.run, task.plan.kept), []).append(task)
        elif not task.plan.whole:
            yield task, None
    for (seed, to_run, kept_ones), shard in shards.items():
        chosen = [check for check in wanted.checks if check.id in to_run or check.id in kept_ones]
        sources = [task.source for task in shard]
        by_name = {task.entry.name: task for task in shard}

        def known(
            name: str, kept: frozenset[str] = kept_ones, by_name: Mapping[str, Task] = by_name
        ) -> dict[str, Trail]:
            return reuse.trails(run.book, wanted, by_name[name].plan) if kept else {}

        with engine(chosen, msgspec.structs.replace(run.options, seed=seed), sources, kept_ones, known) as grading:
            for source, outcome in grading.grade_all(sources):
                yield by_name[source.name], outcome


# Record


def _record_and_write(
    run: ClassRun, recorder: Recorder, task: Task, outcome: Outcome | None, failures: _Failures
) -> None:
    """Raises GraderError where the gradebook cannot be written: what is graded then would be lost, for all that come."""
    entry = task.entry
    if isinstance(outcome, Verdicts) and outcome.report.digest != task.digest:
        if task.plan.seed != task.seed:  # its questions may be known to whoever has changed the files
            outcome = HarnessError(f"{entry.place}: {CHANGED}")
        entry = msgspec.structs.replace(entry, snapshot="")
    if isinstance(outcome, GraderError):
        failures.refuse(task.source, outcome)
        return
    recorder.put(entry, task.digest, task.plan, outcome)
    for _, unwritten in write_reports(run.book, run.asked.out, [task.entry.name], run.marking):
        if unwritten is not None:
            failures.add(task.source, unwritten)


# Write


def _write_late(run: ClassRun, tasks: Iterable[Task], failures: _Failures) -> list[str]:
    """Write reports that are not there, or whose mark may be another now; the submissions."""
    mine = {task.entry.name: task for task in tasks}
    marked = {name for name, task in mine.items() if task.plan.whole} if run.marking else set()
    late = sorted(marked.union(stale(run.book, run.asked.out)))
    for name, unwritten in write_reports(run.book, run.asked.out, late, run.marking):
        if unwritten is not None and name in mine and name not in failures.problems:
            failures.add(mine[name].source, unwritten)
    return late


def _write_index(run: ClassRun, names: Sequence[str], failures: _Failures) -> GraderError | None:
    """Why it could not be written."""
    seen = {source.place for source in run.found.sources}
    last = LastRun(names, list(failures.problems.values()), run.found.left_alone, seen)
    try:
        write_overview(run.book, run.asked.out, last, run.marking)
    except GraderError as problem:
        return problem
    return None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
