"""What of a training loop is measured, and not taken on its word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from grader import course
from grader.engine.local import Grader, Options
from grader.rubric.training_task import MOST_SHOWN, OPTIMIZERS, Step, drawn, usable
from grader.submission import Source

RIGHT = (
    Path(__file__).parents[1] / "planted" / "training_loop" / "right_clipping_and_prints" / "training_loop.py"
).read_text()
NOTHING_LEARNED = "\nlearns = fit\ndef fit(model, train, test, loss_fn, optimizer, *more, **named):\n    optimizer.param_groups[0]['lr'] = 1e-30\n    return learns(model, train, test, loss_fn, optimizer, *more, **named)\n"
FROM_MEMORY = "\nimport copy\nkept = {}\ndef save(model, path): kept[path] = copy.deepcopy(model)\ndef load(path, model=None): return kept[path]\n"
FROM_A_NUMBER = """
import copy
kept = []
def save(model, path):
    open(path, "w").write(str(len(kept)))
    kept.append(copy.deepcopy(model))
def load(path, model=None):
    found = kept[int(open(path).read())]
    return copy.deepcopy(found) if model is None else (model.load_state_dict(found.state_dict()), model)[1]
"""


@pytest.fixture(scope="module")
def grading() -> Iterator[Grader]:
    with Grader(course.built_in("everything").exercises["training_loop"].checks, Options(jobs=1, seed=3)) as grader:
        yield grader


@pytest.mark.parametrize(
    ("more", "failed"),
    [
        ("", set()),
        (NOTHING_LEARNED, {"training_loop.fit"}),
        (FROM_MEMORY, {"training_loop.save_and_load"}),
        (FROM_A_NUMBER, {"training_loop.save_and_load"}),
    ],
    ids=["right", "nothing learned", "from memory", "from memory, by a number in the file"],
)
def test_what_is_measured(tmp_path: Path, grading: Grader, more: str, failed: set[str]) -> None:
    """A rate that moves nothing is no training, and a model that never was in its file was not loaded."""
    (tmp_path / "training_loop.py").write_text(RIGHT + more)
    report = grading.grade(Source(path=tmp_path, name="anna"))

    assert failed == {check.id for check in report.checks if check.outcome != "passed"}


def test_no_more_steps_are_made_than_an_epoch_may_have() -> None:
    """Student code can tell of thousands that it never made."""
    task = drawn(np.random.default_rng(0), OPTIMIZERS[0])
    steps: list[Step] = [[[row]] for row in range(task.size)]

    assert usable(MOST_SHOWN * steps, task)
    assert not usable([*(MOST_SHOWN * steps), steps[0]], task)
    assert not usable([], task)
    assert not usable([[[task.size]]], task)
