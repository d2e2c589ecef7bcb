"""Stored reports in the formats that other programs read: each a pure function from records to text.

Nothing is run and nothing is judged here. Text of students is made harmless for the format it goes into.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from grader.errors import UsageError
from grader.export import classroom50, github, gradescope, junit, sheets
from grader.export.words import Exported
from grader.policy.conceal import concealed
from grader.policy.marking import Entry
from grader.policy.marks import Mark, as_it_is
from grader.records import SubmissionReport, from_json
from grader.report import kept
from grader.report.files import write_whole


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is asked of an exporter beside the reports."""

    sheet: str = ""  # a gradebook's CSV file that is to be filled in
    column: str = ""  # which of its columns the score goes into
    environment: Mapping[str, str] | None = None  # of the process: Classroom 50 and GitHub tell what they are in it
    marks: Mapping[str, Mark] = field(default_factory=dict)  # by the submission's name; without one points are the mark
    entries: Sequence[Entry] = ()  # of a gradebook, where it is known who is in the course

    def mark(self, report: SubmissionReport) -> Mark:
        """What a report counts."""
        return self.marks.get(report.submission) or as_it_is(report)

    def gradebook(self, reports: Sequence[SubmissionReport]) -> list[Entry]:
        """What counts for whom, as it may be told now."""
        entries = self.entries or [Entry(report, self.mark(report)) for report in reports]
        return [entry._replace(report=concealed(entry.report, entry.mark.due)) for entry in entries]


Exporter = Callable[[Sequence[SubmissionReport], Order], Exported]


def _alone(write: Callable[[SubmissionReport, Order], str], name: str) -> Exporter:
    """An exporter of a format that holds one submission."""

    def exporter(reports: Sequence[SubmissionReport], order: Order) -> Exported:
        if len(reports) != 1:
            raise UsageError(
                f"--format {name} holds one submission, and there are {len(reports)}: name one report.json"
            )
        return Exported(text=write(reports[0], order))

    return exporter


def _filled(kind: sheets.Kind) -> Exporter:
    def exporter(reports: Sequence[SubmissionReport], order: Order) -> Exported:
        if not order.sheet:
            raise UsageError(f"--format {kind.name} fills in a file: {kind.advice}, and name it with --sheet")
        return sheets.fill(kind, order.sheet, order.column, order.gradebook(reports))

    return exporter


FORMATS: dict[str, Exporter] = {
    "csv": lambda reports, order: Exported(text=sheets.plain(order.gradebook(reports), bool(order.marks))),
    "canvas": _filled(sheets.CANVAS),
    "moodle": _filled(sheets.MOODLE),
    "junit": lambda reports, order: Exported(text=junit.document(reports)),
    "gradescope": _alone(lambda report, order: gradescope.results(report, order.mark(report)), "gradescope"),
    "classroom50": _alone(
        lambda report, order: classroom50.result(report, order.mark(report), order.environment or {}), "classroom50"
    ),
    "github": _alone(lambda report, order: github.commands(report), "github"),
    "github-summary": _alone(lambda report, order: github.summary(report, order.mark(report)), "github-summary"),
}


THEIR_OWN = ("gradescope",)  # formats that say themselves what is shown after the deadline


def export(name: str, reports: Sequence[SubmissionReport], order: Order) -> Exported:
    """The reports in the format called `name`, as their students may see them now. Raises UsageError."""
    if name not in FORMATS:
        raise UsageError(f"there is no format {name!r}; there are {', '.join(FORMATS)}")
    if name not in THEIR_OWN:
        reports = [concealed(report, order.mark(report).due) for report in reports]
    return FORMATS[name](reports, order)


def stored(path: Path) -> list[SubmissionReport]:
    """The report in a report.json, or all of a folder and of the folders in it, by name. Raises UsageError.

    Of a folder with an index those that it shows: others are of a run that counts no more.
    """
    found = {*path.glob("report.json"), *path.glob("*/report.json")}  # a submission may be called report.json
    if (path / kept.INDEX).is_file() and (shown := kept.read_index(path).submissions):
        found = {file for file in found if file.parent.name in shown}
    files = [path] if path.is_file() else sorted(file for file in found if file.is_file())
    if not files:
        raise UsageError(
            f"{path} holds no report.json: name the folder that grader run --out wrote, or one report in it"
        )
    return [_report(file) for file in files]


def sheet(path: Path) -> str:
    """The text of a gradebook's file. Raises UsageError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"--sheet {path} cannot be read as UTF-8 text: {problem}") from None


def write(path: Path, text: str | bytes) -> None:
    """Raises UsageError."""
    try:
        write_whole(path, text.encode() if isinstance(text, str) else text)
    except OSError as problem:
        raise UsageError(f"--to {path}: cannot write there: {problem.strerror}") from None


def _report(file: Path) -> SubmissionReport:
    try:
        return from_json(file.read_bytes())
    except (OSError, msgspec.DecodeError, ValueError) as problem:
        raise UsageError(f"{file} is no report of this version of the grader: {problem}") from None
