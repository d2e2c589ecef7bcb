"""Commands about a whole class of stored reports: `grader class`, `plant` and `similar`."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands import PASSED, course_behind, marking_of, require_writable
from grader.errors import GraderError, UsageError
from grader.report.files import writing

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
    marking = marking_of(arguments, course_behind(arguments, out), index.submissions, names)
    require_writable(out)
    with writing(out):
        marks = marking.given(reports) if marking else {}
        about = Class(
            reports=reports,
            marks=marks,
            not_graded=[(one.name, one.why) for one in index.not_graded],
            pseudonyms=pseudonyms(names, key_in(out)) if arguments.anonymous else None,
        )
        print(write_class(about, out))
    for sentence in marking.joined.told if marking and marking.joined else ():
        print(f"grader: {sentence}", file=sys.stderr)
    return PASSED


def plant(arguments: argparse.Namespace) -> int:
    from grader.audit import planting
    from grader.survey import mistakes
    from grader.words import suggest

    reports, index = _stored(arguments.reports)
    found = {group.id: group for group in mistakes.of(reports).groups()}
    if arguments.group not in found:
        raise UsageError(
            f"there is no group {arguments.group!r} in {arguments.reports}{suggest(arguments.group, found)}"
        )
    group, course = found[arguments.group], course_behind(arguments, arguments.reports)
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


def similar(arguments: argparse.Namespace) -> int:
    from grader.report.similar_page import write_similar
    from grader.survey.similar import code_alike, pairs

    paths = arguments.paths
    is_graded = len(paths) == 1 and (paths[0] / "index.json").is_file()
    course = course_behind(arguments, paths[0])
    out: Path = arguments.out or (paths[0] if is_graded else Path("reports"))
    require_writable(out)
    with contextlib.ExitStack() as snapshots:
        reports: list[SubmissionReport] = []
        found: dict[str, Path | None] = {}
        if is_graded:
            reports, index = _stored(paths[0])
            for report in reports:
                found[report.submission] = snapshots.enter_context(_taken_again(report, index, course))
        else:
            found = snapshots.enter_context(_taken(paths, course))
        there = {name: folder for name, folder in found.items() if folder is not None}
        code = {}
        try:
            code = code_alike(there, [starter_of(course)])
        except UsageError as problem:
            if not is_graded:
                raise
            print(f"grader: only wrong answers are compared; {problem}", file=sys.stderr)
        missing = [name for name in found if name not in there]
        with writing(out):
            print(write_similar(pairs(reports, code), there, missing, len(found), out))
    return PASSED


def starter_of(course: Course) -> Path:
    """What students were given."""
    from grader.intake.places import STARTER
    from grader.rubric import starter

    own = course.folder / STARTER if course.folder else None
    return own if own is not None and own.is_dir() else starter()


@contextlib.contextmanager
def _taken(paths: Sequence[Path], course: Course) -> Iterator[dict[str, Path | None]]:
    """A snapshot of each submission that the paths name; None for one that cannot be taken."""
    from grader.classes import find
    from grader.submission import take

    with tempfile.TemporaryDirectory(prefix="grader-") as into:
        found: dict[str, Path | None] = {}
        for source in find(paths, course.files).sources:
            found[source.name] = None
            with contextlib.suppress(GraderError):
                found[source.name] = Path(take(source, Path(into)).folder)
        yield found


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
