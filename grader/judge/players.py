"""Who plays the student of a check: the reference (to record), recorded replies, or the worker itself."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np

from grader.authoring import asserted
from grader.authoring.exercise import Exercise
from grader.authoring.expect import CheckFailure, as_value
from grader.authoring.oracle import frozen
from grader.errors import AuthorError
from grader.judge import wording
from grader.judge.networks import Evaluator, Network
from grader.judge.session import Data, Session
from grader.judge.training import Practice
from grader.records import Evidence
from grader.words import suggest
from grader.worker import protocol

UNANSWERED = object()
LIVE_ONLY = frozenset(
    ["artefact", "constant", "data", "defines", "evaluator", "import_file", "network", "practice", "session", "show"]
)


class RecordedCall(msgspec.Struct, frozen=True):
    """One call a check makes: what a student is asked, and what the reference answered."""

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    answer: Any = None
    seed: int | None = None

    def wire(self, library: protocol.Library) -> protocol.Call:
        return protocol.Call(
            self.function,
            tuple(map(protocol.pack, self.args)),
            tuple((key, protocol.pack(value)) for key, value in self.kwargs.items()),
            library,
            self.seed,
        )

    def text(self, exercise: Exercise) -> str:
        return wording.call_text(self.function, self.args, self.kwargs, self.names(exercise))

    def names(self, exercise: Exercise) -> list[str]:
        return [name for name, _ in exercise.signature(self.function)]

    def given(self, exercise: Exercise) -> dict[str, int]:
        """Names and places of the arguments that are not what the contract leaves them at."""
        signature = exercise.signature(self.function)
        defaults = dict(signature)
        places = {name: place for place, (name, _) in enumerate(signature)}
        given = {**dict(zip(places, self.args, strict=False)), **self.kwargs}
        return {
            name: places[name] for name, value in given.items() if name in places and not _same(value, defaults[name])
        }

    def same_as(self, other: RecordedCall) -> bool:
        return self.function == other.function and _same(
            (self.args, self.kwargs, self.seed), (other.args, other.kwargs, other.seed)
        )


class Made(msgspec.Struct, frozen=True):
    """A network a check has made, and the shape of the batch that went through it first."""

    name: str
    args: tuple[Any, ...]
    named: dict[str, Any]
    shape: tuple[int, ...]
    seed: int

    @property
    def built(self) -> str:
        return wording.built(self.name, self.args, self.named)

    @property
    def call(self) -> str:
        return f"{self.built}(x)"


class Player:
    """What all players share: `student.NAME(...)` becomes `self.answer(call)`."""

    def __init__(self, exercise: Exercise, seed: int) -> None:
        self.exercise = exercise
        self.random = np.random.default_rng(seed)
        self.changed: tuple[tuple[str, Any], ...] = ()
        self.aliases: tuple[str, ...] = ()
        self.last: RecordedCall | None = None  # the call a failure is about
        self._answered: Any = UNANSWERED  # what it gave back
        self.drawn: dict[str, Any] = {}
        self._run_seed = seed
        self._seed: int | None = None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in LIVE_ONLY:
            raise AuthorError(f"student.{name} asks the student's worker at once: declare live=True")
        if name in self.exercise.class_names:
            raise AuthorError(f"student.{name}: a network is asked for with student.network({name!r}, sample=...)")
        if name.startswith("_") or name not in self.exercise.function_names:
            near = suggest(name, self.exercise.function_names)
            raise AttributeError(f"the contract of {self.exercise.name} has no {name}{near}")

        def call(*args: Any, **kwargs: Any) -> Any:
            self.last, self._answered = RecordedCall(name, args, kwargs, None, self._seed), UNANSWERED
            return self.answer(self.last)

        return call

    def answer(self, call: RecordedCall) -> Any:
        raise NotImplementedError

    def play(self, body: Callable[..., None], drawn: dict[str, Any]) -> None:
        self.drawn, self._seed, self._answered = drawn, None, UNANSWERED
        named = zlib.crc32(f"{self.exercise.name}.{body.__name__}".encode())
        self.random = np.random.default_rng([self._run_seed, named])  # the same for whoever plays
        with np.errstate(all="ignore"):  # answers may be infinite or no numbers at all
            try:
                body(self, **drawn)
            except CheckFailure:
                raise
            except AssertionError as problem:
                failure = asserted.failure(problem, body)
                if failure.actual is None and self._answered is not UNANSWERED:
                    failure.actual = as_value(self._answered)
                raise failure from problem

    def seeded(self, seed: int) -> Player:
        self._seed = seed
        return self

    def _told(self, reply: protocol.Reply) -> Any:
        """A reply as the check sees it. Raises CheckFailure when the student's code raised."""
        assert self.last is not None
        if reply.raised is not None:
            raise wording.call_raised(self.last.text(self.exercise), self.last.function, reply.raised)
        self.changed = tuple((name, protocol.unpack(value)) for name, value in reply.changed)
        self.aliases = reply.aliases
        self._answered = protocol.unpack(reply.value)
        return self._answered


