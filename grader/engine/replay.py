"""Run the counterexample of a stored report again, and the check that it failed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from grader.authoring.expect import CheckFailure
from grader.course import Course
from grader.engine.local import Grader, Options
from grader.errors import UsageError
from grader.judge.players import Live
from grader.judge.session import Session
from grader.records import Argument, Array, Finding, SubmissionReport, from_json
from grader.rubric import suggest
from grader.submission import Source


def replay(
    course: Course, report: Path, check: str, path: Path | None, isolation: Any = "strict"
) -> tuple[bool, list[str]]:
    """Call the student's function once more as `check` of `report` did, then judge that check again.

    Whether the check passes now, and lines to print. Raises UsageError for a report that cannot be read, a check
    that did not fail in it, or a finding that holds no call.
    """
    stored, finding = _finding(report, check)
    source = path or Path("exercises") / stored.submission
    if not source.exists():
        raise UsageError(f"{source}: there is no such submission; name it with --submission PATH")
    options = Options(seed=stored.seed, isolation=isolation, limits=course.limits)
    taken = Source(path=source, name=stored.submission)
    with Grader(_with_needed(course, check), options) as grader:
        exercise = course.checks[check].exercise
        with grader.session(taken, exercise) as session:
            lines = [*_told(finding), *_answered(session, finding)]
        judged = next(result for result in grader.grade(taken).checks if result.id == check)
    why = f": {judged.finding.message}" if judged.finding else ""
    return judged.outcome == "passed", [*lines, f"{check} {judged.outcome} now{why}"]


def _with_needed(course: Course, check: str) -> list[Any]:
    """The check and all that it needs."""
    chosen = course.select([], [check], public_only=False)
    needed = [every for need in chosen[-1].needs for every in _with_needed(course, need)]
    return list(dict.fromkeys([*needed, *chosen]))


def _told(finding: Finding) -> Iterator[str]:
    yield finding.call
    for argument in finding.arguments:
        value = argument.value
        yield f"{argument.name} =\n{value.numpy()}" if isinstance(value, Array) else f"{argument.name} = {value}"
    if isinstance(finding.expected, Array):
        yield f"expected, as the report says =\n{finding.expected.numpy()}"


def _answered(session: Session, finding: Finding) -> Iterator[str]:
    function, _, _ = finding.call.partition("(")
    session.libraries[function] = "numpy" if "import numpy" in finding.reproduce else "torch"
    student: Any = Live(session)
    args, kwargs = _arguments(finding)
    try:
        answer = getattr(student if finding.seed is None else student.seeded(finding.seed), function)(*args, **kwargs)
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
    if finding is None or not finding.call or not finding.reproduce:
        raise UsageError(f"{check}: the report holds no call that could be run again")
    return stored, finding


def _arguments(finding: Finding) -> tuple[list[Any], dict[str, Any]]:
    """The call's arguments: arrays from the record, everything else from the text of the call."""
    arrays = {argument.name: argument for argument in finding.arguments}
    call = ast.parse(finding.call, mode="eval").body
    assert isinstance(call, ast.Call)
    args = [_value(node, arrays) for node in call.args]
    return args, {str(word.arg): _value(word.value, arrays) for word in call.keywords}


def _value(node: ast.expr, arrays: dict[str, Argument]) -> Any:
    if isinstance(node, ast.Name):
        value = arrays[node.id].value
        if isinstance(value, Array):
            return value.numpy()
    return ast.literal_eval(node)
