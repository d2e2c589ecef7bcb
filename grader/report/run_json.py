"""A whole run as one JSON object on one line, for `grader run --json`: schema "grader/run/1"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, TextIO

import msgspec

from grader.records import Record, SubmissionReport
from grader.report.screen import ANYWHERE

SCHEMA: Literal["grader/run/1"] = "grader/run/1"
_UNSEEN = re.compile(r"[^ -~]")


class NotGraded(Record, frozen=True, kw_only=True):
    """A submission that could not be graded."""

    submission: str
    why: str  # one sentence, with what to do


class Run(Record, frozen=True, kw_only=True):
    """Everything that became of a run's submissions."""

    schema: Literal["grader/run/1"] = SCHEMA
    reports: tuple[SubmissionReport, ...]  # each as in its report.json
    not_graded: tuple[NotGraded, ...] = ()


def print_run(reports: Iterable[SubmissionReport], problems: Sequence[tuple[str, str]], stream: TextIO) -> None:
    """Print a run, a report at a time. It is plain ASCII in any language, and neither a terminal nor a build server obeys
    any of it.
    """
    listed = tuple(NotGraded(submission=name, why=why) for name, why in problems)
    before, after = _ascii(Run(reports=(), not_graded=listed)).split('"reports":[]', 1)
    stream.write(f'{before}"reports":[')
    for number, report in enumerate(reports):
        stream.write(f"{',' if number else ''}{_ascii(report)}")
    print(f"]{after}", file=stream, flush=True)


def _ascii(record: Record) -> str:
    text = msgspec.json.encode(record).decode()
    for unsafe in (_UNSEEN, ANYWHERE):
        text = unsafe.sub(_escape, text)
    return text


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))
