"""Grade submissions on this machine: one nursery, and one judge process a job, forked after the banks are drawn."""

from __future__ import annotations

import multiprocessing
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import hypothesis.configuration

import grader
from grader import submission
from grader.authoring.exercise import Check
from grader.errors import GraderError, HarnessError
from grader.judge.runner import Rubric, judge_exercise
from grader.judge.session import Session
from grader.records import Record, SubmissionReport, sum_points
from grader.submission import Source
from grader.worker.client import Limits, Nursery


class Options(Record, kw_only=True):
    """How a run grades."""

    seed: int = 0
    jobs: int = 1
    isolation: str = "none"
    device: str = "cpu"
    limits: Limits = Limits()


Outcome = SubmissionReport | GraderError  # a report, or why there is none


class Grader:
    """A warm nursery and drawn banks, ready to grade one submission after another. Use as a context manager."""

    def __init__(self, checks: Iterable[Check], options: Options) -> None:
        self.options = options
        self._scratch = Path(tempfile.mkdtemp(prefix="grader-"))
        hypothesis.configuration.set_hypothesis_home_dir(self._scratch / "hypothesis")
        self._nursery = Nursery(options.isolation, channels=options.jobs)
        try:
            self.rubric = Rubric(checks, options.seed)  # drawn while the nursery warms up
            self.isolation = self._nursery.ready()
        except BaseException:
            self.close()
            raise

    def grade(self, source: Source) -> SubmissionReport:
        """One submission. Raises SubmissionUnreadable."""
        started, clock = datetime.now(UTC), time.perf_counter()
        taken = submission.take(source.path, source.name, self._scratch)
        try:
            exercises = tuple(
                judge_exercise(
                    Session(self._nursery, exercise, Path(taken.folder), self.options.limits, self.options.device),
                    self.rubric,
                )
                for exercise in self.rubric.exercises()
            )
        finally:
            submission.remove(Path(taken.folder))
        return SubmissionReport(
            submission=taken.name,
            score=sum_points(exercise.score for exercise in exercises),
            max_score=sum_points(exercise.max_score for exercise in exercises),
            exercises=exercises,
            seed=self.options.seed,
            versions=versions(),
            digest=taken.digest,
            isolation=self.isolation,
            device=self.options.device,
            started=started.isoformat(timespec="seconds"),
            seconds=round(time.perf_counter() - clock, 3),
            notes=taken.notes,
        )

    def grade_all(self, sources: Sequence[Source]) -> Iterator[tuple[Source, Outcome]]:
        """All of them, as they are done; a submission that cannot be graded does not stop the others."""
        jobs = min(self.options.jobs, len(sources))
        if jobs <= 1:
            for source in sources:
                yield source, self._outcome(source)
            return
        context = multiprocessing.get_context("fork")
        todo: Any = context.SimpleQueue()
        done: Any = context.SimpleQueue()
        for source in [*sources, *[None] * jobs]:
            todo.put(source)
        workers = [context.Process(target=self._work, args=(i, todo, done), daemon=True) for i in range(jobs)]
        for worker in workers:
            worker.start()
        try:
            yield from _collect(done, workers, len(sources))
        finally:
            for worker in workers:
                worker.terminate()

    def close(self) -> None:
        self._nursery.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _work(self, channel: int, todo: Any, done: Any) -> None:
        self._nursery.use_channel(channel)
        while (source := todo.get()) is not None:
            done.put((source, self._outcome(source)))

    def _outcome(self, source: Source) -> Outcome:
        try:
            return self.grade(source)
        except GraderError as problem:
            return problem
        except Exception as problem:
            return HarnessError(f"{source.name}: the grader itself failed: {type(problem).__name__}: {problem}")

    def __enter__(self) -> Grader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _collect(done: Any, workers: Sequence[Any], count: int) -> Iterator[tuple[Path, Outcome]]:
    for _ in range(count):
        while not done._reader.poll(1.0):
            if not any(worker.is_alive() for worker in workers):
                raise HarnessError("all judge processes have ended before their work was done")
        yield done.get()


def versions() -> dict[str, str]:
    """What a result depends on."""
    names = ("torch", "numpy", "hypothesis", "onnxruntime")
    return {"grader": grader.__version__, "python": platform.python_version(), **{n: version(n) for n in names}}


def default_jobs() -> int:
    return max(1, len(os.sched_getaffinity(0)))


