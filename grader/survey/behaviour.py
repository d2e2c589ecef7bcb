"""What a wrong answer does: one key for a failed check, equal where two submissions were wrong in the same way.

All submissions of a run are asked the same and failures are shrunk alike, so that one mistake gives one smallest
example and one wrong answer, whatever the code looks like.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any, NamedTuple

from grader.records import Array, CheckResult, Value

_VARIABLE = re.compile(r"0x[0-9a-fA-F]+|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


class Behaviour(NamedTuple):
    """How a check was failed."""

    check: str
    asked: str  # digest of the call with its arguments; empty where no answer is kept
    said: str  # digest of the answer, else the message without its numbers


def behaviour(check: CheckResult) -> Behaviour | None:
    """How `check` was failed; None where it was not, and where what a hidden one found is not known."""
    finding = check.finding
    if check.outcome != "failed" or finding is None or not check.public:
        return None
    answer = _text(finding.actual) if finding.actual is not None else None
    given = [_text(argument.value) for argument in finding.arguments]
    if answer is None or None in given:
        return Behaviour(check.id, "", _VARIABLE.sub("#", finding.message))
    named = ", ".join(f"{one.name}={text}" for one, text in zip(finding.arguments, given, strict=True))
    return Behaviour(check.id, _digest(f"{finding.call} {named}"), _digest(answer))


def _digest(text: str) -> str:
    """Arrays are long, and a class has many."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def _text(value: Value) -> str | None:
    """A value whatever library and precision it came in; None for an array too large to keep."""
    if not isinstance(value, Array):
        return value.text
    return None if value.values is None else f"{value.shape} {_rounded(value.values)}"


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return f"{value + 0.0:.4g}" if isinstance(value, int | float) else str(value)
