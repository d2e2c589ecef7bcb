"""Grade submissions on this machine: one nursery, and one judge process a job, forked after the banks are drawn."""

from __future__ import annotations

import contextlib
import os
import platform
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

import hypothesis.configuration
import msgspec
import numpy as np

import grader
from grader import submission
from grader.authoring import wrap
from grader.authoring.exercise import Check, Exercise
from grader.engine.pool import compute_on_one_thread, spread, unbroken
from grader.engine.workplace import Workplace
from grader.errors import GraderError, HarnessError, WorkerFailed
from grader.judge import artefacts
from grader.judge.bank import Rubric, can_draw_alone
from grader.judge.runner import Judged, judge_anew
from grader.judge.session import Data, Session
from grader.judge.trail import Trail
from grader.records import ExerciseResult, Record, SubmissionReport, sum_points
from grader.submission import Source
from grader.worker import protocol
from grader.worker.client import Limits
from grader.worker.owntime import Account
from reference import data


class Options(Record, frozen=True, kw_only=True):
    """How a run grades."""

    seed: int = 0
    jobs: int = 1
    isolation: Literal["strict", "basic", "none"] = "strict"
    device: str = "cpu"
    limits: dict[str, Limits] = {}  # of exercises
    data: Data = Data()

    def limits_of(self, exercise: str) -> Limits:
        return self.limits.get(exercise, Limits())


class Verdicts(Record, frozen=True, kw_only=True):
    """What came of a submission: its report, and what to know of it where only some of it is asked again."""

    report: SubmissionReport
    trails: tuple[Trail, ...] = ()  # of exercises in whose code nothing is kept between two calls
    asked: frozenset[str] = frozenset()  # names of checks: the others stand as they were


Result = TypeVar("Result")
Outcome = Verdicts | GraderError  # or why there is none
TrailsOf = Callable[[str], Mapping[str, Trail]]  # what is known of a submission's exercises, by their names
CARD_SECONDS = 60.0  # own time of a first touch of the GPU, which loads its driver
UNWATCHED = ", memory on the card limited by the worker alone"  # no nvidia-ml-py, or the driver names other pids
ALL_BUT = 1.0  # so few seconds left of a budget are none
FIRST_SECONDS = 60.0  # own time of a submission, while others wait; one that needs more is graded after them


class Attempt(NamedTuple):
    """A submission's outcome, and whether it is to count."""

    outcome: Outcome
    heavy: bool = False  # it used up a first, small budget: graded again, whole, after the others
    doubtful: bool = False  # the machine was too busy, or a worker was killed: graded again when nothing else is


