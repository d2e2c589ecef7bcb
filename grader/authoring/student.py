"""The student's code as a check sees it.

`student.corr2d(X, K)` calls the student's function and gives back plain values: NumPy arrays for whatever
tensors or arrays came back, lists, tuples, numbers. Who answers depends on who plays the student: the reference
while a bank is drawn, recorded replies while one is replayed, the worker itself while a failure is shrunk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np


class Student(Protocol):
    """What a check body may use of its `student`. What stands under `live` is for checks with live=True only."""

    changed: tuple[tuple[str, Any], ...]  # arguments that the last call modified, with what they became
    aliases: tuple[str, ...]  # arguments whose memory the last result shares
    random: np.random.Generator  # what it draws is decided by the run's seed and the check: fresh in every run

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """The student's function of that name."""

    def play(self, body: Callable[..., None], drawn: dict[str, Any]) -> None:
        """Run one example of a property check; not for check bodies."""

    def seeded(self, seed: int) -> Student:
        """The same student, every generator re-seeded before each call."""

    # live

    def network(self, name: str, *args: Any, sample: np.ndarray, seed: int = 0, **named: Any) -> Network:
        """The student's network, NAME(*args, **named), built in the worker.

        `sample` is a batch in float32: lazy layers get their sizes by it. `seed` is set before building.
        """

    def practice(self, layers: list[list[Any]], values: dict[str, np.ndarray]) -> Any:
        """A network of the check's own, for the student's functions to train: [["Linear", 6, 5], ["Tanh"]], and its state.

        `.perform(FUNCTION, ARGUMENTS..., call=, seed=)` calls one and tells what was noted, see `grader.judge.training`.
        """

    def defines(self, name: str) -> bool:
        """Whether the student's file has that name."""

    def constant(self, name: str) -> Any:
        """A value that the student's file defines and that is neither called nor built, such as a table; sets as lists."""

    def artefact(self, file: str) -> bytes | None:
        """The bytes of a file that was handed in beside the code; None where there is none."""

    def show(self, evidence: Any) -> None:
        """Put a Table, Curves or Measure of `grader.records` into the report, whether the check passes or not."""


class Network(Protocol):
    """A student's network: names, shapes and plain arrays, never the module itself.

    Every method fails the check in words for the student where their code raises, hangs or answers nonsense.
    """

    made: str  # how it was built, as a student would write it: MLP(20, 32, 5)

    def output(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """The output for a batch in eval or in train mode; anything but an array of numbers fails the check."""

    def forward(self, x: np.ndarray, train: bool = False) -> Any:
        """The output whatever it is, such as a tuple of arrays."""

    def layers(self) -> Sequence[Any]:
        """The layers that own parameters, each with `name`, `kind`, `count` and `parameters` (`name`, `shape`, `count`)."""

    def state(self) -> Sequence[Any]:
        """All parameters and buffers, each with `name`, `kind` ("parameter" or "buffer") and `values`."""

    def load(self, values: dict[str, np.ndarray]) -> None:
        """Set parameters and buffers by the names that `state` told. See `expect.same_network` for another network's."""

    def backward(
        self, x: np.ndarray, weights: np.ndarray, train: bool = False
    ) -> tuple[np.ndarray, Any, dict[str, Any]]:
        """Output, gradient of x and {parameter: gradient or None} of sum(output * weights)."""

    def overfit(self, x: np.ndarray, labels: np.ndarray, steps: int, rate: float) -> tuple[list[float], np.ndarray]:
        """Losses and final logits of `steps` steps of Adam on one batch: the cross-entropy of its output with labels (N,).

        It stops early at a loss below 0.02.
        """

    def train(self, images: np.ndarray, labels: np.ndarray, device: str, seed: int, seconds: float) -> Any:
        """What the student's own `train(model, images, labels)` returned; for checks with trains=True.

        `device`: "cpu" or "cuda", where it is computed; `seconds`: of own time, at most.
        """

    def operators(self, x: np.ndarray) -> list[str]:
        """Names of the aten operators of a forward pass, such as aten.relu."""

    def changes_input(self, x: np.ndarray) -> bool:
        """Whether a pass in eval mode modifies its input."""

    def export(self, sample: np.ndarray) -> bytes:
        """The network as the bytes of an ONNX file."""

    def load_checkpoint(self, file: str) -> None:
        """Load a state_dict that the student has handed in as `file`."""
