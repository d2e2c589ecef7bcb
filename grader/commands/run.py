"""`grader run`: find submissions, grade them, write reports, say what came of it."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands import FAILED, HARNESS, PASSED, course_of, marking_of, print_no_more, require_writable, written
from grader.errors import GraderError, UsageError
from grader.machine import require_linux

if TYPE_CHECKING:
    from grader.authoring.exercise import Check
    from grader.classes import Found
    from grader.course import Course
    from grader.engine.local import Grader, Options
    from grader.engine.machines import Machines
    from grader.engine.workplace import Workplace
    from grader.records import SubmissionReport
    from grader.submission import Source


def run(arguments: argparse.Namespace) -> int:
    require_linux()
    for path in arguments.paths:
        _there(path)

    from grader.engine.workplace import Workplace, default_jobs

    device = _device(arguments.device, arguments.isolation)
    jobs = arguments.jobs or default_jobs()
    if arguments.engine != "local":
        return _graded(arguments, None, jobs, device)
    with Workplace(arguments.isolation, jobs, device == "cuda") as place:  # while it starts, the rest is imported
        return _graded(arguments, place, jobs, device)


def _there(path: Path) -> None:
    with contextlib.suppress(PermissionError):
        if not path.exists():
            raise UsageError(f"{path}: there is no such file or folder")


def _graded(arguments: argparse.Namespace, place: Workplace | None, jobs: int, device: str) -> int:
    from grader.classes import find
    from grader.report.kept import Shelf, known_names, read_index

    course = course_of(arguments)
    found = find(arguments.paths, course.files, known_names(arguments.out))
    submissions = found.sources
    checks = course.select(_chosen(arguments, course, found.only), arguments.check or [], arguments.public)
    _data_folder(arguments.data)
    require_writable(arguments.out)

    asked = {check.id for check in checks if not (check.trains and arguments.no_train)}
    ids = {name: {check.id for check in exercise.checks} for name, exercise in course.exercises.items()}
    places = {source.name: source.place for source in submissions}
    known = read_index(arguments.out).submissions | places
    marking = marking_of(arguments, course, known, known, strict=False)
    shelf = Shelf(arguments.out, places, ids, asked, marking)

    from grader.report import run_json, terminal
    from grader.report.progress import Progress

    options = _options(arguments, course, jobs, device)
    _learn(course, checks)
    reports: list[SubmissionReport] = []
    problems: list[tuple[str, str]] = []
    codes = [PASSED]
    with (
        Progress(len(submissions), arguments.quiet) as advance,
        _engine(arguments, course, checks, options, place, submissions) as grading,
    ):
        for source, outcome in grading.grade_all(submissions):
            try:
                if isinstance(outcome, GraderError):
                    raise outcome
                with written(arguments.out / source.name):
                    shelf.put(outcome)
                reports.append(outcome)
                codes.append(_exit_code(outcome))
            except GraderError as problem:
                problems.append((source.name, str(problem)))
                codes.append(problem.exit_code)
            advance(source.name)
    reports.sort(key=lambda report: report.submission)
    try:
        with written(arguments.out / "index.html"):
            shelf.write_index({report.submission for report in reports}, problems, found.left_alone)
    finally:
        try:
            if arguments.json:
                run_json.print_run(reports, problems, sys.stdout)
            else:
                one = submissions[0].path if len(submissions) == 1 else None
                marks = marking.given(reports) if marking else None
                terminal.print_summary(reports, problems, arguments.out, quiet=arguments.quiet, source=one, marks=marks)
                if not arguments.quiet:
                    notes = [*(reports[0].notes if len(reports) == 1 else ())]
                    notes += [told] if marking and (told := marking.misnamed(known)) else []
                    terminal.print_lines(_asides(found, [*shelf.told, *notes]))
        except BrokenPipeError:  # `| head`: everything is graded, and the reports are written
            print_no_more()
    return max(codes)


def _engine(
    arguments: argparse.Namespace,
    course: Course,
    checks: Sequence[Check],
    options: Options,
    place: Workplace | None,
    submissions: Sequence[Source],
) -> Grader | Machines:
    """What grades, ready to; a course's own checks were tried on the right answers by then."""
    from grader.engine.local import Grader

    local = Grader(checks, options, place, submissions) if place or course.own else None
    if local is not None and course.own:
        from grader.engine.trial import try_on_reference

        try_on_reference(local, course.own)
    if local is not None and place:
        return local
    if local is not None:
        local.close()
    from grader.engine import machines

    scheduler: machines.Ray | machines.Slurm
    if arguments.engine == "ray":
        scheduler = machines.Ray(arguments.address, options.device == "cuda")
    else:
        scheduler = machines.Slurm(arguments.out / "slurm", dict(arguments.slurm or []))
    return machines.Machines(checks, options, course, scheduler)


