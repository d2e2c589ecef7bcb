"""A worker played in this process: right answers, and whatever a test puts in their place."""

from __future__ import annotations

import itertools
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from grader.authoring.exercise import Exercise
from grader.judge.session import Data, Session
from grader.worker import networks, protocol
from grader.worker.client import Limits
from grader.worker.procedures import Workspace
from grader.worker.values import from_student, to_student

Spoil = Callable[[Any], Any]  # a right answer, as the student's code would return it -> another answer
NO_LIMITS = Limits(call_seconds=1e6, check_seconds=1e6, exercise_seconds=1e6)


class Raises(Exception):
    """What a spoilt answer raises for the student's code."""


class Actor(Session):
    """A session whose worker is the reference, with its answers spoilt in turn by `spoils`."""

    def __init__(
        self, exercise: Exercise, spoils: Sequence[Spoil], classes: dict[str, Any] | None = None, seed: int = 0
    ) -> None:
        super().__init__(None, exercise, Path("/nowhere"), NO_LIMITS, data=Data(train=False), seed=seed)  # type: ignore[arg-type]
        self._spoils = itertools.cycle(spoils)
        self._workspace = Workspace(Path("/nowhere"))
        self._workspace.module = types.SimpleNamespace(**{**exercise.functions, **exercise.classes, **(classes or {})})  # type: ignore[assignment]
        self.names = dict.fromkeys([*exercise.functions, *exercise.classes], "function")
        self.shrink_plays = 0

    def load(self) -> Any:
        return None

    def ask(self, request: protocol.Request, what: str, seconds: float | None = None) -> protocol.Reply:
        if request.calls:
            return next(self._called(request.calls))
        return through_the_pipe(self._guarded(lambda: self._procedure(request)))

    def stream(self, frame: bytearray, count: int, what: Callable[[int], str]) -> Iterator[protocol.Reply]:
        return self._called(calls_in(bytes(frame)))

    def ask_evaluator(
        self, requests: Iterable[protocol.Request], what: str, seconds: float
    ) -> Iterator[protocol.Reply]:
        yield from (through_the_pipe(protocol.Reply(protocol.Sequence("list", ()))) for _ in requests)

    def of_reference(self) -> Session:
        return Actor(self.exercise, [lambda answer: answer], seed=self.seed)

    def discard(self) -> None:
        pass

    def _called(self, calls: Sequence[protocol.Call]) -> Iterator[protocol.Reply]:
        for call in calls:
            yield through_the_pipe(self._guarded(lambda call=call: self._spoilt(self._call(call))))  # type: ignore[misc]

    def _call(self, call: protocol.Call) -> Any:
        args = [to_student(value, "numpy") for value in call.args]
        kwargs = {name: to_student(value, "numpy") for name, value in call.kwargs}
        return self.exercise.functions[call.function](*args, **kwargs)

    def _procedure(self, request: protocol.Request) -> protocol.Reply:
        arguments = [to_student(value, "torch") for value in request.arguments]
        reply = networks.run(self._workspace, request.procedure, arguments)
        return self._spoilt(to_student(reply.value, "torch"))

    def _spoilt(self, answer: Any) -> protocol.Reply:
        found = next(self._spoils)(answer)
        return found if isinstance(found, protocol.Reply) else protocol.Reply(from_student(found))

    def _guarded(self, action: Callable[[], protocol.Reply]) -> protocol.Reply:
        try:
            return action()
        except Exception as problem:
            words = str(problem)[: protocol.MOST_MESSAGE].encode("utf-8", "replace").decode()
            return protocol.Reply(raised=protocol.Raised(type(problem).__name__, words))


@cache
def calls_in(frame: bytes) -> tuple[protocol.Call, ...]:
    """The calls of a batch; banks send the same ones again and again."""
    return protocol.read_request(frame[8:]).calls


def through_the_pipe(reply: protocol.Reply) -> protocol.Reply:
    """As the judge receives it."""
    return protocol.read_reply(protocol.frame(reply)[8:])


def as_array(answer: Any) -> np.ndarray:
    """The first array in an answer."""
    first = answer[0] if isinstance(answer, tuple | list) and len(answer) else answer
    return np.asarray(first, dtype=float) if not isinstance(first, dict) else np.zeros((2, 2))
