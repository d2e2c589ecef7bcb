"""What each command does: arguments in, calls out, exit code back. A module a family; imports nothing heavy at the top."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import AuthorError, UsageError

if TYPE_CHECKING:
    from grader.course import Course
    from grader.grading.options import RunOptions
    from grader.policy.marking import Marking

PASSED, FAILED, USAGE, HARNESS = 0, 1, 2, 3


def course_of(arguments: argparse.Namespace | RunOptions) -> Course:
    """The one of --course; else the core, or every built-in exercise where one beyond the core is named."""
    return _course(arguments.course, vars(arguments))


def course_behind(arguments: argparse.Namespace, out: Path) -> Course:
    """The course of --course; else that of the last run into `out`, by whose rules the marks in there are."""
    from grader.gradebook import Gradebook

    runs = book.runs() if arguments.course is None and out.is_dir() and (book := Gradebook(out)).exists else []
    if not runs:
        return course_of(arguments)
    last: str | None = runs[-1].options.get("course")
    try:
        return _course(Path(last) if last else None, vars(arguments), runs[-1].options)
    except UsageError:
        told = f"{out} was graded by the course in {last}, which cannot be read from here"
        raise UsageError(f"{told}; name it with --course") from None


def _course(named: Path | None, *given: Mapping[str, Any]) -> Course:
    """The one that is named; else the core, or every built-in exercise where one beyond the core is `given`."""
    from grader import course

    return course.built_in("everything") if named is None and any(map(_is_beyond_core, given)) else course.load(named)


def _is_beyond_core(given: Mapping[str, Any]) -> bool:
    """Whether a lesson is named, or an exercise, a check or a file that the core course has not."""
    from grader import rubric
    from grader.intake.places import NOTEBOOK

    checks = given.get("check") or []
    files = map(Path, given.get("paths") or [])
    named = [
        *(given.get("exercise") or []),
        *(check.partition(".")[0] for check in ([checks] if isinstance(checks, str) else checks)),
        *(path.stem for path in files if path.suffix in (".py", NOTEBOOK)),
    ]
    others = set(rubric.EVERYTHING).difference(rubric.CORE)
    return bool(given.get("lesson") or given.get("all")) or not others.isdisjoint(named)


def marking_of(
    arguments: argparse.Namespace | RunOptions,
    course: Course,
    places: Mapping[str, str],
    names: Collection[str],
    *,
    strict: bool = True,
) -> Marking | None:
    """How the submissions `names` are marked; None where nothing is said of marks.

    Raises AuthorError. `strict`: also for a roster of which nobody is among them, and a name in the marks file that is none
    of them is told: it may be misspelt, or that of somebody who has handed in nothing yet.
    """
    from msgspec import structs

    from grader.policy import marking, people, roster
    from grader.policy.rules import Policy

    given = vars(arguments)
    file, policy, joined = arguments.marks or people.beside(course.folder), course.policy, None
    if list_of_people := given.get("roster"):
        joined = roster.join(roster.read(list_of_people), names, places)
        if strict and not joined.students:
            raise AuthorError(f"{list_of_people}: nobody on it has handed in one of the {len(names)} submissions")
    if attempt := given.get("attempt"):
        policy = structs.replace(policy or Policy(), attempt=attempt)
    found = marking.of(policy, file, course.exercises, places, joined)
    if found and strict and (problem := found.misnamed(names)):
        print(f"grader: {file}: {problem}", file=sys.stderr)
    return found


def require_writable(out: Path) -> None:
    """Try it: neither a full disk nor, for root, a read-only one shows in the rights of a folder."""
    import tempfile

    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out) as file:
            file.write(bytes(1 << 16))
    except OSError as problem:
        words = "it is a file" if os.path.exists(out) and not os.path.isdir(out) else problem.strerror
        raise UsageError(f"--out {out}: cannot write there: {words}; name another folder with --out") from None


def print_no_more() -> None:
    """The reader of our output has gone: what is printed from now on goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
