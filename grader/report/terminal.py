"""The summary at the end of a run: a table on a terminal, plain lines for a log or a pipe.

Text from students passes `one_line` or `visible` and is never read as markup, so that a name cannot move
the cursor, colour the screen or fake another line.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from grader.alike import twins
from grader.records import OUTCOMES, CheckResult, SubmissionReport
from grader.report.text import one_line, points, visible

# '::' counts only at the start of a line, but after any blanks
_COMMAND = re.compile(r"(?<![^\s|])::|##(?=\[|vso|teamcity)", re.ASCII)
COLOURS = {"passed": "green", "failed": "red", "skipped": "dim", "errored": "yellow"}

Problems = Sequence[tuple[str, str]]


def print_summary(
    reports: Sequence[SubmissionReport], problems: Problems, out: Path, stream: TextIO | None = None
) -> None:
    """Print how every submission did, and for a single one what failed and what to do next.

    `problems` are submissions that could not be graded, each with a sentence that says why; `out` is the
    folder of the reports. `stream` is standard output unless given.
    """
    stream = stream or sys.stdout
    if stream.isatty() and reports:
        _print_table(reports, stream)
    else:
        _say(stream, *_overview(reports, out))
    for name, sentence in problems:
        _say(stream, f"{one_line(name)}  not graded: {one_line(sentence)}")
    for group in twins(reports):
        _say(stream, f"Noted: {one_line(str(group), 1000)}")
    if len(reports) == 1:
        _say(stream, *_findings(reports[0]))
        if stream.isatty():
            _say(stream, "", f"Report: {_page(reports[0], out)}")
    if len(reports) > 1:
        _say(stream, f"All reports: {one_line(str(out / 'index.html'))}")
    for seed in dict.fromkeys(report.seed for report in reports):
        _say(stream, f"Seed: {seed} (the same is asked again with --seed {seed})")


def _overview(reports: Sequence[SubmissionReport], out: Path) -> Iterator[str]:
    """A line a submission, and under it the first check that failed unless findings follow anyway."""
    names = [one_line(report.submission, 60) for report in reports]
    scores = [f"{points(report.score)}/{points(report.max_score)}" for report in reports]
    wide, high = (max(map(len, column), default=0) for column in (names, scores))
    for name, score, report in zip(names, scores, reports, strict=True):
        counts = "  ".join(f"{outcome} {report.count(outcome)}" for outcome in OUTCOMES)
        yield f"{name:<{wide}}  {score:>{high}}  {counts}  {_page(report, out)}"
        if len(reports) > 1 and (check := _first_failed(report)) is not None:
            yield f"    {_headline(check)}"


def print_lines(lines: Iterable[str]) -> None:
    """Print texts with what students wrote in them: each is set in, and none of their lines passes for one of ours."""
    _say(sys.stdout, *(line for text in lines for line in _block(text)))


def _print_table(reports: Sequence[SubmissionReport], stream: TextIO) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, expand=True)
    table.add_column("Submission", overflow="fold", min_width=10, max_width=24)
    table.add_column("Score", justify="right", no_wrap=True)
    for outcome in OUTCOMES:
        table.add_column(outcome, justify="right", no_wrap=True)
    table.add_column("First failure", ratio=1, min_width=14)
    for report in reports:
        failure = _first_failed(report)
        headline = _headline(failure) if failure else ""
        cells = [one_line(report.submission, 60), f"{points(report.score)}/{points(report.max_score)}"]
        counts = [(report.count(outcome), COLOURS[outcome]) for outcome in OUTCOMES]
        table.add_row(
            *(Text(_printable(cell, stream)) for cell in cells),
            *(Text(str(count), style=colour if count else "dim") for count, colour in counts),
            Text(_printable(headline, stream), no_wrap=True, overflow="ellipsis"),
        )
    Console(file=stream, markup=False, highlight=False, emoji=False).print(table)


def _findings(report: SubmissionReport) -> Iterator[str]:
    """What failed and what to do next, a paragraph a check; of skipped checks only why."""
    skipped: dict[str, list[CheckResult]] = {}
    for check in report.checks:
        if check.finding is None:
            continue
        if check.outcome == "skipped":
            skipped.setdefault(check.finding.message, []).append(check)
            continue
        yield ""
        yield f"{check.outcome.upper()}  {one_line(check.id)}  {one_line(check.title)}  {_worth(check)}"
        if check.outcome == "errored":
            yield "    The grader failed here, not the submission. No points are lost by it."
        yield from _block(check.finding.message)
        if check.finding.call:
            yield from _block(f"Call: {check.finding.call}")
        if check.finding.misconception:
            cause = f"Likely mistake: {check.finding.misconception}. {check.finding.explanation}"
            yield from _block(cause.rstrip())
        yield from _quoted(check.finding.traceback)
        if check.finding.hint:
            yield from _block(f"Next step: {check.finding.hint}")
    for reason, checks in skipped.items():
        yield ""
        worth = points(sum(check.points for check in checks if check.counted))
        yield f"SKIPPED  {', '.join(one_line(check.id) for check in checks)}  ({worth} points)"
        yield from _block(reason)


def _worth(check: CheckResult) -> str:
    return f"({points(check.earned)} of {points(check.points)} points)" if check.counted else "(not counted)"


def _first_failed(report: SubmissionReport) -> CheckResult | None:
    return next((check for check in report.checks if check.outcome == "failed"), None)


def _headline(check: CheckResult) -> str:
    return f"{one_line(check.id)}: {one_line(check.finding.message)}" if check.finding else one_line(check.id)


def _page(report: SubmissionReport, out: Path) -> str:
    return one_line(str(out / report.submission / "report.html"))


def _block(text: str) -> Iterator[str]:
    """The lines of `text`, set in; all but the first behind a bar, so that none passes for a line of ours."""
    for number, line in enumerate(visible(text).splitlines()):
        yield f"    {'| ' if number else ''}{line}"


def _quoted(text: str) -> Iterator[str]:
    """The lines of a traceback, all behind a bar."""
    return (f"    | {line}" for line in visible(text).splitlines())


def _say(stream: TextIO, *lines: str) -> None:
    for line in lines:
        print(_printable(_no_command(line), stream), file=stream)


def _no_command(line: str) -> str:
    """`line`, unable to command a build server that reads its log: GitHub's ::error::, Azure's ##vso[...]."""
    return _COMMAND.sub(lambda mark: "".join(f"\\x{ord(sign):02x}" for sign in mark[0]), line)


def _printable(text: str, stream: TextIO) -> str:
    """`text` with escapes for what the stream's encoding lacks: an old terminal must not end the run."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
