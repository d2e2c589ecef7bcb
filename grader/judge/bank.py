"""Banks: a check's examples, drawn once against the reference and replayed for every submission."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import hypothesis
from hypothesis.errors import InvalidArgument

from grader.authoring import asserted
from grader.authoring.exercise import Check
from grader.authoring.expect import CheckFailure
from grader.authoring.strategies import in_one_draw
from grader.errors import AuthorError, GraderError
from grader.judge.players import RecordedCall, Recorder
from grader.worker import protocol

try:
    from hypothesis.internal.conjecture.providers import CONSTANTS_CACHE, HypothesisProvider
    from hypothesis.internal.constants_ast import Constants
except ImportError:  # another version, without constants
    HypothesisProvider = None  # type: ignore[assignment, misc]


class Example:
    """One drawn input and the calls a check makes with it."""

    __slots__ = ("calls", "drawn")

    def __init__(self, drawn: dict[str, Any], calls: tuple[RecordedCall, ...]) -> None:
        self.drawn = drawn
        self.calls = calls


class Bank:
    """All examples of one check, and the frames that ask for their calls in one batch."""

    def __init__(self, check: Check, seed: int) -> None:
        self.check = check
        self.seed = seed
        self.examples = [Example(*example) for example in _draw(check, seed)]
        self.calls = [call for example in self.examples for call in example.calls]
        self._frames: dict[tuple[protocol.Library, ...], bytearray] = {}

    def functions(self) -> list[str]:
        """The functions this check calls, in order of first use."""
        return list(dict.fromkeys(call.function for call in self.calls))

    def frame(self, libraries: dict[str, protocol.Library]) -> bytearray:
        """The request for all calls, made once for each choice of libraries."""
        key = tuple(libraries[name] for name in self.functions())
        if key not in self._frames:
            wires = tuple(call.wire(libraries[call.function]) for call in self.calls)
            self._frames[key] = protocol.frame(protocol.Request("calls", (), wires))
        return self._frames[key]


@contextlib.contextmanager
def alike_everywhere() -> Iterator[None]:
    """What Hypothesis draws in here depends on the seed alone.

    Of itself it now and then draws a constant that it has read in the source of any module of ours that is imported by
    then: one import more, and the same seed would ask something else.
    """
    if HypothesisProvider is None:
        yield
        return
    whole = HypothesisProvider._local_constants
    HypothesisProvider._local_constants = Constants()  # type: ignore[assignment]
    CONSTANTS_CACHE.cache.clear()
    try:
        yield
    finally:
        HypothesisProvider._local_constants = whole  # type: ignore[method-assign]
        CONSTANTS_CACHE.cache.clear()


def _draw(check: Check, seed: int) -> list[tuple[dict[str, Any], tuple[RecordedCall, ...]]]:
    recorder = Recorder(check.exercise, seed)
    try:
        if check.test is None:
            recorder.play(check.body, {})
        else:
            with alike_everywhere(), in_one_draw():
                hypothesis.seed(seed)(check.test)(recorder)
            for drawn, _ in recorder.examples[:1]:  # as it will be replayed, outside of Hypothesis
                Recorder(check.exercise, seed).play(check.body, drawn)
    except Exception as problem:
        raise not_passed(check, problem) from problem
    return recorder.examples


def not_passed(check: Check, problem: Exception) -> AuthorError:
    """What an author reads when the reference raises in a check: where, and why."""
    at = asserted.place(problem, check.body)
    kind = "" if isinstance(problem, CheckFailure | GraderError) else f"{type(problem).__name__}: "
    words = next(iter(str(problem).strip().splitlines()), "")
    if isinstance(problem, InvalidArgument) and "outside" in words:
        words += "; examples are replayed without Hypothesis, so leave note, event and target out"
    return AuthorError(f"the reference does not pass {check.id}{at and f' ({at})'}: {kind}{words}")