class Recorder(Player):
    """Plays the reference, and writes down every example and call."""

    def __init__(self, exercise: Exercise, seed: int) -> None:
        super().__init__(exercise, seed)
        self.examples: list[tuple[dict[str, Any], tuple[RecordedCall, ...]]] = []
        self._calls: list[RecordedCall] = []

    def play(self, body: Callable[..., None], drawn: dict[str, Any]) -> None:
        for value in drawn.values():
            frozen(value)
        self._calls = []
        super().play(body, drawn)
        self.examples.append((drawn, tuple(self._calls)))

    def answer(self, call: RecordedCall) -> Any:
        reference = self.exercise.functions[call.function]
        answer = reference(*map(_copy, call.args), **{key: _copy(value) for key, value in call.kwargs.items()})
        self._calls.append(RecordedCall(call.function, call.args, call.kwargs, frozen(answer), call.seed))
        return _copy(answer)


class OtherCalls(Exception):
    """With these answers the check makes other calls than with the reference's: it has to be played live."""


class Replayer(Player):
    """Plays back the replies to one recorded example."""

    def __init__(
        self, exercise: Exercise, seed: int, calls: tuple[RecordedCall, ...], replies: Iterator[protocol.Reply]
    ) -> None:
        super().__init__(exercise, seed)
        self._calls = iter(calls)
        self._replies = replies

    def answer(self, call: RecordedCall) -> Any:
        recorded = next(self._calls, None)
        if recorded is None or not recorded.same_as(call):
            raise OtherCalls
        return self._told(next(self._replies))

    def finish(self) -> None:
        """Pass over the replies to calls that the check did not come to: the next example has its own."""
        for _ in self._calls:
            next(self._replies)


class Live(Player):
    """Asks the student's worker at once."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.exercise, session.seed)
        self.session = session
        self.evidence: list[Evidence] = []
        self.made: Made | None = None  # the network a failure is about

    def answer(self, call: RecordedCall) -> Any:
        self.session.require(call.function)
        library = self.session.libraries.get(call.function, "torch")
        request = protocol.Request("calls", (), (call.wire(library),))
        reply = self.session.ask(request, f"{call.text(self.exercise)} was being called")
        return self._told(reply)

    def defines(self, name: str) -> bool:
        self.session.load()
        return self.session.names.get(name, "missing") != "missing"

    def constant(self, name: str) -> Any:
        """A value that the student's file defines, such as a table; sets come as lists."""
        self.session.require(name)
        reply = self.session.ask(protocol.Request("constant", (name,)), f"{name} was being read")
        if reply.raised is not None:
            raise wording.call_raised(name, name, reply.raised)
        return protocol.unpack(reply.value)

    def import_file(self) -> None:
        self.session.load()

    def network(self, name: str, *args: Any, sample: np.ndarray, seed: int = 0, **named: Any) -> Network:
        """The student's network, built with these arguments in the worker and run once on `sample`."""
        self.made = Made(name, args, named, sample.shape, seed)
        return Network(self.session, name, args, sample, seed, named)

    def practice(self, layers: list[list[Any]], values: dict[str, np.ndarray]) -> Practice:
        """A network of the check's own for the student's functions to train and measure."""
        return Practice(self.session, layers, values)

    def show(self, evidence: Evidence) -> None:
        """Put a table, curves or pictures into the report, whether the check passes or not."""
        self.evidence.append(evidence)

    def artefact(self, file: str) -> bytes | None:
        """The bytes of a file that was handed in; None where there is none."""
        return self.session.artefact(file)

    @property
    def evaluator(self) -> Evaluator:
        return Evaluator(self.session)

    @property
    def data(self) -> Data:
        return self.session.data


def _same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, list | tuple) and type(one) is type(other):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


def _copy(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, list | tuple):
        return type(value)(map(_copy, value))
    return value
