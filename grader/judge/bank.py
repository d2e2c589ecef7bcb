"""Banks: a check's examples, drawn once against the reference and replayed for every submission."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from random import Random
from typing import Any

import hypothesis
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument, UnsatisfiedAssumption
from hypothesis.strategies import SearchStrategy

from grader.authoring import asserted
from grader.authoring.exercise import Check, Exercise
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
with contextlib.suppress(ImportError):  # see can_draw_alone
    from hypothesis.control import BuildContext
    from hypothesis.errors import StopTest
    from hypothesis.internal.conjecture.data import ConjectureData
    from hypothesis.internal.entropy import deterministic_PRNG

MOST_TRIES = 10  # for one example, that is not like one before and is not filtered out


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
                if can_draw_alone():
                    _draw_alone(check, seed, recorder)
                else:
                    hypothesis.seed(seed)(check.test)(recorder)
            for drawn, _ in recorder.examples[:1]:  # as it will be replayed, outside of Hypothesis
                Recorder(check.exercise, seed).play(check.body, drawn)
    except Exception as problem:
        raise not_passed(check, problem) from problem
    return recorder.examples


def _draw_alone(check: Check, seed: int, recorder: Recorder) -> None:
    """Play the examples that the check names and the simplest one, then as many as it asks for, none twice.

    Past Hypothesis's search, which takes longer than all else and looks for failures: the reference has none.
    """
    test: Any = check.test
    asked = test._hypothesis_internal_use_settings
    test._hypothesis_internal_use_settings = hypothesis.settings(asked, max_examples=1)
    try:
        hypothesis.seed(seed)(test)(recorder)
    finally:
        test._hypothesis_internal_use_settings = asked
    named, random, seen = len(recorder.examples), Random(seed), set()
    with deterministic_PRNG():
        for _ in range(MOST_TRIES * asked.max_examples):
            if len(recorder.examples) - named + 1 >= asked.max_examples:
                break
            data = ConjectureData(random=random)
            with contextlib.suppress(StopTest, UnsatisfiedAssumption), BuildContext(data, wrapped_test=test):
                drawn = _from(data, test.hypothesis._given_kwargs)
                if data.choices not in seen:
                    seen.add(data.choices)
                    recorder.play(check.body, drawn)


def _from(data: Any, strategies: dict[str, SearchStrategy[Any]]) -> dict[str, Any]:
    return {name: data.draw(strategy) for name, strategy in strategies.items()}


@cache
def can_draw_alone() -> bool:
    """Whether this version of Hypothesis has these parts, which are its own affair, and has them as they are used here.

    It collects garbage when it is first asked to draw: quickest before torch is imported, and once for all processes.
    """
    try:
        data = ConjectureData(random=Random(0))
        with BuildContext(data, wrapped_test=_from), deterministic_PRNG():
            drawn = _from(data, {"n": st.integers(0, 9)})
    except Exception:
        return False
    return len(data.choices) == 1 and drawn["n"] in range(10)


def not_passed(check: Check, problem: Exception) -> AuthorError:
    """What an author reads when the reference raises in a check: where, and why."""
    at = asserted.place(problem, check.body)
    kind = "" if isinstance(problem, CheckFailure | GraderError) else f"{type(problem).__name__}: "
    words = next(iter(str(problem).strip().splitlines()), "")
    if isinstance(problem, InvalidArgument) and "outside" in words:
        words += "; examples are replayed without Hypothesis, so leave note, event and target out"
    return AuthorError(f"the reference does not pass {check.id}{at and f' ({at})'}: {kind}{words}")


class Rubric:
    """The checks of a run, with their banks, each drawn once: when it is needed, or all of an exercise's before."""

    def __init__(self, checks: Iterable[Check], seed: int, banks: Mapping[str, Bank] | None = None) -> None:
        self.checks = tuple(checks)
        self.seed = seed
        self._banks = dict(banks or {})

    def exercises(self) -> list[Exercise]:
        return list(dict.fromkeys(check.exercise for check in self.checks))

    def bank(self, check: Check) -> Bank:
        """Raises AuthorError when the reference does not pass the check."""
        if check.id not in self._banks:
            self._banks[check.id] = Bank(check, self.seed)
        return self._banks[check.id]

    def draw(self, exercise: Exercise, kept: Collection[str] = ()) -> dict[str, Bank]:
        """The banks of an exercise's checks, by id, but those `kept`; its reference is imported, too. Raises AuthorError."""
        exercise.import_reference()
        asked = (check for check in self.checks if check.exercise is exercise and check.id not in kept)
        return {check.id: self.bank(check) for check in asked if not check.live}
