"""The built-in course: one module an exercise, in the order in which a student meets them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.authoring.exercise import Check, Exercise

MODULES = ("corr2d", "kernel_learning", "pooling", "mnist_cnn", "lenet5", "resnet_block")
HERE = Path(__file__).resolve()


def course() -> dict[str, Exercise]:
    """The built-in exercises by name, in course order."""
    return {name: getattr(import_module(f"{__name__}.{name}"), name) for name in MODULES}


def select(
    exercises: Mapping[str, Exercise], names: Iterable[str], ids: Iterable[str], public_only: bool
) -> list[Check]:
    """The checks of a run. A chosen check brings its exercise's `loads` along. Raises UsageError."""
    every = {check.id: check for exercise in exercises.values() for check in exercise.checks}
    names, ids = list(names), list(ids)
    for name in names:
        if name not in exercises:
            raise UsageError(f"--exercise {name}: there is no such exercise{suggest(name, exercises)}")
    for check_id in ids:
        if check_id not in every:
            raise UsageError(f"--check {check_id}: there is no such check{suggest(check_id, every)}")
    wanted = set(ids) | {every[check_id].exercise.checks[0].id for check_id in ids}
    chosen = [
        check
        for check in every.values()
        if (not names or check.exercise.name in names)
        and (not ids or check.id in wanted)
        and (check.public or not public_only)
    ]
    if not chosen or (ids and not any(check.id in ids for check in chosen)):
        raise UsageError("no check is left to run: --exercise, --check and --public exclude each other here")
    return chosen


def suggest(word: str, known: Iterable[str]) -> str:
    """"; did you mean ...?" or what there is."""
    known = list(known)
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else f"; there are: {', '.join(known[:12])}"


def starter() -> Path:
    """The folder with what a student receives."""
    return _data("starter", "exercises/starter")


def _data(packaged: str, in_checkout: str) -> Path:
    """A folder of data: beside the package in a checkout, inside it when installed from a wheel."""
    inside = HERE.parents[1] / "data" / packaged
    return inside if inside.is_dir() else HERE.parents[2] / in_checkout
