"""Grade many submissions without looking for small counterexamples, and look at how they behave."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import hypothesis.configuration
import msgspec

from grader.audit.subjects import REFERENCE, Subject
from grader.authoring import wrap
from grader.authoring.exercise import Exercise
from grader.authoring.expect import CheckFailure
from grader.engine import trial
from grader.engine.pool import spread, unbroken
from grader.errors import WorkerFailed
from grader.judge.bank import Bank, Rubric
from grader.judge.probes import Question, answers
from grader.judge.runner import judge_exercise
from grader.judge.session import Data, Session
from grader.records import Record, sum_points
from grader.worker import protocol
from grader.worker.client import Limits, Nursery
from grader.worker.protocol import Library

CALL_SECONDS = 4.0  # at most: mutants that hang are many
PATIENCE = 300.0  # for all probes in one batch
CHOSEN, STEP = 8, 8  # a thin bank: so many examples, then every so manieth
ISOLATION: Final = "none"  # nothing is graded here that we did not write
Answer = TypeVar("Answer")


class Graded(Record, frozen=True, kw_only=True):
    """What an audit keeps of one grading."""

    failed: dict[str, str] = {}  # check: what was found
    uncounted: tuple[str, ...] = ()  # could not be tried: no data, or no training in this round
    errored: dict[str, str] = {}
    seconds: dict[str, float] = {}  # of the checks that ran
    libraries: dict[str, Library] = {}  # what each function was found to work with
    diagnosis: str = ""  # the misconception that was named
    narrow: bool = False  # a mutant that a thin bank let through
    earned: float = 0.0  # points


class ThinBank(Bank):
    """The first examples of a bank, which its author chose, and some of the others."""

    def __init__(self, bank: Bank) -> None:
        self.check, self.seed = bank.check, bank.seed
        self.examples = [*bank.examples[:CHOSEN], *bank.examples[CHOSEN::STEP]]
        self.calls = [call for example in self.examples for call in example.calls]
        self._frames = {}


class QuickSession(Session):
    """For mutants, which are ours and many: one worker does everything, and nothing is diagnosed."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.diagnose = False

    def stream(self, frame: bytearray, count: int, what: Callable[[int], str]) -> Iterator[protocol.Reply]:
        yield from list(super().stream(frame, count, what))  # a failed check leaves nothing unread

    def ask_evaluator(
        self, requests: Iterable[protocol.Request], what: str, seconds: float
    ) -> Generator[protocol.Reply, None, None]:
        yield from (self.ask(request, what, seconds) for request in requests)

    def discard(self) -> None:
        """Only a dead worker is replaced."""

    def note_failure(self, failure: WorkerFailed) -> None:
        super().note_failure(failure)
        self.end()

    def end(self) -> None:
        super().discard()


