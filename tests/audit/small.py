"""A course with one exercise that is quickly audited: halving an image."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

from grader import course
from grader.audit.certificate import Certificate, ExerciseAudit
from grader.audit.run import Options, audit

REFERENCE = '''
"""Halves."""
import numpy as np
import torch

def halve(X):
    """X (H, W) divided by 2."""
    return (torch.from_numpy(np.array(X)) / 2).numpy()  # without np.array it is for arrays alone, which is right as well
'''
RUBRIC = '''
"""Exercise halve."""
from hypothesis import given
from grader import exercise, expect
from grader.authoring.strategies import images
import halve_reference as reference

halve = exercise("halve", title="Halving", functions={"halve": reference.halve}, lesson="none")

@halve.check(points=1)
@given(X=images((1, 2), (1, 2)))
def shape(student, X):
    """The result has the shape of the image."""
    expect.shape(student.halve(X), X.shape)

@halve.check(points=20)
@given(X=images((1, 3), (1, 3)))
def values(student, X):
    """Every value is half of the image's."""
    expect.close(student.halve(X), reference.halve(X))

@halve.check(points=1, needs=["values"])
@given(X=images((1, 2), (1, 2)))
def unchanged(student, X):
    """The image is not modified."""
    student.halve(X)
    expect.unchanged(student)
'''
RIGHT = "def halve(X):\n    return X * 0.5\n"
DOUBLES = "def halve(X):\n    return X * 2\n"
SPOILS = "def halve(X):\n    X /= 2\n    return X + 0\n"
EXPECT = 'kind = "{}"\ntitle = "{}"\nmisconception = {}\nexplanation = "Halve it."\nfailed = {}\n'


def plant(folder: Path, name: str, code: str, failed: list[str], title: str = "", misconception: bool = False) -> None:
    target = folder / "planted" / "halve" / name
    target.mkdir(parents=True)
    (target / "halve.py").write_text(code)
    kind = "wrong" if failed else "right"
    (target / "expect.toml").write_text(
        EXPECT.format(kind, title or name, str(misconception).lower(), json.dumps(failed))
    )


def make(folder: Path) -> Path:
    """One right style and two wrong ones."""
    (folder / "rubric").mkdir(parents=True)
    (folder / "course.toml").write_text('name = "Halves"\nexercises = ["halve"]\n')
    (folder / "halve_reference.py").write_text(dedent(REFERENCE))
    (folder / "rubric" / "halve.py").write_text(RUBRIC)
    plant(folder, "right_times_half", RIGHT, [])
    plant(folder, "wrong_doubles", DOUBLES, ["values"], "Doubles", misconception=True)
    plant(folder, "wrong_spoils", SPOILS, ["unchanged"])
    sys.modules.pop("halve_reference", None)
    return folder


def audited(folder: Path, **options: int) -> tuple[Certificate, ExerciseAudit, list[int]]:
    """The certificate, its only exercise, and the number of gradings that were planned and made."""
    counts: list[int] = []

    @contextmanager
    def progress(total: int) -> Iterator[Callable[[], None]]:
        counts.extend((total, 0))

        def advance() -> None:
            counts[1] += 1

        yield advance

    found = audit(course.load(folder), ["halve"], folder / "out", Options(**options), progress)
    return found, found.exercises[0], counts
