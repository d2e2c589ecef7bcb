"""Run the checks of one exercise against one submission: order, replay, shrink, outcomes."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import hypothesis
import msgspec
import numpy as np
from hypothesis.errors import InvalidArgument

from grader.authoring import asserted, expect
from grader.authoring.asserted import Asserted
from grader.authoring.exercise import Check, Exercise
from grader.authoring.expect import CheckFailure, CheckSkipped
from grader.errors import GraderError
from grader.judge import causes, diagnosis, hints, wording
from grader.judge.bank import Bank, alike_everywhere
from grader.judge.plain import is_plain
from grader.judge.players import Live, OtherCalls, Player, RecordedCall, Replayer
from grader.judge.session import Session
from grader.judge.trail import Step, Trail
from grader.records import CheckResult, Evidence, ExerciseResult, Finding, earned
from grader.worker import protocol
from grader.worker.scratch import remove

HIDDEN = "a hidden check found something wrong here; what it tried is not shown"
HIDDEN_CRASH = (
    "your code stopped with an error, or gave no answer of use, in a hidden check; what it tried is not shown"
)
LEFT_OVER = (
    "The same call gives the right answer when it is the first one: something is left over from the calls before, such as "
    "a list or array outside of the function, or a default argument that changes."
)
OTHERWISE = (
    "The same call gives another answer the second time: random numbers are used, or something is left over from the call "
    "before, such as a list or array outside of the function."
)
PLAIN_ANSWERS = "Return plain arrays, lists and numbers, of the kinds that the contract names."
NOT_TRIED = "not tried: it needs "  # and the name of another check
SHRINK_PLAYS = 200  # examples tried for a smaller counterexample of one check; planted submissions need 64
SHRINK_SECONDS = 10.0  # of own time: who needs more is shown what the replay met
TOLD: set[tuple[str, str]] = set()  # checks that failed by themselves, and where: each is told once
SEARCHES = 3  # for a failure to be made smaller
PROBES = 3  # calls that decide whether a function wants tensors or arrays


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


class Judged(NamedTuple):
    """An exercise, what must be known of it to ask less the next time, and the checks that were asked now."""

    result: ExerciseResult
    trail: Trail
    asked: frozenset[str]


def judge_exercise(session: Session, rubric: Rubric) -> ExerciseResult:
    """Every chosen check of the session's exercise, in rubric order."""
    return judge_anew(session, rubric).result


def judge_anew(session: Session, rubric: Rubric, before: Trail | None = None, kept: Collection[str] = ()) -> Judged:
    """Every chosen check, in rubric order. Those of `kept` stand as they were `before`, unless what they depend on has changed.

    The hidden ones run last and nothing that is printed from then on is kept: what code has seen in a hidden check
    it could tell in a later, public one.
    """
    exercise = session.exercise
    checks = [check for check in rubric.checks if check.exercise is exercise]
    stored = {name: step for name, step in (before.by_name() if before else {}).items() if name in kept}
    if before is not None and before.recognised is not None:
        session.recognised = dict(before.recognised)
    steps: dict[str, Step] = {}
    asked: set[str] = set()
    results: dict[str, CheckResult] = {}

    def judge(check: Check) -> None:
        started = session.shrink_plays, dict(session.libraries)
        step, decided = stored.get(check.id), _decided(check, session, results)
        if step is not None and (decided or _stands(step, session, plain=bool(before and before.plain))):
            found = decided or step.shown(check)
            if not decided:
                _go_on_from(step, session)
        else:
            found = decided or _judge(check, session, rubric)
            asked.add(check.id)
        results[check.id] = found
        left, libraries = started
        steps[check.id] = Step(
            result=found,
            hint=check.hint,
            known=session.failures.get(check.id),
            left=left,
            used=left - session.shrink_plays,
            libraries=libraries,
            chosen=dict(session.libraries),
        )

    for check in (check for check in checks if check.public):
        judge(check)
    printed = session.take_output()
    if before is not None and before.plain and not any(check.public for check in checks if check.id in asked):
        printed = before.output
    results |= {result.id: result for result in diagnosis.explain(results, session)}
    for check in (check for check in checks if not check.public):
        judge(check)
    plain = _is_plain(session, results) if before is None else before.plain and _is_plain(session, results)
    session.discard()
    results = causes.folded(results, session.failures)
    result = ExerciseResult(
        name=exercise.name,
        title=exercise.title,
        file=exercise.file,
        checks=tuple(results[check.id] for check in checks),
        missing=not (session.folder / exercise.file).is_file(),
        output=printed,
        notes=before.notes if before else _notes(session),
    )
    trail = Trail(
        exercise=exercise.name,
        steps=tuple(steps.values()),
        plain=plain,
        output=result.output,
        notes=result.notes,
        recognised=None if session.recognised is None else tuple(session.recognised.items()),
    )
    return Judged(result, trail, frozenset(asked))


