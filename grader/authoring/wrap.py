"""Make a submission out of right code: the reference, or one exercise of a sample submission."""

from __future__ import annotations

import tempfile
from pathlib import Path

from grader.authoring.exercise import Exercise
from grader.authoring.sources import closure, home, imports
from grader.errors import AuthorError


def reference(exercise: Exercise, folder: Path) -> Path:
    """Write the reference as a submission into `folder`; the path of the exercise's file.

    The module that holds the reference is copied under the exercise's file name, what it imports from its own
    package under its own name. Names that live in other modules are imported at the end. Raises AuthorError for a reference
    that imports the grader, which no submission can.
    """
    names = exercise.functions | exercise.classes
    if not names:
        raise AuthorError(f"{exercise.name} asks for nothing: give it functions or classes, with the right answers")
    main, root, packages = home(next(iter(names.values())))
    elsewhere = {name: home(value)[0] for name, value in names.items() if home(value)[0] != main}
    files = closure([main, *elsewhere.values()], root, packages)
    if any(dotted.partition(".")[0] == "grader" for file in files for dotted in imports(file, root)):
        raise AuthorError(f"{main}: put the reference of {exercise.name} into a file that does not import grader")
    for file in files:
        if file != main or elsewhere:
            _copy(file, folder / file.relative_to(root))
    target = folder / exercise.file
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"from {names[name].__module__} import {name}\n" for name in elsewhere]
    target.write_text(main.read_text("utf-8") + "".join(lines), "utf-8")
    return target


def reference_in(scratch: Path, exercise: Exercise) -> Path:
    """The reference as a submission in a new folder of `scratch`, which a confined worker can read: whoever asks removes it.

    Raises AuthorError.
    """
    folder = Path(tempfile.mkdtemp(prefix="reference-", dir=scratch))
    folder.chmod(0o755)
    return reference(exercise, folder).parent


def sample(exercise: Exercise, submission: Path, folder: Path) -> Path:
    """Copy the exercise's file out of `submission`, what it imports from beside it and its artefacts; the copy's path."""
    artefacts = set(submission.glob(f"{exercise.name}.*")) - {submission / exercise.file}
    for file in {*closure([submission / exercise.file], submission), *artefacts}:
        _copy(file, folder / file.relative_to(submission))
    return folder / exercise.file


def _copy(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(file.read_bytes())
