"""One check against one submission: its recorded calls replayed, and of what fails the smallest example looked for."""

from __future__ import annotations

import contextlib
from typing import Any

import hypothesis
import numpy as np

from grader.authoring import expect
from grader.authoring.exercise import Check
from grader.authoring.expect import CheckFailure
from grader.errors import GraderError
from grader.judge.bank import Bank, Rubric, alike_everywhere
from grader.judge.players import Live, OtherCalls, Player, RecordedCall, Replayer
from grader.judge.session import Session
from grader.records import Evidence
from grader.worker import protocol

LEFT_OVER = (
    "The same call gives the right answer when it is the first one: something is left over from the calls before, such as "
    "a list or array outside of the function, or a default argument that changes."
)
OTHERWISE = (
    "The same call gives another answer the second time: random numbers are used, or something is left over from the call "
    "before, such as a list or array outside of the function."
)
SHRINK_PLAYS_OF_CHECK = 200  # examples tried for a smaller counterexample of one check; planted submissions need 64
SHRINK_SECONDS = 10.0  # of own time: who needs more is shown what the replay met
SEARCHES = 3  # for a failure to be made smaller
PROBES = 3  # calls that decide whether a function wants tensors or arrays


class Failed(Exception):
    def __init__(self, failure: CheckFailure, player: Player) -> None:
        self.failure, self.player = failure, player


def attempt(check: Check, session: Session, rubric: Rubric) -> tuple[Evidence, ...]:
    """Run the check. Raises Failed with the smallest failure that could be found."""
    player: Player = Live(session)
    try:
        if check.own_work:
            _look_for_ready_made(check, session, player)
            return ()
        if check.live:
            player.play(check.body, {})
            return evidence_of(player)
        bank = rubric.bank(check)
        for function in bank.functions():
            session.require(function)
            _choose_library(session, bank, function, player)
    except CheckFailure as failure:
        raise Failed(failure, player) from None
    failed = _replay(check, bank, session)
    if failed is not None and failed.failure.traceback and _passes_with_arrays(check, bank, session):
        return ()
    if failed is None:
        return ()
    if check.test is not None and not failed.failure.fatal and session.shrink_plays > 0:
        failed = _shrink(check, session, rubric.seed) or failed
    if check.is_told and failed.failure.where is not None and session.shrink_plays > 0:
        _look_for_leftovers(check, failed, session)
    raise failed


def _look_for_ready_made(check: Check, session: Session, player: Player) -> None:
    """Raises CheckFailure for a ready-made function only: how else a call ends is for the checks to tell that come after."""
    try:
        with session.exploring(session.limits.check_seconds):
            player.play(check.body, {})
    except CheckFailure as failure:
        if failure.ready_made:
            raise


def evidence_of(player: Player) -> tuple[Evidence, ...]:
    return tuple(player.evidence) if isinstance(player, Live) else ()


def _replay(check: Check, bank: Bank, session: Session) -> Failed | None:
    """All of a bank's calls in one batch, each example judged while the worker computes the next.

    After a failure the next call meets a fresh worker.
    """
    try:
        return _replay_batch(check, bank, session)
    except OtherCalls:  # the check asks on by what it was answered
        session.break_off()
    for example in bank.examples:
        player = Live(session)
        try:
            player.play(check.body, example.drawn)
        except CheckFailure as failure:
            session.discard()
            return Failed(failure, player)
    return None


def _replay_batch(check: Check, bank: Bank, session: Session) -> Failed | None:
    """Raises OtherCalls when the student's answers make the check ask otherwise than the reference's do."""
    exercise = check.exercise
    replies = session.stream(
        bank.frame(session.libraries),
        len(bank.calls),
        lambda index: f"{bank.calls[index].text(exercise)} was being called",
    )
    for example in bank.examples:
        player = Replayer(exercise, bank.seed, example.calls, replies)
        try:
            player.play(check.body, example.drawn)
        except CheckFailure as failure:
            session.break_off()
            return Failed(failure, player)
        player.finish()
    return None


def _passes_with_arrays(check: Check, bank: Bank, session: Session) -> bool:
    """Whether code that raises with tensors in a branch of its own does what it should with NumPy arrays."""
    known = dict(session.libraries)
    session.libraries |= dict.fromkeys(bank.functions(), "numpy")
    if session.libraries != known and _replay(check, bank, session) is None:
        return True
    session.libraries.clear()
    session.libraries.update(known)
    return False


