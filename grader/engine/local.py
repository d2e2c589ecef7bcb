"""Grade submissions on this machine: one nursery, and one judge process a job, forked after the banks are drawn."""

from __future__ import annotations

import contextlib
import os
import platform
import secrets
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Literal, TypeVar

import hypothesis.configuration
import msgspec
import numpy as np

import grader
from grader import submission
from grader.authoring import wrap
from grader.authoring.exercise import Check, Exercise
from grader.engine.pool import spread
from grader.errors import GraderError, HarnessError
from grader.judge import artefacts
from grader.judge.runner import Rubric, judge_exercise
from grader.judge.session import Data, Session
from grader.records import ExerciseResult, Record, SubmissionReport, sum_points
from grader.submission import Source
from grader.worker.client import Limits, Nursery
from grader.worker.confinement import become_unreadable
from grader.worker.scratch import remove
from reference import data


class Options(Record, frozen=True, kw_only=True):
    """How a run grades."""

    seed: int = 0
    jobs: int = 1
    isolation: Literal["strict", "basic", "none"] = "strict"
    device: str = "cpu"
    limits: dict[str, Limits] | Limits = Limits()  # for each exercise, or one for all
    data: Data = Data()


Result = TypeVar("Result")
Outcome = SubmissionReport | GraderError  # a report, or why there is none


class Grader:
    """A warm nursery and drawn banks, ready to grade one submission after another. Use as a context manager."""

    def __init__(self, checks: Iterable[Check], options: Options) -> None:
        self.options = options
        self._scratch = Path(tempfile.mkdtemp(prefix="grader-"))
        self._scratch.chmod(0o711)  # confined workers pass through under a uid of their own
        hypothesis.configuration.set_hypothesis_home_dir(self._scratch / "hypothesis")
        become_unreadable()  # expected values and hidden inputs are in this process from now on
        self.rubric = Rubric(checks, options.seed)
        digits = self._scratch / "digits.npy"
        self._nursery = Nursery(options.isolation, channels=options.jobs, folder=self._scratch, digits=digits)
        try:
            _write_digits(digits)
            for exercise in self.rubric.exercises():  # what is not drawn by then is drawn when it is needed
                if self._nursery.is_warm():
                    break
                self.rubric.draw(exercise)
            self.isolation = self._nursery.ready()
        except BaseException:
            self.close()
            raise

    def grade(self, source: Source, jobs: int = 1) -> SubmissionReport:
        """One submission, its exercises spread over `jobs` processes. Raises what `submission.take` raises."""
        started, clock = datetime.now(UTC), time.perf_counter()
        taken = submission.take(source, self._scratch)
        try:
            exercises = self._judged(Path(taken.folder), jobs)
            names = [exercise.name for exercise in exercises]
            handed_in = artefacts.fingerprints(self._nursery, Path(taken.folder), Limits(), names)
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
            notes=(*taken.notes, *artefacts.like_the_references(handed_in)),
            artefacts=handed_in,
        )

    @contextlib.contextmanager
    def session(self, source: Source, exercise: Exercise) -> Iterator[Session]:
        """A submission's worker for one exercise, to be asked by hand. Raises what `submission.take` raises."""
        taken = submission.take(source, self._scratch)
        session = self._session(exercise, Path(taken.folder))
        try:
            yield session
        finally:
            session.discard()
            submission.remove(Path(taken.folder))

    def grade_all(self, sources: Sequence[Source]) -> Iterator[tuple[Source, Outcome]]:
        """All of them, as they are done; neither a submission that cannot be graded nor the death of the judge
        process that grades it stops the others."""
        if len(sources) < self.options.jobs:  # more processors than submissions: an exercise each
            return ((s, _caught(s.name, partial(self.grade, s, self.options.jobs))) for s in sources)
        for exercise in self.rubric.exercises():
            self.rubric.draw(exercise)  # once, before the processes part
        return spread(self._work, sources, self.options.jobs)

    def _judged(self, folder: Path, jobs: int) -> tuple[ExerciseResult, ...]:
        def judge(exercise: Exercise) -> ExerciseResult:
            self.rubric.draw(exercise)  # before the session's time starts
            return _without_hidden_times(judge_exercise(self._session(exercise, folder), self.rubric))

        def work(channel: int, exercise: Exercise) -> ExerciseResult | GraderError:
            self._nursery.use_channel(channel)
            return _caught(exercise.name, partial(judge, exercise))

        exercises = self.rubric.exercises()
        if jobs == 1:
            return tuple(map(judge, exercises))
        results = dict(spread(work, exercises, jobs))
        return tuple(_raised(results[exercise]) for exercise in exercises)

    def _session(self, exercise: Exercise, folder: Path) -> Session:
        options, limits = self.options, self.options.limits
        own = limits if isinstance(limits, Limits) else limits.get(exercise.name, Limits())
        reference = partial(self._reference, exercise)
        return Session(self._nursery, exercise, folder, own, options.device, options.data, options.seed, reference)

    def _reference(self, exercise: Exercise) -> Path:
        """The reference's code as a submission, made where it is needed. Raises AuthorError."""
        folder = Path(tempfile.mkdtemp(prefix="reference-", dir=self._scratch))
        folder.chmod(0o755)
        return wrap.reference(exercise, folder).parent

    def close(self) -> None:
        self._nursery.close()
        remove(self._scratch)

    def _work(self, channel: int, source: Source) -> Outcome:
        self._nursery.use_channel(channel)
        return _caught(source.name, partial(self.grade, source))

    def __enter__(self) -> Grader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _write_digits(path: Path) -> None:
    """The digits that student code may see, for it to read in scikit-learn's place: none where there are none."""
    try:
        rows = data.training_rows()
    except data.DataError:
        rows = np.zeros((0, 65), dtype=np.uint8)
    np.save(path, rows)
    path.chmod(0o644)


def _caught(what: str, action: Callable[[], Result]) -> Result | GraderError:
    try:
        return action()
    except GraderError as problem:
        return problem
    except Exception as problem:
        return HarnessError(f"{what}: the grader itself failed: {type(problem).__name__}: {problem}")


def _without_hidden_times(result: ExerciseResult) -> ExerciseResult:
    """Code that sleeps in a hidden check could tell its input by how long that took."""
    checks = tuple(check if check.public else msgspec.structs.replace(check, seconds=0.0) for check in result.checks)
    return msgspec.structs.replace(result, checks=checks)


def _raised(result: Result | GraderError) -> Result:
    if isinstance(result, GraderError):
        raise result
    return result


def versions() -> dict[str, str]:
    """What a result depends on."""
    names = ("torch", "numpy", "hypothesis", "onnxruntime")
    return {"grader": grader.__version__, "python": platform.python_version(), **{n: version(n) for n in names}}


def fresh_seed() -> int:
    """A seed that nobody knew before this run, small enough to be typed again."""
    return secrets.randbelow(1 << 32)


def default_jobs() -> int:
    return max(1, len(os.sched_getaffinity(0)))
