"""GitHub Actions: annotations at the student's lines, and a step summary in Markdown.

What a student wrote is never read as a command: it is escaped within a command and quoted as code in Markdown, which
may be printed in a job's log.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.export.words import headline, place, told
from grader.policy.marks import Mark
from grader.records import OUTCOMES, CheckResult, SubmissionReport
from grader.report.screen import no_command
from grader.words import one_line, points

MOST_ANNOTATIONS = 10  # of one kind a step; GitHub drops the others
MOST_SUMMARY = 900_000  # bytes; one of more than a MiB is dropped whole
CUT = "\n\nCut here: the whole report is in report.html.\n"


def commands(report: SubmissionReport) -> str:
    """A ::error command for each failed check, a ::warning for each that the grader failed at, ten of each at most."""
    files = {exercise.name: exercise.file for exercise in report.exercises}
    lines = []
    for outcome, command in (("failed", "error"), ("errored", "warning")):
        found = [check for check in report.checks if check.outcome == outcome]
        lines += [_annotation(command, files, check) for check in found[:MOST_ANNOTATIONS]]
    return "".join(f"{line}\n" for line in lines)


def summary(report: SubmissionReport, mark: Mark) -> str:
    """Markdown for $GITHUB_STEP_SUMMARY: the score, a table of exercises, and what failed."""
    text = "\n".join(_summary(report, mark)) + "\n"
    whole = text.encode()
    if len(whole) <= MOST_SUMMARY:
        return text
    kept = whole[:MOST_SUMMARY].decode(errors="ignore").rpartition("\n### ")[0]  # no finding is cut in two
    return kept + CUT


def _annotation(command: str, files: dict[str, str], check: CheckResult) -> str:
    at = place(check)
    properties = {
        "file": one_line(at[0]) if at else files[check.id.partition(".")[0]],
        "title": f"{check.id}: {check.title}",
    }
    if at:
        properties["line"] = str(at[1])
    listed = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in properties.items())
    return f"::{command} {listed}::{_escaped(told(check) or headline(check))}"


def _escaped(text: str, also: str = "") -> str:
    """Percent-encoded as the runner decodes it; `also` within properties."""
    return re.sub(f"[%\r\n{also}]", lambda sign: f"%{ord(sign[0]):02X}", text)


def _summary(report: SubmissionReport, mark: Mark) -> Iterator[str]:
    yield f"## {_code(report.submission)}: {points(mark.score)} of {points(mark.max_score)} points"
    yield from ["", *(f"- {_code(line)}" for line in mark.told)] if mark.told else []
    yield ""
    yield f"| exercise | points | {' | '.join(OUTCOMES)} |"
    yield f"|---|---|{'---|' * len(OUTCOMES)}"
    for exercise in report.exercises:
        counts = (str(sum(check.outcome == outcome for check in exercise.checks)) for outcome in OUTCOMES)
        yield f"| {_code(exercise.name)} | {points(exercise.score)}/{points(exercise.max_score)} | {' | '.join(counts)} |"
    for check in report.checks:
        if check.outcome in ("failed", "errored"):
            yield f"\n### {_code(check.id)} {check.outcome}"
            text = "\n".join(map(no_command, told(check).split("\n")))
            fence = "`" * (2 + max(map(len, re.findall("`+", text)), default=1))
            yield f"\n{fence}text\n{text}\n{fence}"


def _code(text: str) -> str:
    """`text` as inline code, which holds neither markup nor the end of a table's cell."""
    plain = one_line(text).replace("`", "'").replace("|", "\\|")
    return f"`{plain}`"
