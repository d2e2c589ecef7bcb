"""What was noted of a training in student code: see `grader.worker.training`."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class Event(msgspec.Struct, frozen=True):
    """One thing that student code did. It is that code's word: good for hints, not for marks."""

    kind: Literal["forward", "loss", "backward", "zero_grad", "step"]
    rows: list[int] = []  # forward, loss: which samples, NO_ROW for none that were given
    labels: list[int] = []  # loss
    training: bool = False  # forward: the network's mode
    grad: bool = False  # forward: gradients are computed; loss, backward: there is something to go back through
    value: float = 0.0  # loss; backward: what it was called for
    of: str = ""  # loss: what was made of the network's output before
    given: bool = False  # loss, step: by the function or the optimizer that was given
    held: int = 0  # loss: how many earlier ones are kept with their graph
    losses: list[int] = []  # backward: numbers of the events whose losses are in it
    stale: bool = False  # backward: the gradients of the last step are still there
    holds: bool = True  # step: the optimizer has parameters of the network
    rate: float = 0.0  # step
    moved: float = (
        0.0  # forward, step: how far the parameters have moved since the last look, in lengths of all of them
    )
    along: float = 0.0  # forward, step: cosine between that move and their gradients: -1 downhill, 1 uphill
    gradients: list[Any] = []  # step: of a small network

    @property
    def steps(self) -> bool:
        """Whether the parameters have moved by an optimizer, or by hand since the last look."""
        return self.kind == "step" or self.moved > 0
