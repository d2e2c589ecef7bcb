"""What an audit grades: right code, wrong code with its declared outcome, and mutants of the right."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

import grader
from grader.audit.mutate import Mutant, mutants
from grader.authoring import wrap
from grader.authoring.exercise import Exercise
from grader.authoring.sources import fingerprint
from grader.errors import AuthorError
from grader.records import Record

PACKAGE = Path(grader.__file__).resolve().parent
EXPECTATION = "expect.toml"
REFERENCE = "reference"  # the subject made of it; networks are trained elsewhere, by reference.train


class Expectation(Record, frozen=True, kw_only=True):
    """The expect.toml of a planted submission."""

    kind: Literal["right", "wrong"]
    title: str  # the style, or the mistake
    misconception: bool = False  # belongs to the catalogue: students are told about it by this title
    explanation: str = ""  # the paragraph they read
    named: str = ""  # what the exercise's own rules call it, where they know it
    failed: tuple[str, ...] = ()  # checks that must fail, all others must pass or be skipped
    by_chance: tuple[str, ...] = ()  # checks that some seeds fail and others do not

    @property
    def told(self) -> str:
        """The name by which students are told of the mistake."""
        return self.named or (self.title if self.misconception else "")


class Subject(Record, frozen=True, kw_only=True):
    """One submission that an audit grades."""

    exercise: str
    name: str
    kind: Literal["right", "wrong", "mutant"]
    folder: Path
    digest: str
    expectation: Expectation | None = None
    mutant: Mutant | None = None
    original: str = ""  # name of the right submission that a mutant was made from


def planted(exercise: Exercise, root: Path) -> list[Subject]:
    """The planted submissions of an exercise, by name. Raises AuthorError for an expect.toml that is wrong."""
    return [_planted(exercise, file.parent) for file in sorted((root / exercise.name).glob(f"*/{EXPECTATION}"))]


def copied(subject: Subject, scratch: Path) -> Subject:
    """The same submission under `scratch`: what is made beside it does not belong into the course."""
    folder = shutil.copytree(subject.folder, scratch / subject.name)
    return msgspec.structs.replace(subject, folder=folder)


def originals(exercise: Exercise, scratch: Path, sample: Path | None) -> list[Subject]:
    """The reference and, where there is one, the sample's solution, as submissions under `scratch`."""
    made = [(REFERENCE, wrap.reference(exercise, scratch / "reference"))]
    if sample is not None and (sample / exercise.file).is_file():
        made.append((sample.name, wrap.sample(exercise, sample, scratch / sample.name)))
    return [
        Subject(exercise=exercise.name, name=name, kind="right", folder=file.parent, digest=digest(file.parent))
        for name, file in made
    ]


def mutated(exercise: Exercise, right: Iterable[Subject], scratch: Path, most: int) -> Iterator[Subject]:
    """An even choice of `most` mutants of the submissions `right`, each a submission of its own under `scratch`."""
    wanted = [*exercise.functions, *exercise.classes]
    sources = {original: (original.folder / exercise.file).read_text("utf-8") for original in right}
    every = [(original, m) for original, source in sources.items() for m in mutants(source, exercise.file, wanted)]
    for i in range(min(most, len(every))):
        original, mutant = every[i * len(every) // min(most, len(every))]
        name = f"{original.name}-{mutant.id}"
        folder = scratch / name
        shutil.copytree(original.folder, folder)
        (folder / exercise.file).write_text(mutant.source, "utf-8")
        yield Subject(
            exercise=exercise.name,
            name=name,
            kind="mutant",
            folder=folder,
            digest=digest(folder),
            mutant=mutant,
            original=original.name,
        )


def digest(folder: Path) -> str:
    """One digest over all files of a submission."""
    return fingerprint((file for file in folder.rglob("*") if file.is_file() and file.suffix != ".pyc"), folder)


def sample_folder() -> Path | None:
    """The sample submission, which only a checkout has."""
    folder = PACKAGE.parent / "exercises" / "student42"
    return folder if folder.is_dir() else None


def _planted(exercise: Exercise, folder: Path) -> Subject:
    file = folder / EXPECTATION
    try:
        expectation = msgspec.convert(tomllib.loads(file.read_text("utf-8")), Expectation)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as problem:
        raise AuthorError(f"{file}: {problem}") from None
    known = {check.name for check in exercise.checks}
    for name in {*expectation.failed, *expectation.by_chance} - known:
        raise AuthorError(f"{file}: {exercise.name} has no check {name!r}")
    return Subject(
        exercise=exercise.name,
        name=folder.name,
        kind=expectation.kind,
        folder=folder,
        digest=digest(folder),
        expectation=expectation,
    )