class Grader:
    """A warm nursery and drawn banks, ready to grade one submission after another. Use as a context manager.

    A workplace that it is given serves others after it. What `sources` seem to hold is got ready while the nursery
    warms up. Checks that are `kept` stand as they are `known`, unless what else their exercise's code does has changed.
    """

    def __init__(
        self,
        checks: Iterable[Check],
        options: Options,
        place: Workplace | None = None,
        sources: Sequence[Source] = (),
        kept: Collection[str] = (),
        known: TrailsOf = lambda name: {},
    ) -> None:
        self.options = options
        self._kept, self._known = frozenset(kept), known
        self._place = place or Workplace(options.isolation, options.jobs, card=options.device == "cuda")
        self._own_place = place is None
        self._scratch, self._nursery = self._place.folder, self._place.nursery
        try:
            hypothesis.configuration.set_hypothesis_home_dir(self._scratch / "hypothesis")
            can_draw_alone()
            self.rubric = Rubric(checks, options.seed)
            _write_digits(self._place.digits)
            for exercise in self._likely(sources):  # what is not drawn by then is drawn when it is needed
                if self._nursery.is_warm():
                    break
                self.rubric.draw(exercise, self._kept)
            self.isolation = self._nursery.ready()
            if options.device == "cuda":
                self._try_card()
        except BaseException:
            self.close()
            raise

    def _try_card(self) -> None:
        """Let a worker without student code compute on the GPU. Raises HarnessError where it cannot: nobody is graded."""
        folder = self._scratch / "nobody"
        folder.mkdir(mode=0o755, exist_ok=True)
        worker = self._nursery.spawn(folder)
        try:
            reply = worker.ask(protocol.Request("card"), CARD_SECONDS, f"the limit of {CARD_SECONDS:g} s")
            if reply.raised is None and not self._nursery.watch_card(worker.pid):
                self.isolation += UNWATCHED
        except WorkerFailed as failure:
            raise HarnessError(f"--device cuda: the GPU cannot be used: {failure}; use --device cpu") from None
        finally:
            worker.kill()
        if reply.raised is not None:
            raise HarnessError(f"--device cuda: the GPU cannot be used: {reply.raised.message}; use --device cpu")

    def grade(self, source: Source, jobs: int = 1) -> SubmissionReport:
        """One submission, its exercises spread over `jobs` processes. Raises what `submission.take` raises."""
        return self._grade(source, jobs, Account(self._submission_seconds)).report

    def _grade(self, source: Source, jobs: int, account: Account) -> Verdicts:
        started, clock = datetime.now(UTC), time.perf_counter()
        taken = submission.take(source, self._scratch)
        try:
            judged = self._judged(Path(taken.folder), jobs, account, self._known(source.name))
            exercises = tuple(one.result for one in judged)
            names = [exercise.name for exercise in self.rubric.exercises() if exercise.files]
            handed_in = artefacts.fingerprints(self._nursery, Path(taken.folder), Limits(), names)
        finally:
            submission.remove(Path(taken.folder))
        report = SubmissionReport(
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
            notes=(
                *taken.notes,
                *(note for exercise in exercises for note in exercise.notes),
                *artefacts.like_the_references(handed_in),
            ),
            artefacts=handed_in,
        )
        trails = tuple(one.trail for one in judged if one.trail.plain)
        return Verdicts(report=report, trails=trails, asked=frozenset().union(*(one.asked for one in judged)))

    @contextlib.contextmanager
    def session(self, source: Source, exercise: Exercise) -> Iterator[Session]:
        """A submission's worker for one exercise, to be asked by hand. Raises what `submission.take` raises."""
        taken = submission.take(source, self._scratch)
        session = self._session(exercise, Path(taken.folder), Account(self._submission_seconds))
        try:
            yield session
        finally:
            session.discard()
            submission.remove(Path(taken.folder))

    def grade_all(self, sources: Sequence[Source]) -> Iterator[tuple[Source, Outcome]]:
        """All of them, as they are done; neither a submission that cannot be graded nor the death of the judge
        process that grades it stops the others.

        Those that use much time come after those that do not, and those for which this machine was too busy, or whose
        workers it may have killed, at last, one at a time. No verdict depends on that order.
        """
        jobs, whole = self.options.jobs, self._submission_seconds
        heavy: list[Source] = []
        doubtful: list[Source] = []
        for source, attempt in self._attempts(sources, jobs, FIRST_SECONDS if len(sources) > jobs else whole):
            if attempt.doubtful or attempt.heavy:
                (doubtful if attempt.doubtful else heavy).append(source)
            else:
                yield source, attempt.outcome
        for source, attempt in self._attempts(heavy, jobs, whole):
            if attempt.doubtful:
                doubtful.append(source)
            else:
                yield source, attempt.outcome
        for source in doubtful:
            yield source, self._attempt(source, 1, whole).outcome

    def _attempts(self, sources: Sequence[Source], jobs: int, seconds: float) -> Iterator[tuple[Source, Attempt]]:
        """Each source with `seconds` of own time."""
        if len(sources) < jobs:  # more processors than submissions: an exercise each
            yield from ((source, self._attempt(source, jobs, seconds)) for source in sources)
            return
        for exercise in self._likely(sources):
            self.rubric.draw(exercise, self._kept)  # once, before the processes part

        def work(channel: int, source: Source) -> Attempt:
            self._nursery.use_channel(channel)
            return self._attempt(source, 1, seconds)

        for source, attempt in spread(work, sources, jobs):
            yield source, Attempt(attempt) if isinstance(attempt, HarnessError) else attempt

    def _attempt(self, source: Source, jobs: int, seconds: float) -> Attempt:
        whole = self._submission_seconds
        account = Account(min(seconds, whole))
        outcome = _caught(source.name, partial(self._grade, source, jobs, account))
        return Attempt(
            outcome, heavy=account.limit < whole and account.left < ALL_BUT, doubtful=account.starved or account.killed
        )

    @property
    def _submission_seconds(self) -> float:
        return max(
            (self.options.limits_of(exercise.name).submission_seconds for exercise in self.rubric.exercises()),
            default=0.0,
        )

    def _judged(self, folder: Path, jobs: int, account: Account, known: Mapping[str, Trail]) -> tuple[Judged, ...]:
        """All exercises, within one account whatever the number of jobs."""

        def judge(exercise: Exercise, account: Account) -> Judged:
            compute_on_one_thread()
            if exercise in present:
                self.rubric.draw(exercise, self._kept)  # not on the account of the submission
            judged = self._judge(exercise, folder, account, known.get(exercise.name))
            return judged._replace(result=_without_hidden_times(judged.result))

        def work(channel: int, exercise: Exercise) -> tuple[Judged | GraderError, Account]:
            self._nursery.use_channel(channel)
            own = Account(account.limit)
            return _caught(exercise.name, partial(judge, exercise, own)), own

        exercises = self.rubric.exercises()
        present = [exercise for exercise in exercises if (folder / exercise.file).is_file()]
        if jobs > 1:
            for exercise in present:
                exercise.import_reference()  # once, before the processes part
            parts = dict(unbroken(spread(work, exercises, jobs)))
            account.spent = sum(own.spent for _, own in parts.values())
            account.starved = any(own.starved for _, own in parts.values())
            account.killed = any(own.killed for _, own in parts.values())
            if account.spent <= account.limit:
                return tuple(_raised(parts[exercise][0]) for exercise in exercises)
            account.spent = 0.0  # one after the other, as with one job, they find out which of them is one too many
        return tuple(judge(exercise, account) for exercise in exercises)

    def _judge(self, exercise: Exercise, folder: Path, account: Account, known: Trail | None) -> Judged:
        """Where it turns out that the checks cannot be told apart, all of them are asked."""
        checks = [check for check in self.rubric.checks if check.exercise is exercise]
        public = {check.id for check in checks if check.public}
        prints = known is not None and bool(known.output)  # and what, is that of all public checks
        if known is not None and not (prints and public - self._kept):
            judged = judge_anew(self._session(exercise, folder, account), self.rubric, known, self._kept)
            passed = all(check.outcome == "passed" for check in judged.result.checks)
            alone = judged.trail.plain if known.plain else passed and not judged.result.output
            if alone and not (prints and public & judged.asked):
                return judged
        self.rubric.draw(exercise)
        return judge_anew(self._session(exercise, folder, account), self.rubric)

    def _session(self, exercise: Exercise, folder: Path, account: Account) -> Session:
        options = self.options
        return Session(
            self._nursery,
            exercise,
            folder,
            self.options.limits_of(exercise.name),
            options.device,
            options.data,
            seed=options.seed,
            reference=partial(wrap.reference_in, self._scratch, exercise),
            account=account,
        )

    def _likely(self, sources: Sequence[Source]) -> list[Exercise]:
        """Exercises that one of the `sources` seems to hold: all, where names of files do not tell."""
        exercises = self.rubric.exercises()
        named = [_names(source.path) & {exercise.file for exercise in exercises} for source in sources]
        return [exercise for exercise in exercises if not all(named) or exercise.file in set().union(*named)]

    def close(self) -> None:
        if self._own_place:
            self._place.close()

    def __enter__(self) -> Grader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _names(path: Path) -> set[str]:
    """Of the files in a folder, or of the file itself."""
    try:
        return set(os.listdir(path))
    except OSError:
        return {path.name}


def _write_digits(path: Path) -> None:
    """The digits that student code may see, for it to read in scikit-learn's place: none where there are none."""
    if path.exists():  # workers may be reading it
        return
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


@cache
def versions() -> dict[str, str]:
    """What a result depends on."""
    names = ("torch", "numpy", "hypothesis", "onnxruntime")
    return {"grader": grader.__version__, "python": platform.python_version(), **{n: version(n) for n in names}}


def fresh_seed() -> int:
    """A seed that nobody knew before this run, small enough to be typed again."""
    return secrets.randbelow(1 << 32)
