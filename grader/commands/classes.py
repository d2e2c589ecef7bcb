"""Commands about a whole class of stored reports: `grader class` and `plant`."""

from __future__ import annotations

import argparse
import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands import PASSED, course_of, marking_of, require_writable, written
from grader.errors import GraderError, UsageError

if TYPE_CHECKING:
    from grader.course import Course
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


def plant(arguments: argparse.Namespace) -> int:
    from grader.audit import planting
    from grader.rubric import suggest
    from grader.survey.mistakes import groups

    reports, index = _stored(arguments.reports)
    found = {group.id: group for group in groups(reports)}
    if arguments.group not in found:
        raise UsageError(
            f"there is no group {arguments.group!r} in {arguments.reports}{suggest(arguments.group, found)}"
        )
    group, course = found[arguments.group], course_of(arguments)
    if group.exercise not in course.exercises:
        raise UsageError(f"the course has no exercise {group.exercise!r}: name the one of the run with --course")
    by_name = {report.submission: report for report in reports}
    for case in group.cases:
        report = by_name[case.submission]
        with _taken_again(report, index, course) as snapshot:
            if snapshot is not None:
                checks = next(one.checks for one in report.exercises if one.name == group.exercise)
                exercise = course.exercises[group.exercise]
                print(planting.plant(snapshot, exercise, course, checks, arguments.out))
                break
    else:
        raise UsageError(f"none of the {len(group.cases)} submissions of {group.id} lies any more where it was graded")
    print(f"Take {arguments.out} through: no student's name in it, a title in expect.toml; then grader audit tries it")
    return PASSED


@contextlib.contextmanager
def _taken_again(report: SubmissionReport, index: Index, course: Course) -> Iterator[Path | None]:
    """A snapshot of a submission as it was graded; None where it is gone or has changed since."""
    from grader.classes import again
    from grader.submission import take

    with tempfile.TemporaryDirectory(prefix="grader-") as into:
        found, place = None, index.submissions.get(report.submission)
        for source in again(place, course.files) if place else ():
            with contextlib.suppress(GraderError):
                taken = take(source, Path(into))
                if taken.digest == report.digest:
                    found = Path(taken.folder)
                    break
        yield found


def _stored(out: Path) -> tuple[list[SubmissionReport], Index]:
    """All that is known of a class: its reports, and where its submissions lie. Raises UsageError."""
    from grader import export
    from grader.report.kept import read_index

    return export.stored(out), read_index(out)
