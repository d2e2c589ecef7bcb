"""What each command does: arguments in, calls out, exit code back. A module a family; imports nothing heavy at the top."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.course import Course
    from grader.grading.options import RunOptions

PASSED, FAILED, USAGE, HARNESS = 0, 1, 2, 3


def course_of(arguments: argparse.Namespace | RunOptions) -> Course:
    from grader import course

    found: Path | None = arguments.course
    return course.load(found)


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
