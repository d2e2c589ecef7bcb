"""The same submission and the same seed give the same report, however busy the machine is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from grader import course
from grader.engine.local import Grader, Options
from grader.judge.session import Data
from grader.records import SubmissionReport, to_json
from grader.submission import Source

PLANTED = Path(__file__).parents[1] / "planted"
WRONG = {  # their smallest counterexamples take long to find, or longer than is looked for
    "corr2d": ("wrong_same_padding", "wrong_only_square_kernels", "wrong_adds_up_over_calls"),
    "pooling": ("wrong_takes_cells_out_of_the_input", "wrong_padding_cells_found_by_value", "wrong_keeps_its_array"),
    "kernel_learning": ("wrong_uphill",),
}
CHOSEN = [PLANTED / exercise / name for exercise, names in WRONG.items() for name in names]


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    exercises = course.load().exercises
    checks = [check for name in WRONG for check in exercises[name].checks]
    with Grader(checks, Options(seed=3, data=Data(train=False))) as made:
        yield made


def without_times(report: SubmissionReport) -> bytes:
    def timeless(exercise: object) -> object:
        checks = tuple(msgspec.structs.replace(check, seconds=0.0) for check in exercise.checks)  # type: ignore[attr-defined]
        return msgspec.structs.replace(exercise, checks=checks)  # type: ignore[type-var]

    exercises = tuple(map(timeless, report.exercises))
    return to_json(msgspec.structs.replace(report, exercises=exercises, seconds=0.0, started=""))


@pytest.mark.parametrize("folder", CHOSEN, ids=lambda folder: folder.name)
def test_twice_the_same(grader: Grader, folder: Path) -> None:
    """Counterexamples, words and diagnosis included."""
    source = Source(path=folder, name=folder.name)
    once, again = grader.grade(source), grader.grade(source)

    assert once.count("failed")
    assert without_times(once) == without_times(again)