def _stands(step: Step, session: Session, plain: bool) -> bool:
    """Whether a check would find again what it found: what it needs has passed as it had, and those before it have left
    the same. Where the code may keep something, it is taken to; its checks stand while all of them pass.
    """
    result = step.result
    if result.outcome == "skipped" and result.finding is not None and result.finding.message.startswith(NOT_TRIED):
        return False
    if not plain:
        return True
    enough = min(SHRINK_PLAYS, step.left) == min(SHRINK_PLAYS, session.shrink_plays)
    return session.libraries == step.libraries and (enough or result.outcome == "passed")


def _go_on_from(step: Step, session: Session) -> None:
    """Leave what the check would have left to those after it."""
    session.libraries = dict(step.chosen) or session.libraries
    session.shrink_plays -= step.used
    if step.known is not None:
        session.failures[step.result.id] = step.known


def _is_plain(session: Session, results: Mapping[str, CheckResult]) -> bool:
    """Whether no check has left anything but what a trail holds: nothing in the code, nothing of the limits."""
    hints = [result.finding.hint for result in results.values() if result.finding]
    remembers = any(hint.endswith((LEFT_OVER, OTHERWISE)) for hint in hints)
    functions = session.exercise.function_names
    alone = not session.exercise.class_names and not session.timeouts and not session.imports_ready_made
    return alone and not remembers and is_plain(session.source(), functions)


def _notes(session: Session) -> tuple[str, ...]:
    notes, file = [], session.exercise.file
    if session.imports_ready_made:
        called = wording.ready_made(session.imports_ready_made)
        notes.append(f"{file} calls {called} while it is imported, where nothing is graded: to compare with?")
    if session.broken_cell:
        notes.append(f"{wording.broken_cell(session.broken_cell)}. What the other cells define was graded all the same")
    return tuple(notes)


def _decided(check: Check, session: Session, done: Mapping[str, CheckResult]) -> CheckResult | None:
    """The result of a check that is not tried."""
    if reason := _left_out(check, session):
        return _result(check, "skipped", Finding(message=reason), counted=False)
    blocked = next((done[need] for need in check.all_needs if need in done and done[need].outcome != "passed"), None)
    if blocked is not None:
        finding = Finding(message=f"{NOT_TRIED}{blocked.id}, which {_past(blocked.outcome)}")
        return _result(check, "skipped", finding, counted=blocked.counted)
    if missing := _missing(check, session):
        return _result(check, "failed", missing)
    return None


def _judge(check: Check, session: Session, rubric: Rubric) -> CheckResult:
    session.do_without(check.without)
    started = time.perf_counter()
    try:
        evidence = _attempt(check, session, rubric)
    except CheckSkipped as told:
        if not check.live:
            session.break_off()
        return _result(check, "skipped", Finding(message=str(told)), counted=told.counted)
    except _Failed as failed:
        if isinstance(failed.failure, Asserted) and _is_ours(check, session, failed.failure):
            session.discard()
            words = failed.failure.message if check.public else AssertionError.__name__
            return _errored(check, failed.failure, words)
        finding = _finding(check, failed.failure, failed.player, session)
        seconds = time.perf_counter() - started
        evidence, share = _evidence(failed.player), failed.failure.share
        return _result(check, "failed", finding, seconds=seconds, evidence=evidence, share=share)
    except Exception as problem:
        session.discard()
        words = str(problem) if isinstance(problem, GraderError) else type(problem).__name__
        if check.public and not isinstance(problem, GraderError):  # what went wrong may be an input
            words += f": {problem}"
        if _is_ours(check, session, problem):
            return _errored(check, problem, words)
        answered = CheckFailure(f"what your code answered makes no sense to this check ({words})", hint=PLAIN_ANSWERS)
        finding = _finding(check, answered, Player(check.exercise, session.seed), session)
        return _result(check, "failed", finding, seconds=time.perf_counter() - started)
    return _result(check, "passed", seconds=time.perf_counter() - started, evidence=evidence)