class Examiner:
    """A nursery and drawn banks. Use as a context manager."""

    def __init__(self, exercises: Mapping[str, Exercise], limits: Mapping[str, Limits], jobs: int) -> None:
        self.exercises = exercises
        self.limits = limits
        self.jobs = jobs
        self._scratch = Path(tempfile.mkdtemp(prefix="grader-audit-"))
        hypothesis.configuration.set_hypothesis_home_dir(self._scratch)
        self._nursery = Nursery(ISOLATION, channels=jobs)
        try:
            self.draw(0)  # while the nursery warms up
            self.isolation = self._nursery.ready()
        except BaseException:
            self.close()
            raise

    def draw(self, seed: int) -> None:
        """Make banks of another seed for all checks."""
        checks = [check for exercise in self.exercises.values() for check in exercise.checks]
        self.rubric = Rubric(checks, seed)
        banks = {
            name: bank for exercise in self.exercises.values() for name, bank in self.rubric.draw(exercise).items()
        }
        self._thin = Rubric(checks, seed, {name: ThinBank(bank) for name, bank in banks.items()})

    def try_live(self, reference: Subject) -> None:
        """The live checks of an exercise, on its right answer. Raises AuthorError for one that it does not pass."""
        session = self._session(reference, Data(train=False))
        try:
            trial.play(session, filter(trial.tried, self.exercises[reference.exercise].checks))
        finally:
            session.discard()

    def grade(self, subjects: Sequence[Subject], seed: int, train: bool = False) -> Iterator[tuple[Subject, Graded]]:
        """Each subject's outcomes with the examples of `seed`, as they are done; `train`: run its own training.

        Mutants meet a part of each bank first, and all of it only when that part finds nothing.
        """
        if seed != self.rubric.seed:
            self.draw(seed)

        def look(subject: Subject) -> Graded:
            if subject.kind == "mutant":
                graded = self._graded(subject, self._thin, Data(train=False))
                if graded.failed:
                    return graded
                return msgspec.structs.replace(self._graded(subject, self.rubric, Data(train=False)), narrow=True)
            return self._graded(subject, self.rubric, Data(train=train and subject.name != REFERENCE))

        return unbroken(spread(self._on_channel(look), subjects, self.jobs))

    def behave(
        self,
        subjects: Sequence[Subject],
        asked: Sequence[Question],
        libraries: Mapping[str, Mapping[str, Library]] | None = None,
    ) -> Iterator[tuple[Subject, list[str]]]:
        """Each subject's answers to what is `asked`; none when its worker dies.

        `libraries`: what each function of a subject works with, by the subject's name; found out if not given.
        """

        def look(subject: Subject) -> list[str]:
            session = self._session(subject, Data(train=False), check_seconds=PATIENCE, exercise_seconds=PATIENCE)
            try:
                if libraries is None:
                    judge_exercise(session, self.rubric)
                else:
                    session.libraries.update(libraries[subject.name])
                return answers(session, asked)
            except CheckFailure:
                return []
            finally:
                session.discard()

        return unbroken(spread(self._on_channel(look), subjects, self.jobs))

    def close(self) -> None:
        self._nursery.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _graded(self, subject: Subject, rubric: Rubric, data: Data) -> Graded:
        session = self._session(subject, data, quick=subject.kind == "mutant")
        try:
            checks = judge_exercise(session, rubric).checks
        finally:
            if isinstance(session, QuickSession):
                session.end()
        findings = [check.finding for check in checks if check.finding is not None]
        return Graded(
            failed={check.id: _message(check) for check in checks if check.outcome == "failed"},
            uncounted=tuple(check.id for check in checks if check.outcome == "skipped" and not check.counted),
            errored={check.id: _message(check) for check in checks if check.outcome == "errored"},
            seconds={check.id: check.seconds for check in checks if check.outcome in ("passed", "failed")},
            libraries=session.libraries,
            earned=sum_points(check.earned for check in checks),
            diagnosis=next((finding.misconception for finding in findings if finding.misconception), ""),
        )

    def _session(self, subject: Subject, data: Data, quick: bool = False, **limits: float) -> Session:
        given = self.limits[subject.exercise]
        limits = {"call_seconds": min(given.call_seconds, CALL_SECONDS), **limits}
        kind = QuickSession if quick else Session
        exercise = self.exercises[subject.exercise]
        session = kind(
            self._nursery,
            exercise,
            subject.folder,
            msgspec.structs.replace(given, **limits),
            "cpu",
            data,
            seed=self.rubric.seed,
            reference=partial(wrap.reference_in, self._scratch, exercise),
        )
        session.shrink_plays = 0
        return session

    def _on_channel(self, look: Callable[[Subject], Answer]) -> Callable[[int, Subject], Answer]:
        def work(job: int, subject: Subject) -> Answer:
            self._nursery.use_channel(job)
            return look(subject)

        return work

    def __enter__(self) -> Examiner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _message(check: Any) -> str:
    return check.finding.message if check.finding else ""
