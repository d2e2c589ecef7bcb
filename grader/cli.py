"""The command `grader`: its arguments, and which of `grader.commands` gets them. Imports nothing heavy.

Exit codes: 0 every check passed, 1 some failed, 2 usage, 3 something was not graded.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from pkgutil import resolve_name
from typing import TypeAlias

from grader import __version__
from grader.commands import HARNESS, print_no_more
from grader.errors import GraderError
from grader.grading.options import RunOptions

FORMATS = ("csv", "canvas", "moodle", "junit", "gradescope", "classroom50", "github", "github-summary")  # of export
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    gc.set_threshold(100_000)  # hardly anything that is imported is garbage
    atexit.register(gc.freeze)  # nor is it taken apart at the end, which takes half as long as importing torch
    arguments = _parser().parse_args(argv)
    try:
        given = RunOptions.of(arguments) if arguments.command == "run:run" else arguments
        return int(resolve_name(f"grader.commands.{arguments.command}")(given))
    except GraderError as problem:
        print(f"grader: {problem}", file=sys.stderr)
        return problem.exit_code
    except BrokenPipeError:  # the reader of our output has gone: not a fault
        print_no_more()
        return HARNESS
    except KeyboardInterrupt:
        kept = "; what is graded so far is kept: run it again and it goes on" if arguments.command == "run:run" else ""
        print(f"grader: interrupted{kept}", file=sys.stderr)
        return HARNESS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="grader",
        description="Grade hands-on deep-learning exercises: verdicts with a reason a beginner can act on.",
        epilog="exit codes: 0 every check passed, 1 some failed, 2 usage, 3 something was not graded",
    )
    parser.add_argument("--version", action="version", version=f"grader {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for family in (_run, _exercises, _stored, _runs, _classes, _upkeep):
        family(commands)
    return parser


def _run(commands: Commands) -> None:
    """Grading."""
    run = _command(commands, "run", "run:run", "grade submissions and write reports")
    run.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a submission, a folder or archive of submissions, or an exercise's file",
    )
    run.add_argument("--exercise", action="append", metavar="NAME", help="only this exercise (may be repeated)")
    run.add_argument("--lesson", action="append", metavar="NAME", help="only the exercises of this lesson (see list)")
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
    run.add_argument("--jobs", type=_at_least(1), metavar="N", help="judge processes (default: one a processor)")
    run.add_argument(
        "--engine",
        choices=("local", "ray", "slurm"),
        default="local",
        help="where shards of a class are graded: here, in a Ray cluster or as Slurm jobs (extras ray, slurm)",
    )
    run.add_argument("--address", metavar="HOST:PORT", help="of the Ray cluster (default: a new one on this machine)")
    run.add_argument(
        "--slurm", type=_setting, action="append", metavar="KEY=VALUE", help="as slurm_partition=cpu (may be repeated)"
    )
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
    run.add_argument("--note", default="", metavar="TEXT", help="what this run is for, as grader history tells it")
    again = run.add_mutually_exclusive_group()
    again.add_argument("--fresh", action="store_true", help="ask everything, also what is known from an earlier run")
    again.add_argument(
        "--resume", action="store_true", help="go on with the run that was interrupted, or refuse where there is none"
    )
    printed = run.add_mutually_exclusive_group()
    printed.add_argument("-q", "--quiet", action="store_true", help="print one line a submission and no progress")
    printed.add_argument(
        "--json",
        action="store_true",
        help='print one JSON object and nothing else: {"schema": "grader/run/1", "reports": [as in each report.json], '
        '"not_graded": [{"submission", "why"}]}',
    )
    _isolation(run)
    _marks(run)
    _course(run)


def _exercises(commands: Commands) -> None:
    """What there is to solve, and where a student or an author starts."""
    listed = _command(commands, "list", "show:listing", "list exercises and checks, with points and visibility")
    listed.add_argument("--all", action="store_true", help="every built-in exercise: the course `everything`")

    explain = _command(
        commands, "explain", "show:explain", "what a check looks at, why, and a wrong and a right example"
    )
    explain.add_argument("check", metavar="CHECK", help="corr2d.values, or an exercise's name for all its checks")

    new = _command(commands, "new", "show:new", "copy the starter files into a new submission folder")
    new.add_argument("folder", type=Path, metavar="NAME", help="the folder to make")

    author = _command(commands, "new-exercise", "author:new_exercise", "lay out a new exercise, to be written over")
    author.add_argument("name", metavar="NAME", help="the name of its file and of its function")
    author.add_argument("--course", type=Path, metavar="PATH", help="the folder of your course (default: built in)")
    for command in (listed, explain, new):
        _course(command)


def _stored(commands: Commands) -> None:
    """What is made of single stored reports."""
    replay = _command(commands, "replay", "stored:replay", "run a report's counterexample again")
    replay.add_argument("report", type=Path, metavar="REPORT.json")
    replay.add_argument("check", metavar="CHECK")
    replay.add_argument("--submission", type=Path, metavar="PATH", help="the submission (default: exercises/NAME)")

    export = _command(commands, "export", "stored:export", "write stored reports in another program's format")
    export.add_argument("reports", type=Path, metavar="REPORTS", help="a report.json, or the folder of a run's reports")
    export.add_argument("--format", required=True, metavar="NAME", help=f"one of {', '.join(FORMATS)}")
    export.add_argument("--to", type=Path, metavar="FILE", help="the file to write (default: standard output)")
    export.add_argument("--sheet", type=Path, metavar="CSV", help="the gradebook's own file (canvas, moodle)")
    export.add_argument("--column", default="", metavar="NAME", help="which of its columns the score goes into")

    gradescope = _command(commands, "gradescope-zip", "stored:gradescope_zip", "build an autograder for Gradescope")
    gradescope.add_argument("--to", type=Path, default=Path("autograder.zip"), metavar="FILE", help="the file to write")
    gradescope.add_argument("--no-train", action="store_true", help="do not run the students' own training there")

    for command in (replay, gradescope):
        _isolation(command)
    _marks(export)
    _attempts(export)
    for command in (replay, export, gradescope):
        _course(command)


def _runs(commands: Commands) -> None:
    """The runs in a gradebook."""
    diff = _command(commands, "diff", "book:diff", "whose marks changed between two runs, by which check, and why")
    diff.add_argument(
        "runs",
        nargs="*",
        type=_at_least(1),
        metavar="RUN",
        help="from this run to that one (default: from the last but one)",
    )
    diff.add_argument("--html", type=Path, metavar="FILE", help="write a page instead of printing")
    history = _command(
        commands, "history", "book:history", "the runs in a gradebook, or what they found about one submission"
    )
    history.add_argument("name", nargs="?", metavar="NAME", help="a submission's name")
    revert = _command(
        commands, "revert", "book:revert", "bring the marks back that counted before a run; nothing is lost"
    )
    revert.add_argument("run", type=_at_least(1), metavar="RUN", help="as grader history numbers it")
    revert.add_argument("--undo", action="store_true", help="let the run count again")
    report = _command(commands, "report", "book:report", "write the reports of a stored run again, running nothing")
    report.add_argument(
        "run",
        nargs="?",
        type=_at_least(1),
        metavar="RUN",
        help="reports as they were after this run (default: as they are now)",
    )
    report.add_argument("--to", type=Path, metavar="DIR", help="the folder to write into (default: that of --out)")
    report.add_argument("--jobs", type=_at_least(1), default=2, metavar="N", help="processes (default: 2)")
    for command in (diff, history, revert, report):
        command.add_argument(
            "--out", type=Path, default=Path("reports"), help="the folder of the reports (default: reports)"
        )
    for command in (revert, report):
        _marks(command)
        _course(command)


def _classes(commands: Commands) -> None:
    """A whole class of stored reports."""
    over = _command(commands, "class", "classes:overview", "write the report over a class, from stored reports")
    over.add_argument("reports", type=Path, metavar="REPORTS", help="the folder of a run's reports")
    over.add_argument(
        "--anonymous", action="store_true", help="to show in class: the same pseudonyms every time, no text of students"
    )

    plant = _command(
        commands, "plant", "classes:plant", "write a mistake without a name as a planted submission, to be named"
    )
    plant.add_argument("group", metavar="GROUP", help="as the class report calls it")
    plant.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to make")
    plant.add_argument("--reports", type=Path, default=Path("reports"), help="a run's reports (default: reports)")

    similar = _command(
        commands,
        "similar",
        "classes:similar",
        "show pairs of submissions that share rare wrong answers or unusual code",
    )
    similar.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="the folder of a run's reports, or submissions (code only)"
    )
    similar.add_argument(
        "--out", type=Path, metavar="DIR", help="where similar.html goes (default: beside the reports)"
    )

    _marks(over)
    _attempts(over)
    for command in (over, plant, similar):
        _course(command)


def _upkeep(commands: Commands) -> None:
    """The rubric and this machine."""
    audit = _command(commands, "audit", "stored:audit", "test the rubric itself: right code, wrong code and mutants")
    audit.add_argument("--exercise", action="append", metavar="NAME", help="only this exercise (may be repeated)")
    audit.add_argument(
        "--out", type=Path, default=Path("reports"), help="where the certificate goes (default: reports)"
    )
    audit.add_argument(
        "--seeds", type=_at_least(1), default=1, metavar="N", help="seeds to draw examples with (default: 1)"
    )
    audit.add_argument("--jobs", type=_at_least(1), metavar="N", help="judge processes (default: one a processor)")
    audit.add_argument(
        "--mutants",
        type=_at_least(0),
        default=200,
        metavar="N",
        help="at most N for an exercise, evenly chosen (default: 200)",
    )
    _course(audit)

    _command(commands, "doctor", "show:doctor", "try which layers of confinement this machine has, and show versions")

    data = _command(commands, "data", "show:data", "show which data sets are here, or download one")
    data.add_argument(
        "--data", metavar="DIR", help="folder of MNIST/ and FashionMNIST/ (default: $GRADER_DATA, else ./data)"
    )
    data.add_argument("--download", metavar="NAME", help="fetch mnist or fashion_mnist into that folder first")


def _isolation(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--isolation",
        choices=("strict", "basic", "none"),
        default="strict",
        help="how student code is confined (default: strict, or refuse)",
    )


def _marks(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--marks",
        type=Path,
        metavar="FILE",
        help="what is said of single students, .toml or .csv (default: marks.toml or marks.csv beside course.toml)",
    )


def _attempts(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--roster", type=Path, metavar="CSV", help="who is in the course: columns id, name, email, group"
    )
    command.add_argument(
        "--attempt",
        choices=("best", "last"),
        help="which of several attempts counts (default: as course.toml says)",
    )


def _course(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--course",
        type=Path,
        metavar="PATH",
        help="a folder with a course.toml, or core or everything (default: core; of stored reports that of their run)",
    )


def _command(commands: Commands, name: str, call: str, text: str) -> argparse.ArgumentParser:
    """A parser for the command `name`, done by `call` in grader.commands, which is imported when it is called."""
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(command=call)
    return parser


def _at_least(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdigit() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is no number of at least {least}")
        return int(text)

    return number


def _setting(text: str) -> tuple[str, str]:
    key, found, value = text.partition("=")
    if not (key and found):
        raise argparse.ArgumentTypeError(f"{text!r} is no KEY=VALUE")
    return key, value


def _seed(text: str) -> int:
    if not text.isdigit() or int(text) >= 1 << 32:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to {(1 << 32) - 1}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
