"""Commands about a whole class of stored reports: `grader class`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands import PASSED, course_of, marking_of, require_writable, written

if TYPE_CHECKING:
    from grader.records import SubmissionReport
    from grader.report.kept import Index


def overview(arguments: argparse.Namespace) -> int:
    from grader.report.class_page import Class, write_class
    from grader.survey.pseudonyms import key_in, pseudonyms

    out: Path = arguments.reports
    reports, index = _stored(out)
    names = [report.submission for report in reports]
    marking = marking_of(arguments, course_of(arguments), index.submissions, names)
    require_writable(out)
    with written(out):
        about = Class(
            reports=marking.chosen(reports) if marking else reports,
            marks={report.submission: marking.mark(report) for report in reports} if marking else {},
            not_graded=[(one.name, one.why) for one in index.not_graded],
            pseudonyms=pseudonyms(names, key_in(out)) if arguments.anonymous else None,
        )
        print(write_class(about, out))
    return PASSED


def _stored(out: Path) -> tuple[list[SubmissionReport], Index]:
    """All that is known of a class: its reports, and where its submissions lie. Raises UsageError."""
    from grader import export
    from grader.report.kept import read_index

    return export.stored(out), read_index(out)
