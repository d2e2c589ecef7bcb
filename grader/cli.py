"""The command `grader`: arguments in, calls out, exit code back. Imports nothing heavy at the top.

Exit codes: 0 every check passed, 1 some failed, 2 usage, 3 something was not graded.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader import __version__
from grader.errors import GraderError, HarnessError, UsageError
from grader.machine import require_linux

if TYPE_CHECKING:
    from grader.authoring.exercise import Check
    from grader.classes import Found
    from grader.course import Course
    from grader.engine.local import Options
    from grader.engine.workplace import Workplace
    from grader.records import SubmissionReport

PASSED, FAILED, USAGE, HARNESS = 0, 1, 2, 3
FORMATS = ("csv", "canvas", "moodle", "junit", "gradescope", "classroom50", "github", "github-summary")  # of export


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.command(arguments))
    except GraderError as problem:
        print(f"grader: {problem}", file=sys.stderr)
        return problem.exit_code
    except BrokenPipeError:  # the reader of our output has gone: not a fault
        _print_no_more()
        return HARNESS
    except KeyboardInterrupt:
        print("grader: interrupted; reports written so far are kept", file=sys.stderr)
        return HARNESS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="grader",
        description="Grade hands-on deep-learning exercises: verdicts with a reason a beginner can act on.",
        epilog="exit codes: 0 every check passed, 1 some failed, 2 usage, 3 something was not graded",
    )
    parser.add_argument("--version", action="version", version=f"grader {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    run = _command(commands, "run", _run, "grade submissions and write reports")
    run.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a submission, a folder or archive of submissions, or an exercise's file",
    )
    run.add_argument("--exercise", action="append", metavar="NAME", help="only this exercise (may be repeated)")
    run.add_argument(
        "--check", action="append", metavar="ID", help="only this check, as corr2d.values (may be repeated)"
    )
    run.add_argument(
        "--out",
        type=Path,
        default=Path("reports"),
        help="where reports go (default: reports); what lies there stays: results of checks and submissions that this "
        "run does not ask are kept beside its own, and marked as earlier ones",
    )
    run.add_argument("--jobs", type=_positive, metavar="N", help="judge processes (default: one a processor)")
    run.add_argument("--public", action="store_true", help="only the checks that students may see")
    run.add_argument(
        "--seed", type=_seed, metavar="N", help="ask what the run with this seed asked (default: a fresh one)"
    )
    run.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="where networks run (default: auto)"
    )
    run.add_argument(
        "--data", metavar="DIR", help="folder of MNIST/ and FashionMNIST/ (default: $GRADER_DATA, else ./data)"
    )
    run.add_argument("--no-train", action="store_true", help="do not run the students' own training")
    printed = run.add_mutually_exclusive_group()
    printed.add_argument("-q", "--quiet", action="store_true", help="print one line a submission and no progress")
    printed.add_argument(
        "--json",
        action="store_true",
        help='print one JSON object and nothing else: {"schema": "grader/run/1", "reports": [as in each report.json], '
        '"not_graded": [{"submission", "why"}]}',
    )

    listed = _command(commands, "list", _list, "list exercises and checks, with points and visibility")

    explain = _command(commands, "explain", _explain, "what a check looks at, why, and a wrong and a right example")
    explain.add_argument("check", metavar="CHECK", help="corr2d.values, or an exercise's name for all its checks")

    new = _command(commands, "new", _new, "copy the starter files into a new submission folder")
    new.add_argument("folder", type=Path, metavar="NAME", help="the folder to make")

    replay = _command(commands, "replay", _replay, "run a report's counterexample again")
    replay.add_argument("report", type=Path, metavar="REPORT.json")
    replay.add_argument("check", metavar="CHECK")
    replay.add_argument("--submission", type=Path, metavar="PATH", help="the submission (default: exercises/NAME)")

    export = _command(commands, "export", _export, "write stored reports in another program's format")
    export.add_argument("reports", type=Path, metavar="REPORTS", help="a report.json, or the folder of a run's reports")
    export.add_argument("--format", required=True, metavar="NAME", help=f"one of {', '.join(FORMATS)}")
    export.add_argument("--to", type=Path, metavar="FILE", help="the file to write (default: standard output)")
    export.add_argument("--sheet", type=Path, metavar="CSV", help="the gradebook's own file (canvas, moodle)")
    export.add_argument("--column", default="", metavar="NAME", help="which of its columns the score goes into")

    audit = _command(commands, "audit", _audit, "test the rubric itself: right code, wrong code and mutants")
    audit.add_argument("--exercise", action="append", metavar="NAME", help="only this exercise (may be repeated)")
    audit.add_argument(
        "--out", type=Path, default=Path("reports"), help="where the certificate goes (default: reports)"
    )
    audit.add_argument(
        "--seeds", type=_positive, default=1, metavar="N", help="seeds to draw examples with (default: 1)"
    )
    audit.add_argument("--jobs", type=_positive, metavar="N", help="judge processes (default: one a processor)")
    audit.add_argument(
        "--mutants",
        type=_count,
        default=200,
        metavar="N",
        help="at most N for an exercise, evenly chosen (default: 200)",
    )
    _command(commands, "doctor", _doctor, "try which layers of confinement this machine has, and show versions")

    data = _command(commands, "data", _data, "show which data sets are here, or download one")
    data.add_argument(
        "--data", metavar="DIR", help="folder of MNIST/ and FashionMNIST/ (default: $GRADER_DATA, else ./data)"
    )
    data.add_argument("--download", metavar="NAME", help="fetch mnist or fashion_mnist into that folder first")

    for command in (run, replay):
        command.add_argument(
            "--isolation",
            choices=("strict", "basic", "none"),
            default="strict",
            help="how student code is confined (default: strict, or refuse)",
        )
    for command in (run, listed, explain, replay, audit):
        command.add_argument(
            "--course", type=Path, metavar="PATH", help="a folder with a course.toml (default: the built-in course)"
        )
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, call: object, text: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(command=call)
    return parser


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of at least 1")
    return int(text)


def _count(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of at least 0")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdigit() or int(text) >= 1 << 32:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to {(1 << 32) - 1}")
    return int(text)


def _run(arguments: argparse.Namespace) -> int:
    require_linux()
    for path in arguments.paths:
        _there(path)

    from grader.engine.workplace import Workplace, default_jobs

    device = _device(arguments.device, arguments.isolation)
    jobs = arguments.jobs or default_jobs()
    with Workplace(arguments.isolation, jobs, device == "cuda") as place:  # while it starts, the rest is imported
        return _graded(arguments, place, device)


def _there(path: Path) -> None:
    with contextlib.suppress(PermissionError):
        if not path.exists():
            raise UsageError(f"{path}: there is no such file or folder")


def _graded(arguments: argparse.Namespace, place: Workplace, device: str) -> int:
    from grader.classes import find
    from grader.report.kept import Shelf, known_names

    course = _course(arguments)
    found = find(arguments.paths, course.files, known_names(arguments.out))
    submissions = found.sources
    checks = course.select(_chosen(arguments, course, found.only), arguments.check or [], arguments.public)
    _data_folder(arguments.data)
    _writable(arguments.out)

    asked = {check.id for check in checks if not (check.trains and arguments.no_train)}
    ids = {name: {check.id for check in exercise.checks} for name, exercise in course.exercises.items()}
    shelf = Shelf(arguments.out, {source.name: source.place for source in submissions}, ids, asked)

    from grader.engine.local import Grader
    from grader.report import run_json, terminal
    from grader.report.progress import Progress

    options = _options(arguments, course, place.jobs, device)
    _learn(course, checks)
    reports: list[SubmissionReport] = []
    problems: list[tuple[str, str]] = []
    codes = [PASSED]
    with (
        Progress(len(submissions), arguments.quiet) as advance,
        Grader(checks, options, place, submissions) as grading,
    ):
        if course.own:
            from grader.engine.trial import try_on_reference

            try_on_reference(grading, course.own)
        for source, outcome in grading.grade_all(submissions):
            try:
                if isinstance(outcome, GraderError):
                    raise outcome
                with _written(arguments.out / source.name):
                    shelf.put(outcome)
                reports.append(outcome)
                codes.append(_exit_code(outcome))
            except GraderError as problem:
                problems.append((source.name, str(problem)))
                codes.append(problem.exit_code)
            advance(source.name)
    reports.sort(key=lambda report: report.submission)
    try:
        with _written(arguments.out / "index.html"):
            shelf.write_index({report.submission for report in reports}, problems, found.left_alone)
    finally:
        try:
            if arguments.json:
                run_json.print_run(reports, problems, sys.stdout)
            else:
                one = submissions[0].path if len(submissions) == 1 else None
                terminal.print_summary(reports, problems, arguments.out, quiet=arguments.quiet, source=one)
                if not arguments.quiet:
                    notes = reports[0].notes if len(reports) == 1 else ()
                    terminal.print_lines(_asides(found, [*shelf.told, *notes]))
        except BrokenPipeError:  # `| head`: everything is graded, and the reports are written
            _print_no_more()
    return max(codes)


def _print_no_more() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
    given: list[str] = arguments.exercise or []
    named = [name for name, exercise in course.exercises.items() if exercise.file in files]
    if named and given and set(named) != set(given):
        raise UsageError(
            f"{arguments.paths[0]} is exercise {', '.join(named)}: leave --exercise out, or name the folder"
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


def _course(arguments: argparse.Namespace) -> Course:
    from grader import course

    found: Path | None = arguments.course
    return course.load(found)


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


def _list(arguments: argparse.Namespace) -> int:
    for exercise in _course(arguments).exercises.values():
        points = sum(check.points for check in exercise.checks)
        print(f"{exercise.name}: {exercise.title} ({exercise.file}, {points:g} points)")
        for check in exercise.checks:
            seen = "public" if check.public else "hidden"
            print(f"  {check.id:<32} {check.points:>4g}  {seen}  {check.title}")
    return PASSED


def _explain(arguments: argparse.Namespace) -> int:
    from grader.rubric import suggest

    exercises = _course(arguments).exercises
    if arguments.check in exercises:
        exercise = exercises[arguments.check]
        print(f"{exercise.name}: {exercise.title}\n\n{exercise.about}\nLesson: {exercise.lesson}\n")
        chosen = list(exercise.checks)
    else:
        every = {check.id: check for exercise in exercises.values() for check in exercise.checks}
        if arguments.check not in every:
            raise UsageError(f"there is no check {arguments.check!r}{suggest(arguments.check, [*every, *exercises])}")
        chosen = [every[arguments.check]]
    print("\n\n".join(map(_explained, chosen)))
    return PASSED


def _explained(check: Check) -> str:
    seen = "public" if check.public else "hidden"
    lines = [f"{check.id} ({check.points:g} points, {seen})", check.title, "", check.about]
    if check.needs:
        lines.append(f"Needs: {', '.join(check.needs)}")
    if check.hint:
        lines.append(f"Hint: {check.hint}")
    return "\n".join([*lines, f"Lesson: {check.lesson}"])


def _doctor(arguments: argparse.Namespace) -> int:
    from grader.engine.local import versions
    from grader.worker.confinement import probe
    from grader.worker.confinement.layers import PIDFD
    from reference import data

    layers = probe()
    for layer in layers:
        state = "yes" if layer.available else "MISSING" if layer.required else "no"
        print(f"{layer.name:<22} {state:<8} {layer.detail}")
        if not layer.available:
            print(f"{'':<31} {layer.remedy}")
    print(f"{'GPU':<22} {'yes' if Path('/dev/nvidiactl').exists() else 'no'}")
    print(f"{'data sets':<22} {', '.join(data.here())}")
    print(f"{'versions':<22} {', '.join(f'{name} {number}' for name, number in versions().items())}")
    require_linux()
    missing = [layer.name for layer in layers if layer.required and not layer.available]
    if PIDFD in missing:
        print(f"grader run will refuse here, at every isolation level: {PIDFD} missing. Do what is said above.")
    elif missing:
        print(
            f"grader run --isolation strict will refuse here: {', '.join(missing)} missing. Do what is said above, or"
        )
        print("grade submissions that you trust with --isolation basic or none; the reports will say so.")
    else:
        print("grader run --isolation strict works here")
    return USAGE if missing else PASSED


def _data(arguments: argparse.Namespace) -> int:
    from reference import data

    try:
        if arguments.download:
            data.download(arguments.download, arguments.data)
        found = data.available(arguments.data)
    except data.DataError as problem:
        raise UsageError(str(problem)) from None
    for status in found:
        print(f"{status.name:<14} {status.state:<8} {status.detail}")
    return PASSED


def _new(arguments: argparse.Namespace) -> int:
    import shutil

    from grader.rubric import starter

    folder: Path = arguments.folder
    if folder.exists():
        raise UsageError(f"{folder} exists already: choose another name, nothing was changed")
    try:
        shutil.copytree(starter(), folder, ignore=shutil.ignore_patterns("__pycache__"))
    except OSError as problem:
        raise UsageError(f"{folder} cannot be made: {problem.strerror}") from None
    print(f"{folder} is ready: read {folder}/README.md, then try `grader run --public {folder}`")
    return PASSED


def _replay(arguments: argparse.Namespace) -> int:
    require_linux()
    from grader.engine.replay import replay
    from grader.report.terminal import print_lines

    passed, lines = replay(
        _course(arguments), arguments.report, arguments.check, arguments.submission, arguments.isolation
    )
    print_lines(lines)
    return PASSED if passed else FAILED


def _export(arguments: argparse.Namespace) -> int:
    from grader import export

    order = export.Order(
        sheet=export.sheet(arguments.sheet) if arguments.sheet else "",
        column=arguments.column,
        environment=os.environ,
    )
    exported = export.export(arguments.format, export.stored(arguments.reports), order)
    if arguments.to is None:
        sys.stdout.write(exported.text)
    else:
        export.write(arguments.to, exported.text)
    for sentence in exported.left_out:
        print(f"grader: {sentence}", file=sys.stderr)
    return FAILED if exported.left_out else PASSED


def _audit(arguments: argparse.Namespace) -> int:
    require_linux()
    course = _course(arguments)
    names = dict.fromkeys(check.exercise.name for check in course.select(arguments.exercise or [], [], False))
    _writable(arguments.out)

    from grader.audit import certificate
    from grader.audit.run import Options, audit
    from grader.engine.workplace import default_jobs
    from grader.report.progress import Progress

    options = Options(seeds=arguments.seeds, jobs=arguments.jobs or default_jobs(), mutants=arguments.mutants)
    found = audit(course, names, arguments.out, options, Progress)
    page = certificate.write(found, arguments.out)
    print("\n".join([*certificate.lines(found), f"certificate: {page}"]))
    return PASSED if found.certified else FAILED


def _writable(out: Path) -> None:
    """Try it: neither a full disk nor, for root, a read-only one shows in the rights of a folder."""
    import tempfile

    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out) as file:
            file.write(bytes(1 << 16))
    except OSError as problem:
        words = "it is a file" if os.path.exists(out) and not os.path.isdir(out) else problem.strerror
        raise UsageError(f"--out {out}: cannot write there: {words}; name another folder with --out") from None


@contextlib.contextmanager
def _written(path: Path) -> Iterator[None]:
    """Around what writes `path`. Raises HarnessError, in one sentence, when the system does not let it."""
    try:
        yield
    except OSError as problem:
        advice = "make room there or move away what is in its place, then run again"
        raise HarnessError(f"{path} cannot be written: {problem.strerror}; {advice}") from None


if __name__ == "__main__":
    sys.exit(main())