def _errored(check: Check, problem: BaseException, words: str) -> CheckResult:
    """A check that could not be judged. Where it is wrong itself its author reads all on standard error, once."""
    at = "" if isinstance(problem, GraderError) else asserted.place(problem, check.body)
    if at and (check.id, at) not in TOLD:
        TOLD.add((check.id, at))
        print(
            f"grader: {check.id} failed by itself:\n{asserted.told(problem, check.body)}", file=sys.stderr, flush=True
        )
    message = f"the grader itself failed here, no points are lost: {words}{at and f' ({at})'}"
    return _result(check, "errored", Finding(message=message), counted=False)


def _left_out(check: Check, session: Session) -> str:
    """Why a check counts for nobody here, or for nobody who has left out what may be left out.

    Decided before all else, so that no answer changes a total.
    """
    if check.trains and not session.data.train:
        return "training was switched off for this run with --no-train"
    optional = next((file for file in check.files if file in check.exercise.optional and not _here(file, session)), "")
    return (
        f"{_told_missing(optional, session)}: it may be left out, and these points are not counted" if optional else ""
    )


def _missing(check: Check, session: Session) -> Finding | None:
    """The finding about a file that the contract asks for."""
    file = next((file for file in check.files if not _here(file, session)), "")
    hint = f"The contract asks for it: hand in {file} at the top of your folder."
    return Finding(message=_told_missing(file, session), hint=hint) if file else None


def _here(file: str, session: Session) -> bool:
    return session.artefact(file) is not None


def _told_missing(file: str, session: Session) -> str:
    kinds = (".onnx",) if file.endswith(".onnx") else (".pth", ".pt")
    return f"no {file} was handed in{wording.in_its_place(file, session.folder, kinds)}"


def _is_ours(check: Check, session: Session, problem: Exception) -> bool:
    """Whether an exception in judge code is the grader's own fault: the reference's own run raises too.

    Otherwise the answer has caused it: code that can break its judge must not be better off than wrong code.
    """
    if isinstance(problem, GraderError | OSError | InvalidArgument):  # of Hypothesis's functions: no answer calls one
        return True
    if not check.live or check.files:  # the bank was drawn from the reference; a file is nobody's but the student's
        return False
    try:
        reference = session.of_reference()
    except GraderError:
        return True
    try:
        Live(reference).play(check.body, {})
    except Exception:
        return True
    finally:
        reference.discard()
        remove(reference.folder)  # no answers lie about for longer than they are needed
    return False


class _Failed(Exception):
    def __init__(self, failure: CheckFailure, player: Player) -> None:
        self.failure, self.player = failure, player


def _attempt(check: Check, session: Session, rubric: Rubric) -> tuple[Evidence, ...]:
    """Run the check. Raises _Failed with the smallest failure that could be found."""
    player: Player = Live(session)
    try:
        if check.own_work:
            _look_for_ready_made(check, session, player)
            return ()
        if check.live:
            player.play(check.body, {})
            return _evidence(player)
        bank = rubric.bank(check)
        for function in bank.functions():
            session.require(function)
            _choose_library(session, bank, function, player)
    except CheckFailure as failure:
        raise _Failed(failure, player) from None
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


def _evidence(player: Player) -> tuple[Evidence, ...]:
    return tuple(player.evidence) if isinstance(player, Live) else ()


def _replay(check: Check, bank: Bank, session: Session) -> _Failed | None:
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
            return _Failed(failure, player)
    return None


def _replay_batch(check: Check, bank: Bank, session: Session) -> _Failed | None:
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
            return _Failed(failure, player)
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
        self.best: _Failed | None = None
        self.left = min(SHRINK_PLAYS, session.shrink_plays)
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
                self.best, self._size = _Failed(failure, frozen), size
            raise
        except GraderError:
            self.best = None
            raise _Enough from None


