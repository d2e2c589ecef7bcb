"""Run the checks of one exercise against one submission: in which order, what needs what, and how each came out."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from hypothesis.errors import InvalidArgument

from grader.authoring import asserted
from grader.authoring.asserted import Asserted
from grader.authoring.exercise import Check
from grader.authoring.expect import CheckFailure, CheckSkipped
from grader.errors import GraderError
from grader.judge import causes, diagnosis, wording
from grader.judge.attempt import LEFT_OVER, OTHERWISE, SHRINK_PLAYS_OF_CHECK, Failed, attempt, evidence_of
from grader.judge.bank import Rubric
from grader.judge.finding import finding_of
from grader.judge.plain import is_plain
from grader.judge.players import Live, Player
from grader.judge.session import Session
from grader.judge.trail import Step, Trail
from grader.records import CheckResult, Evidence, ExerciseResult, Finding, earned
from grader.worker.scratch import remove

PLAIN_ANSWERS = "Return plain arrays, lists and numbers, of the kinds that the contract names."
NOT_TRIED = "not tried: it needs "  # and the name of another check
TOLD: set[tuple[str, str]] = set()  # checks that failed by themselves, and where: each is told once


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
    enough = min(SHRINK_PLAYS_OF_CHECK, step.left) == min(SHRINK_PLAYS_OF_CHECK, session.shrink_plays)
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
    alone = alone and not session.broken_import  # of which not every line has run
    return alone and not remembers and is_plain(session.source(), functions)


def _notes(session: Session) -> tuple[str, ...]:
    notes, file = [], session.exercise.file
    if session.imports_ready_made:
        called = wording.ready_made(session.imports_ready_made)
        notes.append(f"{file} calls {called} while it is imported, where nothing is graded: to compare with?")
    if session.broken_import:
        notes.append(
            f"{wording.broken_import(session.broken_import)}. What is defined elsewhere was graded all the same"
        )
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
        evidence = attempt(check, session, rubric)
    except CheckSkipped as told:
        if not check.live:
            session.break_off()
        return _result(check, "skipped", Finding(message=str(told)), counted=told.counted)
    except Failed as failed:
        if isinstance(failed.failure, Asserted) and _is_ours(check, session, failed.failure):
            session.discard()
            words = failed.failure.message if check.public else AssertionError.__name__
            return _errored(check, failed.failure, words)
        finding = finding_of(check, failed.failure, failed.player, session)
        seconds = time.perf_counter() - started
        evidence, share = evidence_of(failed.player), failed.failure.share
        return _result(check, "failed", finding, seconds=seconds, evidence=evidence, share=share)
    except Exception as problem:
        session.discard()
        words = str(problem) if isinstance(problem, GraderError) else type(problem).__name__
        if check.public and not isinstance(problem, GraderError):  # what went wrong may be an input
            words += f": {problem}"
        if _is_ours(check, session, problem):
            return _errored(check, problem, words)
        answered = CheckFailure(f"what your code answered makes no sense to this check ({words})", hint=PLAIN_ANSWERS)
        finding = finding_of(check, answered, Player(check.exercise, session.seed), session)
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
