"""Run the counterexample of a stored report again, in a fresh worker, without the rubric."""

from __future__ import annotations

import ast
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from grader import submission
from grader.authoring import expect
from grader.authoring.expect import CheckFailure
from grader.course import Course
from grader.errors import UsageError
from grader.judge.players import Live
from grader.judge.session import Session
from grader.records import Argument, Array, Finding, from_json
from grader.rubric import suggest
from grader.worker.client import Limits, Nursery


def replay(course: Course, report: Path, check: str, path: Path | None) -> tuple[bool, list[str]]:
    """Call the student's function once more as `check` of `report` did.

    Whether the answer is now the expected one, and lines to print. Raises UsageError for a report that cannot
    be read, a check that did not fail in it, or a finding that holds no call.
    """
    name, finding = _finding(report, check)
    source = path or Path("exercises") / name
    if not source.exists():
        raise UsageError(f"{source}: there is no such submission; name it with --submission PATH")
    name_of_exercise = check.partition(".")[0]
    exercise = course.exercises[name_of_exercise]
    function, _, _ = finding.call.partition("(")
    args, kwargs = _arguments(finding)
    with tempfile.TemporaryDirectory() as scratch, Nursery() as nursery:
        taken = submission.take(source, name, Path(scratch))
        session = Session(nursery, exercise, Path(taken.folder), Limits())
        session.libraries[function] = "numpy" if "import numpy" in finding.reproduce else "torch"
        lines = [finding.call, *(f"{a.name} = {a.value}" for a in finding.arguments if not isinstance(a.value, Array))]
        lines += [f"{a.name} =\n{a.value.numpy()}" for a in finding.arguments if isinstance(a.value, Array)]
        try:
            answer = getattr(Live(session), function)(*args, **kwargs)
            lines.append(f"yours =\n{answer}")
            if not isinstance(finding.expected, Array):
                return True, [*lines, "The report holds no expected value to compare with."]
            lines.append(f"expected =\n{finding.expected.numpy()}")
            expect.close(answer[0] if isinstance(answer, tuple) else answer, finding.expected.numpy())
        except CheckFailure as failure:
            return False, [
                *lines,
                f"still wrong: {failure.message}",
                *([failure.traceback] if failure.traceback else []),
            ]
        finally:
            session.discard()
    return True, [*lines, "as expected now"]


def _finding(report: Path, check: str) -> tuple[str, Finding]:
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
    return stored.submission, finding


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
