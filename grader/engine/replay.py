"""Run the counterexample of a stored report again, and the check that it failed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from grader.authoring.exercise import Exercise
from grader.authoring.expect import CheckFailure
from grader.classes import find
from grader.course import Course
from grader.engine.local import Grader, Options
from grader.errors import UsageError
from grader.judge.players import Live
from grader.judge.session import Session
from grader.records import Array, Finding, SubmissionReport, from_json
from grader.words import suggest
from grader.worker import protocol

MOST_TEXT = 10_000  # characters of a call


def replay(
    course: Course, report: Path, check: str, path: Path | None, isolation: Any = "strict"
) -> tuple[bool, list[str]]:
    """Call the student's function once more as `check` of `report` did, then judge that check again.

    A finding about a network, a file, or arrays that were too large to keep has no such call: it is judged again only.
    Whether the check passes now, and lines to print. Raises UsageError for a report that cannot be read, or a check
    that did not fail in it.
    """
    stored, finding = _finding(report, check)
    earlier = next(result.earlier for result in stored.checks if result.id == check)
    source = path or Path("exercises") / stored.submission
    if not source.exists():
        raise UsageError(f"{source}: there is no such submission; name it with --submission PATH")
    options = Options(seed=earlier.seed if earlier else stored.seed, isolation=isolation, limits=course.limits)
    found = find([source], course.files).sources
    taken = next((one for one in found if one.name == stored.submission), found[0])
    checks = _with_needed(course, check)
    exercise = course.checks[check].exercise
    call = _call(finding, exercise, check) if _is_kept(finding, exercise) else None
    lines = [finding.call] if finding.call else []
    with Grader(checks, options, sources=[taken]) as grader:
        if call is not None:
            with grader.session(taken, exercise) as session:
                session.do_without(course.checks[check].without)
                lines = [*_told(finding), *_answered(session, finding, *call)]
        judged = next(result for result in grader.grade(taken).checks if result.id == check)
    why = f": {judged.finding.message}" if judged.finding else ""
    return judged.outcome == "passed", [*lines, f"{check} {judged.outcome} now{why}"]


def _with_needed(course: Course, check: str) -> list[Any]:
    """The check and all that it needs."""
    chosen = course.select([], [check], public_only=False)
    needed = [every for need in chosen[-1].all_needs for every in _with_needed(course, need)]
    return list(dict.fromkeys([*needed, *chosen]))


def _told(finding: Finding) -> Iterator[str]:
    yield finding.call
    for argument in finding.arguments:
        value = argument.value
        yield f"{argument.name} =\n{value.numpy()}" if isinstance(value, Array) else f"{argument.name} = {value.text}"
    if isinstance(finding.expected, Array):
        yield f"expected, as the report says =\n{finding.expected.numpy()}"


def _answered(
    session: Session, finding: Finding, function: str, args: list[Any], kwargs: dict[str, Any]
) -> Iterator[str]:
    session.libraries[function] = "numpy" if "import numpy" in finding.reproduce else "torch"
    try:
        student: Any = Live(session)
        student = student if finding.seed is None else student.seeded(finding.seed)
        try:
            answer = getattr(student, function)(*args, **kwargs)
        except CheckFailure as failure:
            if failure.fatal or finding.reproduce:
                raise
            session.libraries[function] = "numpy"  # arrays too large to write out: which kind it was is not kept
            answer = getattr(student, function)(*args, **kwargs)
    except CheckFailure as failure:
        yield failure.message
        yield failure.traceback
    else:
        yield f"yours =\n{answer}"


def _finding(report: Path, check: str) -> tuple[SubmissionReport, Finding]:
    try:
        stored = from_json(report.read_bytes())
    except OSError as problem:
        raise UsageError(f"{report}: cannot be read: {problem.strerror}") from None
    except (msgspec.DecodeError, ValueError) as problem:
        raise UsageError(f"{report}: is no report of this grader: {problem}") from None
    findings = {result.id: result.finding for result in stored.checks if result.outcome == "failed"}
    if check not in findings:
        raise UsageError(f"{check} did not fail in {report}{suggest(check, findings) if findings else ''}")
    finding = findings[check]
    assert finding is not None  # a failed check has one
    return stored, finding


def _is_kept(finding: Finding, exercise: Exercise) -> bool:
    """Whether the finding holds the whole call of a function."""
    arrays = [argument.value for argument in finding.arguments if isinstance(argument.value, Array)]
    return (
        bool(finding.call)
        and finding.function not in exercise.class_names
        and all(array.values is not None for array in arrays)
    )


def _call(finding: Finding, exercise: Exercise, check: str) -> tuple[str, list[Any], dict[str, Any]]:
    """Function and arguments: arrays from the record, everything else from the text of the call.

    Reports are files that anybody can have written. Raises UsageError for a call that no check makes.
    """
    try:
        arrays = {x.name: x.value.numpy() for x in finding.arguments if isinstance(x.value, Array)}
        call = ast.parse(finding.call[:MOST_TEXT], mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            raise ValueError("it is no call")
        if call.func.id not in exercise.functions:
            raise ValueError(f"the contract has no {call.func.id}")
        args = [_value(node, arrays) for node in call.args]
        kwargs = {str(word.arg): _value(word.value, arrays) for word in call.keywords}
        seed = finding.seed
        if seed is not None and not 0 <= seed < 1 << 32:
            raise ValueError(f"its seed is {seed}")
        protocol.pack([args, kwargs])
        list(_told(finding))  # what cannot be shown is no report of ours either
    except (ValueError, TypeError, KeyError, SyntaxError, RecursionError, MemoryError, OverflowError) as problem:
        raise UsageError(f"{check}: the report holds no call that could be run again: {problem}") from None
    return call.func.id, args, kwargs


def _value(node: ast.expr, arrays: dict[str, np.ndarray]) -> Any:
    return arrays[node.id] if isinstance(node, ast.Name) else ast.literal_eval(node)
