"""Training on a GPU: what goes wrong there alone is no fault of the student's. There is no card here: sessions are played."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.authoring.expect import CheckFailure
from grader.rubric import classifier_training
from grader.worker.client import Limits

NO_IMAGES = np.zeros((0, 1, 28, 28), dtype=np.float32), np.zeros(0, dtype=np.int64)


class Run:
    """A run whose trainings fail on the devices `failing`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, device: str, failing: tuple[str, ...]) -> None:
        self.failing, self.trained, self.discarded = failing, [], 0
        self.session = SimpleNamespace(device=device, limits=Limits(), discard=self._discard)
        self.student: Any = SimpleNamespace(session=self.session, random=np.random.default_rng(0))
        network = SimpleNamespace(state=lambda: ["before"], train=self._train)
        monkeypatch.setattr(classifier_training, "built", lambda student, plan: network)

    def _train(self, images: np.ndarray, labels: np.ndarray, device: str, seed: int, seconds: float) -> str:
        self.trained.append((device, seed))
        if device in self.failing:
            raise CheckFailure(f"no training on {device}")
        return f"losses on {device}"

    def _discard(self) -> None:
        self.discarded += 1

    def after(self) -> Any:
        return classifier_training.after_training(self.student, None, *NO_IMAGES)[1:]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("device", "failing", "devices"),
    [("cpu", (), ["cpu"]), ("cuda", (), ["cuda"]), ("cuda", ("cuda",), ["cuda", "cpu"])],
)
def test_where_it_is_trained(
    monkeypatch: pytest.MonkeyPatch, device: str, failing: tuple[str, ...], devices: list[str]
) -> None:
    """On the run's device; on the CPU, from the same seed and in a fresh worker, where that fails on the card."""
    run = Run(monkeypatch, device, failing)

    assert (["before"], f"losses on {devices[-1]}") == run.after()
    assert devices == [name for name, _ in run.trained]
    assert 1 == len({seed for _, seed in run.trained})
    assert len(devices) - 1 == run.discarded


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_what_fails_on_the_cpu_fails(monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    """And the finding is the one from there."""
    with pytest.raises(CheckFailure, match="no training on cpu"):
        Run(monkeypatch, device, ("cuda", "cpu")).after()
