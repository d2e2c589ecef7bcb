"""`grader new-exercise`: where an author starts."""

from __future__ import annotations

import argparse
import os

from grader.commands import PASSED
from grader.errors import UsageError


def new_exercise(arguments: argparse.Namespace) -> int:
    from grader import rubric
    from grader.authoring import skeleton
    from grader.course import FILE

    course, name = arguments.course, arguments.name
    if name in rubric.EVERYTHING:
        raise UsageError(f"{name} is a built-in exercise already: choose another name")
    if course is None:
        folder, places = rubric.HERE.parents[2], skeleton.BUILT_IN
        if not (folder / "tests").is_dir():
            raise UsageError(
                "only a checkout of the grader takes new built-in exercises: name your course's folder with --course"
            )
    elif not course.is_dir():
        raise UsageError(f"--course {course}: there is no such folder; make it first")
    else:
        folder, places = course, skeleton.OF_COURSE
    for path in skeleton.lay_out(name, folder, places):
        print(os.path.relpath(path))
    if course is None:
        print(f"Add {name} to LESSONS in grader/rubric/__init__.py, then: grader audit --exercise {name}")
    else:
        print(f'Add "{name}" to exercises in {course / FILE}, then: grader audit --course {course} --exercise {name}')
    return PASSED
