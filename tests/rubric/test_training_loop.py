"""What of a training loop is measured, and not taken on its word; and that clipping is right whatever the order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from grader import course
from grader.engine.local import Grader, Options
from grader.rubric.training_task import CLIPPED, MOST_SHOWN, OPTIMIZERS, Step, Task, Trainer, drawn, replayed, usable
from grader.submission import Source

RIGHT = (
    Path(__file__).parents[1] / "planted" / "training_loop" / "right_clipping_and_prints" / "training_loop.py"
).read_text()
NOTHING_LEARNED = "\nlearns = fit\ndef fit(model, train, test, loss_fn, optimizer, *more, **named):\n    optimizer.param_groups[0]['lr'] = 1e-30\n    return learns(model, train, test, loss_fn, optimizer, *more, **named)\n"
FROM_MEMORY = "\nimport copy\nkept = {}\ndef save(model, path): kept[path] = copy.deepcopy(model)\ndef load(path, model=None): return kept[path]\n"


@pytest.fixture(scope="module")
def grading() -> Iterator[Grader]:
    with Grader(course.built_in("everything").exercises["training_loop"].checks, Options(jobs=1, seed=3)) as grader:
        yield grader


@pytest.mark.parametrize(
    ("more", "failed"),
    [("", set()), (NOTHING_LEARNED, {"training_loop.fit"}), (FROM_MEMORY, {"training_loop.save_and_load"})],
    ids=["right", "nothing learned", "from memory"],
)
def test_what_is_measured(tmp_path: Path, grading: Grader, more: str, failed: set[str]) -> None:
    """A rate that moves nothing is no training, and a model that never was in its file was not loaded."""
    (tmp_path / "training_loop.py").write_text(RIGHT + more)
    report = grading.grade(Source(path=tmp_path, name="anna"))

    assert failed == {check.id for check in report.checks if check.outcome != "passed"}


def loud() -> tuple[Task, list[Step]]:
    """A training in which some batch is louder than `CLIPPED`."""
    for seed in range(100):
        random = np.random.default_rng(seed)
        task = drawn(random, OPTIMIZERS[0], norm=True)
        order = random.permutation(task.size).tolist()
        steps = [[order[i : i + task.batch_size]] for i in range(0, task.size, task.batch_size)]
        lengths = [np.sqrt(sum((g**2).sum() for g in step)) for step in Trainer(task).train(steps).gradients]
        if max(lengths) > 1.1 * CLIPPED:
            return task, steps
    raise AssertionError("none is loud")


def test_clipping_is_right_whatever_the_order() -> None:
    """At the usual length; any other changes what is learned."""
    task, steps = loud()
    plain, clipped, other = (Trainer(task, clip).train(steps) for clip in (None, CLIPPED, CLIPPED / 2))

    for replay in (plain, clipped):
        found = replayed(task, steps, replay.state)
        assert found is not None
        assert replay.losses == found.losses
    assert plain.losses != clipped.losses
    assert replayed(task, steps, other.state) is None


def test_no_more_steps_are_made_than_an_epoch_may_have() -> None:
    """Student code can tell of thousands that it never made."""
    task, steps = loud()

    assert usable(MOST_SHOWN * steps, task)
    assert not usable([*(MOST_SHOWN * steps), steps[0]], task)
    assert not usable([], task)
    assert not usable([[[task.size]]], task)
