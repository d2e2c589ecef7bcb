"""Classes of submissions made of tests/planted: the same for the same size, and each submission a folder of files."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from pathlib import Path

PLANTED = Path(__file__).parents[1] / "planted"
ARRAYS = ("corr2d", "kernel_learning", "pooling")
WRONG = 0.3  # of the submissions have one exercise wrong


def make(folder: Path, size: int, exercises: Sequence[str] = ARRAYS, start: int = 0) -> Path:
    """`size` submissions with all of these exercises; those with the same number are the same in every class."""
    known = {(name, kind): _planted(name, kind, exercises) for name in exercises for kind in ("right", "wrong")}
    for number in range(start, start + size):
        chance = random.Random(number)
        wrong = chance.choice(exercises) if chance.random() < WRONG else ""
        student = folder / f"student{number:05}"
        student.mkdir(parents=True)
        for name in exercises:
            for file in chance.choice(known[name, "wrong" if name == wrong else "right"]).rglob("*"):
                if file.is_file() and file.name != "expect.toml":
                    copy = student / file.relative_to(file.parents[_depth(file, name)])
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(file, copy)
    return folder


def _depth(file: Path, exercise: str) -> int:
    """How many folders lie between a planted file and its submission."""
    return len(file.relative_to(PLANTED / exercise).parts) - 2


def _planted(exercise: str, kind: str, exercises: Sequence[str]) -> list[Path]:
    """Planted submissions that bring none of the other exercises' files along."""
    others = {f"{name}.py" for name in exercises if name != exercise}
    found = sorted((PLANTED / exercise).glob(f"{kind}_*"))
    return [
        one for one in found if (one / f"{exercise}.py").is_file() and not any((one / name).exists() for name in others)
    ]