def _learn(course: Course, checks: Sequence[Check]) -> None:
    """An author's misconceptions are recognised from the first run on, and from the next one after each change."""
    names = dict.fromkeys(check.exercise.name for check in checks if check.exercise.name in course.own)
    if not names:
        return
    from grader.audit.signatures import learn

    try:
        for file in learn(course, names):
            print(f"grader: planted misconceptions were learnt anew: {file}", file=sys.stderr)
    except OSError as problem:
        told = f"{problem.filename or course.folder}: cannot be written: {problem.strerror}"
        print(f"grader: changed misconceptions are not recognised yet: {told}", file=sys.stderr)


def _chosen(arguments: argparse.Namespace, course: Course, files: Collection[str]) -> list[str]:
    """The exercises to run: those named, or those whose `files` are. Raises UsageError."""
    given = [*(arguments.exercise or []), *course.taught_in(arguments.lesson or [])]
    named = [name for name, exercise in course.exercises.items() if exercise.file in files]
    if named and given and set(named) != set(given):
        raise UsageError(
            f"{arguments.paths[0]} is exercise {', '.join(named)}: leave --exercise and --lesson out, or name the folder"
        )
    return named or given


def _asides(found: Found, notes: Iterable[str]) -> Iterator[str]:
    """What the summary does not say."""
    if found.only:
        files = ", ".join(sorted(found.only))
        yield f"Graded only {files}, which was named; name the folder to grade everything in it"
    if found.left_alone:
        yield f"Left alone as nobody's work: {', '.join(found.left_alone)}"
    yield from (f"Note: {note}" for note in notes)


def _data_folder(folder: str | None) -> None:
    """Raises UsageError where --data names none with data sets. What is wrong with one, grading will tell."""
    if folder is None:
        return
    wanted = [os.path.join(folder, name, "raw") for name in ("MNIST", "FashionMNIST")]
    if not os.path.isdir(folder):
        raise UsageError(f"--data {folder}: there is no such folder")
    if not any(map(os.path.isdir, wanted)):
        raise UsageError(f"--data {folder}: no data set lies there; there should be {' or '.join(wanted)}")


def _options(arguments: argparse.Namespace, course: Course, jobs: int, device: str) -> Options:
    from grader.engine.local import Options, fresh_seed
    from grader.judge.session import Data

    return Options(
        seed=fresh_seed() if arguments.seed is None else arguments.seed,
        jobs=jobs,
        limits=course.limits,
        isolation=arguments.isolation,
        device=device,
        data=Data(root=arguments.data, train=not arguments.no_train),
    )


def _device(wanted: str, isolation: str) -> str:
    """cpu or cuda. Asks in a process of its own: a judge that has touched CUDA could not fork.

    Confined code gets a GPU only where it is asked for, and from strict isolation, which can say to which devices it
    speaks; the first worker tries the card then.
    """
    if wanted == "cpu" or (wanted == "auto" and isolation != "none"):
        return "cpu"
    if isolation == "basic":
        raise UsageError(
            "--device cuda: basic isolation grants no GPU; use --device cpu, or --isolation strict or none"
        )
    if isolation == "strict":
        from grader.worker.confinement import gpu

        if not gpu.devices():
            raise UsageError(
                "--device cuda: there is no NVIDIA card here (/dev/nvidia0 and its like); use --device cpu"
            )
        return "cuda"
    import subprocess

    if not Path("/dev/nvidiactl").exists() and wanted == "auto":
        return "cpu"
    probe = "import sys, torch; sys.exit(not torch.cuda.is_available())"
    if subprocess.run([sys.executable, "-c", probe], check=False, capture_output=True).returncode == 0:
        return "cuda"
    if wanted == "cuda":
        raise UsageError("--device cuda: torch finds no CUDA device here")
    return "cpu"


def _exit_code(report: SubmissionReport) -> int:
    if report.count("errored"):
        return HARNESS
    failed = any(check.outcome == "failed" or (check.outcome == "skipped" and check.counted) for check in report.checks)
    return FAILED if failed else PASSED