class _Shrinker(Live):
    """Plays so many examples live, and remembers the smallest failure.

    Counted in examples, not in seconds, the same submission gets the same counterexample on any machine. Raises
    _Enough, which Hypothesis lets through, when the budget is used up or the worker has died.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.best: Failed | None = None
        self.left = min(SHRINK_PLAYS_OF_CHECK, session.shrink_plays)
        self._size: tuple[float, ...] | None = None

    def play(self, body: Any, drawn: dict[str, Any]) -> None:
        if self.left <= 0:
            raise _Enough
        self.left -= 1
        self.session.shrink_plays -= 1
        try:
            super().play(body, drawn)
        except CheckFailure as failure:
            if failure.fatal:  # another failure than the one looked for, and a worker less
                if failure.hidden:  # stopped at a limit: how far it came by then depends on the machine
                    self.best = None
                raise _Enough from None
            size = _size(drawn)
            if self._size is None or size <= self._size:
                frozen = Live(self.session)
                frozen.drawn, frozen.last, frozen.changed = drawn, self.last, self.changed
                self.best, self._size = Failed(failure, frozen), size
            raise
        except GraderError:
            self.best = None
            raise _Enough from None


class _Enough(BaseException):
    """No more examples are tried."""


def _shrink(check: Check, session: Session, seed: int) -> Failed | None:
    """Let Hypothesis look for a smaller failure than the one a replay met."""
    shrinker = _Shrinker(session)
    assert check.test is not None
    for once_more in range(SEARCHES):  # what is drawn to be shrunk is not what the bank holds: a rare failure may hide
        try:
            with session.exploring(SHRINK_SECONDS), alike_everywhere():
                hypothesis.seed(seed + once_more)(check.test)(shrinker)
        except _Enough:
            break
        except Exception:  # whatever it has met, the failure that is known already stands
            if shrinker.best is not None:
                break
    return shrinker.best


def _look_for_leftovers(check: Check, failed: Failed, session: Session) -> None:
    """Make the failing calls twice in a fresh worker: what is right now, or differs the second time, has a memory."""
    last = failed.player.last
    if last is None or last.function in session.steady:
        return
    session.steady.add(last.function)
    session.discard()
    told: list[CheckFailure | None] = []
    with contextlib.suppress(GraderError), session.exploring(SHRINK_SECONDS):
        for _ in range(2):
            try:
                Live(session).play(check.body, failed.player.drawn)
                told.append(None)
            except CheckFailure as failure:
                told.append(failure)
                if failure.fatal:
                    return
    session.discard()
    if told and told[0] is None:
        failed.failure.hint = LEFT_OVER
    elif len(told) == 2 and (told[1] is None or (told[0] and told[0].actual != told[1].actual)):
        failed.failure.hint = OTHERWISE


def _choose_library(session: Session, bank: Bank, function: str, player: Player) -> None:
    """Find out whether the student's function works with tensors or only with arrays."""
    if function in session.libraries:
        return
    calls = [call for call in bank.calls if call.function == function]
    calls = calls[:: max(1, len(calls) // PROBES)][:PROBES]
    session.libraries[function] = "torch"
    if not any(isinstance(value, np.ndarray) for call in calls for value in call.args):
        return
    with_tensors = _probe(session, calls, "torch", player)
    if with_tensors == (len(calls), len(calls)):
        return
    with_arrays = _probe(session, calls, "numpy", player)
    if with_arrays > with_tensors and with_arrays[1] >= with_tensors[1]:  # right by chance, it would raise now and then
        session.libraries[function] = "numpy"


def _probe(session: Session, calls: list[RecordedCall], library: protocol.Library, player: Player) -> tuple[int, int]:
    """How many calls came back right, and how many came back at all. `player` keeps the one that stops it all."""
    right = answered = 0
    frame = protocol.frame(protocol.Request("calls", (), tuple(call.wire(library) for call in calls)))
    exercise = session.exercise
    replies = session.stream(frame, len(calls), lambda i: f"{calls[i].text(exercise)} was being called")
    for call in calls:
        player.last = call
        reply = next(replies)
        if reply.raised is None:
            answered += 1
            right += _agree(protocol.unpack(reply.value), call.answer)
    player.last = None
    next(replies, None)  # the end of the batch
    return right, answered


def _agree(value: Any, answer: Any) -> bool:
    if isinstance(answer, tuple):  # the first of several results is enough to tell
        if not isinstance(value, list | tuple) or not value:
            return False
        value, answer = value[0], answer[0]
    return expect.agrees(value, answer, terms=100)


def _size(drawn: dict[str, Any]) -> tuple[float, ...]:
    """Fewest values first, then the smallest and roundest numbers."""
    arrays = [value for value in drawn.values() if isinstance(value, np.ndarray)]
    flat = np.concatenate([np.abs(array).ravel() for array in arrays]) if arrays else np.zeros(0)
    return (
        float(flat.size),
        float(np.count_nonzero(flat != np.round(flat))),
        float(flat.sum()),
        float(len(repr({key: value for key, value in drawn.items() if not isinstance(value, np.ndarray)}))),
    )
