"""A student's mistake that has no name yet, written as a planted submission: its author names it, the audit tries it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from grader.audit.subjects import EXPECTATION
from grader.authoring.exercise import Exercise
from grader.course import Course
from grader.errors import UsageError
from grader.records import CheckResult
from grader.words import one_line

TEMPLATE = """kind = "wrong"
title = "TO BE NAMED"  # the mistake in a few words; so far it is known by: {seen}
# misconception = true  # then every student whose answers agree is told the title and this paragraph:
# explanation = ""
failed = {failed}
"""


def plant(snapshot: Path, exercise: Exercise, course: Course, checks: Iterable[CheckResult], into: Path) -> Path:
    """Write the part of a submission that is about `exercise` to `into`, with an expect.toml to be filled in.

    `checks` are the results of that exercise. Raises UsageError.
    """
    failed = [check for check in checks if check.outcome == "failed" and check.finding]
    seen = next((one_line(check.finding.message, 200) for check in failed if check.finding), "nothing")
    names = [check.id.partition(".")[2] for check in failed]
    text = TEMPLATE.format(seen=seen, failed=msgspec.json.encode(names).decode())
    try:
        into.mkdir(parents=True)
        for name in _files(snapshot, exercise, course):
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(snapshot / name, into / name)
        (into / EXPECTATION).write_text(text, encoding="utf-8")
    except FileExistsError:
        raise UsageError(f"--out {into} exists already: name a new folder, nothing was changed") from None
    except OSError as problem:
        raise UsageError(f"--out {into}: cannot write there: {problem.strerror}") from None
    return into / EXPECTATION


def _files(snapshot: Path, exercise: Exercise, course: Course) -> Iterator[str]:
    """The exercise's own files, and scripts beside them; other exercises' only where the code speaks of them."""
    own = {exercise.file, *exercise.files}
    scripts = {str(path.relative_to(snapshot)) for path in snapshot.rglob("*.py")}
    others = {other.file for other in course.exercises.values()} - own
    wanted = {name for name in own | (scripts - others) if (snapshot / name).is_file()}
    text = "\n".join((snapshot / name).read_text("utf-8", "replace") for name in wanted if name.endswith(".py"))
    wanted |= {name for name in others & scripts if re.search(rf"\b{re.escape(name.removesuffix('.py'))}\b", text)}
    yield from sorted(wanted)
