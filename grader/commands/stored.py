"""Commands about what is there already: `grader replay`, `export` and `gradescope-zip` about reports, `audit` about the rubric."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from grader.commands import FAILED, PASSED, course_behind, course_of, marking_of, require_writable
from grader.machine import require_linux


def replay(arguments: argparse.Namespace) -> int:
    require_linux()
    from grader.engine.replay import replay
    from grader.report.terminal import print_lines

    out = Path(os.path.abspath(arguments.report)).parents[1]
    course = course_behind(arguments, out)
    passed, lines = replay(course, arguments.report, arguments.check, arguments.submission, arguments.isolation)
    print_lines(lines)
    return PASSED if passed else FAILED


def export(arguments: argparse.Namespace) -> int:
    from grader import export
    from grader.report.kept import read_index
    from grader.words import one_line

    reports = export.stored(arguments.reports)
    names = {report.submission for report in reports}
    path = Path(os.path.abspath(arguments.reports))
    out = path if path.is_dir() else path.parents[1]
    index = read_index(out)
    places = index.submissions
    marking = marking_of(arguments, course_behind(arguments, out), places, names, strict=path.is_dir())
    marks = marking.given(reports) if marking else {}
    counting = [report for report in reports if report.submission not in marks or marks[report.submission].counts]
    for name in sorted(names - {report.submission for report in counting}):
        print(f"grader: {one_line(name)}: another attempt counts", file=sys.stderr)
    order = export.Order(
        sheet=export.sheet(arguments.sheet) if arguments.sheet else "",
        column=arguments.column,
        environment=os.environ,
        marks=marks,
        entries=marking.entries(counting) if marking else (),
    )
    exported = export.export(arguments.format, counting, order)
    if arguments.to is None:
        sys.stdout.write(exported.text)
    else:
        export.write(arguments.to, exported.text)
    left_out = [*(marking.joined.told if marking and marking.joined else []), *exported.left_out]
    if path.is_dir():
        left_out += [f"{one_line(one.name)} was not graded: {one_line(one.why, 1000)}" for one in index.not_graded]
    for sentence in left_out:
        print(f"grader: {sentence}", file=sys.stderr)
    return FAILED if left_out else PASSED


def gradescope_zip(arguments: argparse.Namespace) -> int:
    from grader import export
    from grader.export.autograder_zip import autograder
    from grader.rubric import starter

    course, named, train = course_of(arguments), str(arguments.course or ""), not arguments.no_train
    export.write(arguments.to, autograder(course.folder, named, starter(), arguments.isolation, train))
    told = "upload it in Gradescope under Configure Autograder, with at least 1 CPU and 1.5 GB of memory"
    print(f"{arguments.to}: {told}")
    return PASSED


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
