"""One submission's work on one exercise: a worker that is replaced when it dies, and what it told."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import cached_property
from pathlib import Path

import msgspec

from grader.authoring.exercise import Exercise, Mistake
from grader.authoring.expect import CheckFailure
from grader.errors import HarnessError, ShortOfResources, WorkerFailed
from grader.excerpt import Excerpt
from grader.judge import wording
from grader.judge.causes import Known
from grader.judge.reading import Code
from grader.records import Record
from grader.worker import protocol
from grader.worker.client import FOR_ONE_CALL, Limits, Nursery, Worker
from grader.worker.confinement import Role
from grader.worker.nursery import ON_DEMAND
from grader.worker.owntime import Account

SHRINK_PLAYS_OF_EXERCISE = 600  # examples tried for smaller counterexamples, for all checks of an exercise together
STOPS = ("timeout", "memory", "threads", "scratch")  # kinds of WorkerFailed
LOOP = "Look for a loop that never ends, or one that does far more work than it needs."
SLOW = (
    "No single call took too long, all of them together did: measure how long one takes, and let PyTorch or NumPy do "
    "what a Python loop does value by value."
)
MANY_PASSES = (
    "This takes many passes through your network: measure how long one takes, and let PyTorch's layers do what a Python "
    "loop does value by value."
)
TOO_MUCH = "A network of the size that is asked for needs seconds: look for layers or operators it could do without."
NO_TIME = "this machine gave it next to no processor time; grade it again when less runs beside it"
MOST_TIMEOUTS = 3  # after so many stops at a limit the rest of the exercise is not tried
MOST_NAMES = 2000  # that a loaded file may tell; the worker cuts at half of it


class Data(Record, frozen=True, kw_only=True):
    """What a run gives the checks that train or measure."""

    root: str | None = None  # folder of MNIST/ and FashionMNIST/; None: the environment's
    train: bool = True  # run the students' own training


class Session:
    """Keeps a loaded worker at hand. Every method may raise CheckFailure: the student's fault, in words."""

    def __init__(
        self,
        nursery: Nursery,
        exercise: Exercise,
        folder: Path,
        limits: Limits,
        device: str = "cpu",
        data: Data | None = None,
        seed: int = 0,
        reference: Callable[[], Path] | None = None,
        account: Account | None = None,
    ) -> None:
        self.exercise = exercise
        self.folder = folder
        self.limits = limits
        self.device = device
        self.data = data or Data()
        self.seed = seed  # of the run
        self.libraries: dict[str, protocol.Library] = {}  # what each function was found to work with
        self.names: dict[str, str] = {}  # kind of each name of the contract, once loaded
        self._reference = reference  # makes a submission of the reference's code
        self._without: tuple[str, ...] = ()
        self.imports_ready_made = ""  # which ready-made function the import of the file calls
        self.broken_import: protocol.Raised | None = None  # what ended it early, once loaded
        self._nursery = nursery
        self._worker: Worker | None = None
        self._evaluator: Worker | None = None
        self._unloadable: CheckFailure | None = None
        self._timeouts = 0
        self._answered: float | None = None  # processor time of this process at the last answer
        self._account = account or Account(limits.submission_seconds)
        self._deadline = self.spent + limits.exercise_seconds  # a reading of `spent`
        self._deadline_is = f"the limit of {limits.exercise_seconds:g} s for the whole exercise"
        self._output = Excerpt(limits.output_bytes)
        self.failures: dict[str, Known] = {}  # what is known about each failed check beside its finding
        self.steady: set[str] = set()  # functions that have been asked the same twice
        self._sources: dict[str, Code] = {}
        self.shrink_plays = SHRINK_PLAYS_OF_EXERCISE  # left for looking for smaller counterexamples
        self.diagnose = True  # compare failing code with the known misconceptions
        self.recognised: dict[frozenset[str], Mistake] | None = None  # those that it has, once somebody has asked

    @property
    def spent(self) -> float:
        """Own time of the submission so far, in seconds: the clock by which all limits go."""
        return self._account.spent

    @property
    def timeouts(self) -> int:
        """How often a worker was stopped at a limit."""
        return self._timeouts

    def do_without(self, ready_made: tuple[str, ...]) -> None:
        """From now on ask workers in which functions of these kinds are not there."""
        if ready_made != self._without:
            self.discard()
            self._without = ready_made

    def load(self) -> Worker:
        """A worker that has imported the student's file."""
        if self._unloadable is not None:
            raise self._unloadable
        if self._worker is None:
            self._worker = self._load()
        return self._worker

    def require(self, name: str) -> None:
        """Fail when the student's file does not define `name`."""
        self.load()
        if self.names.get(name, "missing") == "missing":
            if self.broken_import and self.source().begins(name):
                raise self._not_loaded(self.broken_import)
            raise wording.missing(self.exercise.file, name, [n for n in self.names if self.names[n] == "extra"])

    def ask(self, request: protocol.Request, what: str, seconds: float | None = None) -> protocol.Reply:
        """One request to a loaded worker; `what` completes "while ..." in a finding.

        `seconds` is for what makes many calls: without it the request is one call of student code.
        """
        worker = self.load()
        limit = self._limit(seconds or self.limits.call_seconds, FOR_ONE_CALL if seconds is None else "")
        try:
            return _read(worker.ask(request, *limit))
        except WorkerFailed as failure:
            raise self._blamed(failure, what, MANY_PASSES if seconds else SLOW) from None
        finally:
            self._answered = time.process_time()

    def stream(self, frame: bytearray, count: int, what: Callable[[int], str]) -> Iterator[protocol.Reply]:
        """One batch of calls; a reply for each as it comes. `what(i)` describes the i-th call."""
        worker = self.load()
        self._output.join(worker.take_output())
        done = 0
        replies = worker.stream(frame, count, *self._limit(self.limits.check_seconds, "for one check"))
        while done < count:
            try:
                reply = _read(next(replies))
            except WorkerFailed as failure:
                raise self._blamed(failure, what(done), SLOW) from None
            done += 1
            yield reply

    def ask_evaluator(
        self, requests: Iterable[protocol.Request], what: str, seconds: float
    ) -> Generator[protocol.Reply, None, None]:
        """Requests to a confined process that reads the student's files and runs none of their code.

        It is kept for the next ones, unless these are broken off.
        """
        left, limit = self._limit(seconds)
        deadline = self.spent + left
        worker, self._evaluator = self._evaluator or self._spawn("evaluator"), None
        try:
            for request in requests:
                yield worker.ask(request, deadline - self.spent, limit)
            self._evaluator = worker
        except WorkerFailed as failure:
            self._count(failure)
            words = str(failure).removeprefix("your code was ") if failure.kind in STOPS else str(failure)
            raise self._failure(failure, f"{words} while {what}", TOO_MUCH) from None
        finally:
            if self._evaluator is not worker:
                worker.kill()
            self._answered = time.process_time()

    @contextlib.contextmanager
    def exploring(self, seconds: float) -> Iterator[None]:
        """What is called here is the grader's wish, no check: short, and being stopped counts for nothing."""
        deadline, timeouts, unloadable = self._deadline, self._timeouts, self._unloadable
        self._deadline = min(deadline, self.spent + seconds)
        try:
            yield
        finally:
            self._deadline, self._timeouts, self._unloadable = deadline, timeouts, unloadable

    @contextlib.contextmanager
    def training(self) -> Iterator[None]:
        """What is called here has a time of its own, which is not the exercise's."""
        started, deadline, words = self.spent, self._deadline, self._deadline_is
        self._deadline = started + self.limits.training_seconds
        self._deadline_is = f"the limit of {self.limits.training_seconds:g} s for all training"
        try:
            yield
        finally:
            self._deadline, self._deadline_is = deadline + self.spent - started, words

    def artefact(self, file: str) -> bytes | None:
        """The bytes of a file that was handed in; None where there is none."""
        path = self.folder / file
        return path.read_bytes() if path.is_file() else None

    def source(self, file: str = "") -> Code:
        """The text of the exercise's file, or of another one that an exception came from; empty where there is none."""
        name = file if file.endswith(".py") else self.exercise.file
        if name not in self._sources:
            self._sources[name] = Code()
            with contextlib.suppress(
                OSError, ValueError, RuntimeError
            ):  # the name comes from the worker, and may be anything
                path = (self.folder / name).resolve(strict=True)
                if path.is_file() and path.is_relative_to(self.folder.resolve()):
                    self._sources[name] = Code.of(path.read_bytes())
        return self._sources[name]

    def of_reference(self) -> Session:
        """A session like this one, with the reference's own code. Raises GraderError where there is none."""
        if self._reference is None:
            raise HarnessError("there is no reference to ask")
        limits, data = self.limits, self.data
        return Session(self._nursery, self.exercise, self._reference(), limits, self.device, data, seed=self.seed)

    def take_output(self) -> str:
        """What student code printed since the last time, cut at the limit."""
        if self._worker is not None:
            self._output.join(self._worker.take_output())
        printed, self._output = self._output, Excerpt(self.limits.output_bytes)
        return str(printed)

    def discard(self) -> None:
        """End the worker, and the evaluator; the next request gets a fresh one."""
        if self._evaluator is not None:
            self._evaluator.kill()
            self._evaluator = None
        if self._worker is not None:
            self._worker.kill()
            self._output.join(self._worker.take_output())
            self._worker = None

    def break_off(self) -> None:
        """End the worker in the middle of a batch. What it has printed in that is dropped: how far it ran ahead is chance."""
        if self._worker is not None:
            self._worker.kill()
            self._worker = None

    def _load(self) -> Worker:
        file = self.exercise.file
        if not (self.folder / file).is_file():
            self._unloadable = wording.no_file(file, self.folder)
            raise self._unloadable
        limit = self._limit(self.limits.check_seconds, "for one check")
        self._worker = self._spawn()
        contract = {name: self.exercise.signature(name) for name in self.exercise.function_names}
        contract |= dict.fromkeys(self.exercise.class_names, ())
        asked = (file, contract, _apart(self.seed), list(self._without), bool(self.imports_ready_made))
        request = protocol.Request("load", tuple(map(protocol.pack, asked)))
        try:
            reply = _read(self._worker.ask(request, *limit))
        except WorkerFailed as failure:
            self._unloadable = self._blamed(failure, f"{file} was being imported", LOOP)
            raise self._unloadable from None
        if reply.raised is not None and reply.raised.type_name == wording.READY_MADE and not self.imports_ready_made:
            self.imports_ready_made = reply.raised.message or "one"
            self.discard()
            return self._load()
        if reply.raised is not None and reply.value is None:
            self._unloadable = self._not_loaded(reply.raised)
            self.discard()
            raise self._unloadable
        self.broken_import = reply.raised
        told = protocol.unpack(reply.value)
        if not isinstance(told, dict) or len(told) > MOST_NAMES:
            self._unloadable = wording.tampered(f"{file} was being imported")
            self.discard()
            raise self._unloadable
        self.names = {key: str(value) for key, value in told.items()}
        return self._worker

    def _not_loaded(self, raised: protocol.Raised) -> CheckFailure:
        return wording.not_loaded(self.exercise.file, raised, self.source(raised.file))

    def _spawn(self, role: Role = "student") -> Worker:
        """A fresh worker. Raises HarnessError."""
        wanted = self._wanted if role == "student" else ()
        try:
            return self._nursery.spawn(self.folder, self.limits, self._account, role, wanted)
        except ShortOfResources:
            self._account.starved = True
            raise

    @cached_property
    def _wanted(self) -> tuple[str, ...]:
        """What of the nursery's slow imports this code names."""
        code = b"".join(path.read_bytes() for path in self.folder.rglob("*.py") if path.is_file())
        return tuple(name for name in ON_DEMAND if name.encode() in code)

    def _limit(self, seconds: float, what: str = "") -> tuple[float, str]:
        """`seconds`, or what is left of the exercise's or the submission's; and what a finding calls that limit.

        A limit of one request's own needs no `what`: the finding goes on with "while the network was being exported".
        """
        if self._answered is not None:  # the judge's work on that answer, which may be made to keep it busy
            self._account.spent += time.process_time() - self._answered
            self._answered = None
        if self._account.starved:
            raise ShortOfResources(NO_TIME)
        limits = [
            (seconds, f"the limit of {seconds:g} s {what}".rstrip()),
            (self._deadline - self.spent, self._deadline_is),
            (self._account.left, f"the limit of {self._account.limit:g} s for all exercises together"),
        ]
        left, words = min(limits, key=lambda limit: limit[0])
        if left <= 0:
            raise _not_tried(f"{words} is used up")
        if self._timeouts >= MOST_TIMEOUTS:
            raise _not_tried(f"your code was stopped {self._timeouts} times at a limit")
        return left, words

    def _blamed(self, failure: WorkerFailed, what: str, hint: str) -> CheckFailure:
        """The finding about a dead worker: how it ended, what it was doing, and the `hint` for one that was too slow.

        Raises ShortOfResources where the machine is to blame.
        """
        self.note_failure(failure)
        hint = LOOP if str(failure).endswith(FOR_ONE_CALL) else hint
        return self._failure(failure, f"{failure} while {what}", hint)

    def _failure(self, failure: WorkerFailed, words: str, hint: str) -> CheckFailure:
        if failure.kind == "starved":
            self._account.starved = True
            raise ShortOfResources(NO_TIME)
        stopped = str(failure).replace("your code", "a hidden check", 1) if failure.kind in STOPS else ""
        return CheckFailure(
            words,
            fatal=True,
            hint=hint if failure.kind == "timeout" else "",
            hidden=f"{stopped}; what it tried is not shown" if stopped else "",
        )

    def note_failure(self, failure: WorkerFailed) -> None:
        self._count(failure)
        self.discard()

    def _count(self, failure: WorkerFailed) -> None:
        self._timeouts += failure.kind in STOPS


def _read(reply: protocol.Reply) -> protocol.Reply:
    """A student's worker's reply, with what it tells of an exception fit for our sentences."""
    raised = reply.raised
    return reply if raised is None else msgspec.structs.replace(reply, raised=wording.on_one_line(raised))


def _apart(seed: int) -> int:
    """A seed for the import of a file, which tells nothing of the run's: from that follow all questions to come."""
    return int.from_bytes(hashlib.sha256(b"import %d" % seed).digest()[:4], "big")


def _not_tried(why: str) -> CheckFailure:
    return CheckFailure(f"not tried: {why}", fatal=True, hidden=f"not tried: {why}")