class _Enough(BaseException):
    """No more examples are tried."""


def _shrink(check: Check, session: Session, seed: int) -> _Failed | None:
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


def _look_for_leftovers(check: Check, failed: _Failed, session: Session) -> None:
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


def _finding(check: Check, failure: CheckFailure, player: Player, session: Session) -> Finding:
    last = player.last
    if last is None and failure.likened:
        failure.hint = ""
    if player.changed and failure.expected is not None and failure.hint not in (LEFT_OVER, OTHERWISE):
        name = player.changed[0][0]
        failure.hint = f"Your code changes {name} while it still computes with it. {expect.on_a_copy(name)}"
    given = last.given(check.exercise) if last else {}
    asked = last is not None and failure.raised is None and not failure.astray
    unread = wording.unread(session.source(), last.function, given) if last and asked else ""
    function = last.function if last else ""
    guessed = check.public and not failure.hint and not failure.astray and not failure.mistake
    session.failures[check.id] = causes.Known(
        causes.reasons(failure, function, unread), function, frozenset(given), guessed and not unread
    )
    if not check.is_told:
        hint = (failure.hidden and failure.hint) if failure.astray else check.hint
        return Finding(message=failure.hidden or HIDDEN_CRASH if failure.astray else HIDDEN, hint=hint)
    hint = failure.hint or ("" if failure.astray or failure.mistake else check.hint)
    if last is None and failure.raised is None and not check.files and not check.trains:
        hint = wording.not_registered(session.source(), check.exercise.class_names) or hint
    if failure.raised is not None and not hint and not failure.mistake:
        called = function or next(iter(check.exercise.class_names), "")
        hint = wording.crash_hint(failure.raised, session.source(failure.raised.file), called)
        if session.broken_cell and failure.raised.type_name == "NameError":  # it may have been defined there
            hint = f"This cell came to no end and may have defined it: {wording.broken_cell(session.broken_cell)}."
        if hints.about_sizes(failure.raised) and check.hint not in hint:
            hint = f"{hint} {check.hint}"
    finding = Finding(
        message=failure.message,
        expected=failure.expected,
        actual=failure.actual,
        where=failure.where,
        hint=f"{unread} {hint}".strip(),
        traceback=failure.traceback,
        misconception=failure.mistake.title if failure.mistake else "",
        explanation=failure.mistake.explanation if failure.mistake else "",
    )
    if last is None:
        return _about_network(finding, failure, player)
    exercise = check.exercise
    names, text = last.names(exercise), last.text(exercise)
    called_with = wording.arguments(last.args, last.kwargs, names)
    library = session.libraries.get(last.function, "torch")
    module = exercise.file.removesuffix(".py")
    return msgspec.structs.replace(
        finding,
        call=text,
        arguments=called_with,
        seed=last.seed,
        reproduce=wording.reproduce(module, last.function, text, called_with, library, last.seed),
    )


def _about_network(finding: Finding, failure: CheckFailure, player: Player) -> Finding:
    """With the network and its call, where the check has made one; with Python to see it, where that shows an exception."""
    made = player.made if isinstance(player, Live) else None
    if made is None:
        return finding
    module = player.exercise.file.removesuffix(".py")
    seen = failure.raised is not None and failure.raised.line is not None
    again = wording.reproduce_network(module, made.name, made.built, made.shape, made.seed) if seen else ""
    return msgspec.structs.replace(finding, call=made.call, reproduce=again)


def _result(
    check: Check,
    outcome: Any,
    finding: Finding | None = None,
    *,
    seconds: float = 0.0,
    counted: bool = True,
    evidence: tuple[Evidence, ...] = (),
    share: float = 0.0,
) -> CheckResult:
    return CheckResult(
        id=check.id,
        title=check.title,
        outcome=outcome,
        points=check.points,
        earned=earned(outcome, check.points, share),
        share=share,
        finding=finding,
        seconds=round(seconds, 4),
        public=check.public,
        later=check.later,
        counted=counted,
        evidence=evidence if check.is_told else (),
    )


def _past(outcome: str) -> str:
    return {"failed": "failed", "skipped": "was not tried", "errored": "could not be judged"}[outcome]


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
