"""Grade a class on more machines than this one: shards go to Ray or Slurm, outcomes come back, and only this process writes.

A machine that is lost loses its shards, which are graded again elsewhere; a verdict depends on the seed alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.authoring.exercise import Check
from grader.course import Course
from grader.engine import shards
from grader.engine.local import Options, Outcome, TrailsOf
from grader.errors import UsageError
from grader.submission import Source

Answers = Iterator[tuple[int, bytes | Exception]]
RETRIES = 3  # of a shard whose machine was lost
CARD_SHARE = 0.25  # of a GPU, for a shard whose trainings use one


class Machines:
    """An engine like `grader.engine.local.Grader`, for one run. Use as a context manager."""

    def __init__(
        self,
        checks: Sequence[Check],
        options: Options,
        course: Course,
        scheduler: Ray | Slurm,
        kept: frozenset[str] = frozenset(),
        known: TrailsOf = lambda name: {},
    ) -> None:
        """`kept` and `known`: see `grader.engine.local.Grader`."""
        self._checks, self._options, self._course = checks, options, course
        self._scheduler, self._kept, self._known = scheduler, kept, known

    def grade_all(self, sources: Sequence[Source]) -> Iterator[tuple[Source, Outcome]]:
        """Each submission once, as its shard is done."""
        given = self._course, self._checks, self._options, self._scheduler.processors, self._kept, self._known
        names = {source.name: source for source in sources}
        cut, encoded = [], []
        for shard in shards.cut(sources, *given):
            cut.append(shard.sources)
            encoded.append(shards.encode(shard))
        for source, outcome in shards.outcomes(cut, self._scheduler.answers(encoded)):
            yield names[source.name], outcome

    def __enter__(self) -> Machines:
        return self

    def __exit__(self, *_: object) -> None:
        self._scheduler.close()


class Ray:
    """Shards as tasks of a Ray cluster, one processor each."""

    def __init__(self, address: str | None, card: bool = False) -> None:
        """Of the cluster at `address`; of one on this machine for None. Raises UsageError where there is none."""
        self._ray = _imported("ray", "ray")
        try:
            self._ray.init(address=address, log_to_driver=False, include_dashboard=None if address else False)
        except (ConnectionError, ValueError, RuntimeError) as problem:
            raise UsageError(f"--address {address}: no Ray cluster answers there: {problem}") from None
        self.processors = max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        wanted = {"num_cpus": 1, "max_retries": RETRIES, "num_gpus": CARD_SHARE if card else 0}
        self._task = self._ray.remote(**wanted)(shards.grade)

    def answers(self, encoded: Sequence[bytes]) -> Answers:
        numbers = {self._task.remote(shard): number for number, shard in enumerate(encoded)}
        waiting = list(numbers)
        while waiting:
            done, waiting = self._ray.wait(waiting)
            for one in done:
                yield numbers[one], _caught(lambda one=one: self._ray.get(one))  # type: ignore[misc]

    def close(self) -> None:
        self._ray.shutdown()


class Slurm:
    """Shards as jobs of Slurm, through submitit. Its files lie in `folder`, which all machines must see."""

    processors = 16  # jobs are small; how many run at once is the scheduler's to say

    def __init__(self, folder: Path, settings: Mapping[str, str], cluster: str = "slurm") -> None:
        """`settings` are submitit's: slurm_partition, timeout_min, ... Raises UsageError where Slurm is not there."""
        submitit = _imported("submitit", "slurm")
        if cluster == "slurm" and shutil.which("sbatch") is None:
            raise UsageError("--engine slurm: there is no sbatch here; run this on a machine that submits Slurm jobs")
        self._executor = submitit.AutoExecutor(folder=folder, cluster=cluster)
        try:
            self._executor.update_parameters(name="grader", cpus_per_task=1, timeout_min=60)
            self._executor.update_parameters(**{name: _number(value) for name, value in settings.items()})
        except (NameError, TypeError, ValueError) as problem:
            raise UsageError(f"--slurm: {problem}") from None
        self._submitit = submitit

    def answers(self, encoded: Sequence[bytes]) -> Answers:
        left = dict(enumerate(encoded))
        for chances in reversed(range(RETRIES + 1)):
            for number, answer in self._once(left) if left else ():
                if isinstance(answer, bytes) or not chances:
                    del left[number]
                    yield number, answer

    def _once(self, some: Mapping[int, bytes]) -> Answers:
        """All of these shards at once; one that is refused or lost answers with the exception."""
        jobs: list[Any] = []
        try:
            with self._executor.batch():
                jobs = [self._executor.submit(shards.grade, shard) for shard in some.values()]
        except Exception as problem:  # whatever sbatch complains of
            yield from ((number, problem) for number in list(some))
            return
        numbers = dict(zip(jobs, list(some), strict=True))
        for job in self._submitit.helpers.as_completed(jobs, poll_frequency=1):
            yield numbers[job], _caught(job.result)

    def close(self) -> None:
        """Jobs end by themselves."""


def _caught(get: Callable[[], bytes]) -> bytes | Exception:
    try:
        return get()
    except Exception as problem:  # whatever the scheduler raises for a task that failed or a machine that is gone
        return problem


def _imported(name: str, extra: str) -> Any:
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError:
        raise UsageError(f"--engine {extra} needs {name}: python -m pip install 'course-grader[{extra}]'") from None


def _number(text: str) -> str | int:
    return int(text) if text.isdigit() else text
