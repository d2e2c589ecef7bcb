"""Commands that grade nothing: `grader list`, `explain`, `new`, `doctor` and `data`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands import PASSED, USAGE, course_of
from grader.errors import UsageError
from grader.machine import require_linux

if TYPE_CHECKING:
    from grader.authoring.exercise import Check


def listing(arguments: argparse.Namespace) -> int:
    from grader import rubric

    course = course_of(arguments)
    lessons = {name: f", lesson {lesson}" for lesson, names in course.lessons.items() for name in names}
    for name, exercise in course.exercises.items():
        points = sum(check.points for check in exercise.checks)
        print(f"{name}: {exercise.title} ({exercise.file}, {points:g} points{lessons.get(name, '')})")
        for check in exercise.checks:
            print(f"  {check.id:<32} {check.points:>4g}  {_visibility(check)}  {check.title}")
    more = set(rubric.EVERYTHING).difference(course.exercises)
    if more and arguments.course is None:
        print(
            f"Not in this course: {', '.join(name for name in rubric.EVERYTHING if name in more)} (grader list --all)"
        )
    return PASSED


def explain(arguments: argparse.Namespace) -> int:
    from grader.words import suggest

    exercises = course_of(arguments).exercises
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
    lines = [f"{check.id} ({check.points:g} points, {_visibility(check)})", check.title, "", check.about]
    if check.needs:
        lines.append(f"Needs: {', '.join(check.needs)}")
    if check.hint:
        lines.append(f"Hint: {check.hint}")
    return "\n".join([*lines, f"Lesson: {check.lesson}"])


def _visibility(check: Check) -> str:
    return "public" if check.public else "later" if check.later else "hidden"


def new(arguments: argparse.Namespace) -> int:
    import shutil

    from grader.rubric import EVERYTHING, starter

    folder: Path = arguments.folder
    left_out = {name for name in EVERYTHING if name not in course_of(arguments).exercises}
    if folder.exists():
        raise UsageError(f"{folder} exists already: choose another name, nothing was changed")
    try:
        ignored = shutil.ignore_patterns("__pycache__", *(f"{name}.py" for name in left_out))
        shutil.copytree(starter(), folder, ignore=ignored)
        readme = folder / "README.md"
        rows = readme.read_text(encoding="utf-8").splitlines(keepends=True)
        about = [row for row in rows if not any(row.startswith(f"| {name}.py |") for name in left_out)]
        readme.write_text("".join(about), encoding="utf-8")
    except OSError as problem:
        raise UsageError(f"{folder} cannot be made: {problem.strerror}") from None
    print(f"{folder} is ready: read {folder}/README.md, then try `grader run --public {folder}`")
    return PASSED


def doctor(arguments: argparse.Namespace) -> int:
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


def data(arguments: argparse.Namespace) -> int:
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
