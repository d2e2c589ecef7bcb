"""A finding as plain text, for formats that have room for a few lines a check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from grader.records import CheckResult
from grader.report.findings import OURS
from grader.words import one_line, visible

MOST_TOLD = 4_000  # characters of a finding: some formats limit a file, and 3,000 students fill it

_AT = re.compile(r'File "([^"\n]+)", line (\d+)')


class Exported(NamedTuple):
    """The text of a file, and sentences about what could not be placed in it: nobody is dropped without a word."""

    text: str
    left_out: tuple[str, ...] = ()


def told(check: CheckResult) -> str:
    """Why a check did not pass and what to do next; empty for one that passed."""
    return "\n".join(_lines(check))


def headline(check: CheckResult) -> str:
    """The same in one line."""
    return one_line(check.finding.headline) if check.finding else ""


def place(check: CheckResult) -> tuple[str, int] | None:
    """File and line of the student's that the traceback ends in, where there is one."""
    found = _AT.findall(check.finding.traceback) if check.finding else []
    return (found[-1][0], int(found[-1][1])) if found else None


def _lines(check: CheckResult) -> Iterator[str]:
    finding = check.finding
    if finding is None:
        return
    if check.outcome == "errored":
        yield OURS
    yield visible(finding.message, MOST_TOLD)
    if finding.misconception:
        yield visible(f"Likely mistake: {finding.misconception}. {finding.explanation}".rstrip(), MOST_TOLD)
    if finding.call:
        yield f"Call: {one_line(finding.call)}"
    if finding.traceback:
        yield visible(finding.traceback.rstrip(), MOST_TOLD)
    if finding.hint:
        yield f"Next step: {visible(finding.hint, MOST_TOLD)}"
