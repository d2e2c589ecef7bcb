"""Commands about what is there already: `grader replay` and `export` about reports, `audit` about the rubric."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from grader.commands import FAILED, PASSED, course_of, marking_of, require_writable
from grader.machine import require_linux


def replay(arguments: argparse.Namespace) -> int:
    require_linux()
    from grader.engine.replay import replay
    from grader.report.terminal import print_lines

    passed, lines = replay(
        course_of(arguments), arguments.report, arguments.check, arguments.submission, arguments.isolation
    )
    print_lines(lines)
    return PASSED if passed else FAILED


def export(arguments: argparse.Namespace) -> int:
    from grader import export
    from grader.report.kept import read_index

    reports = export.stored(arguments.reports)
    names = {report.submission for report in reports}
    path = Path(os.path.abspath(arguments.reports))
    places = read_index(path if path.is_dir() else path.parents[1]).submissions
    marking = marking_of(arguments, course_of(arguments), places, names if path.is_dir() else ())
    order = export.Order(
        sheet=export.sheet(arguments.sheet) if arguments.sheet else "",
        column=arguments.column,
        environment=os.environ,
        marks={report.submission: marking.mark(report) for report in reports} if marking else {},
    )
    exported = export.export(arguments.format, marking.chosen(reports) if marking else reports, order)
    if arguments.to is None:
        sys.stdout.write(exported.text)
    else:
        export.write(arguments.to, exported.text)
    for sentence in exported.left_out:
        print(f"grader: {sentence}", file=sys.stderr)
    return FAILED if exported.left_out else PASSED


def audit(arguments: argparse.Namespace) -> int:
    require_linux()
    course = course_of(arguments)
    names = dict.fromkeys(check.exercise.name for check in course.select(arguments.exercise or [], [], False))
    require_writable(arguments.out)

    from grader.audit import certificate
    from grader.audit.run import Options, audit
    from grader.engine.workplace import default_jobs
    from grader.report.progress import Progress

    options = Options(seeds=arguments.seeds, jobs=arguments.jobs or default_jobs(), mutants=arguments.mutants)
    found = audit(course, names, arguments.out, options, Progress)
    page = certificate.write(found, arguments.out)
    print("\n".join([*certificate.lines(found), f"certificate: {page}"]))
    return PASSED if found.certified else FAILED
