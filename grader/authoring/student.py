"""The student's code as a check sees it.

`student.corr2d(X, K)` calls the student's function and gives back plain values: NumPy arrays for whatever
tensors or arrays came back, lists, tuples, numbers. Who answers depends on who plays the student: the reference
while a bank is drawn, recorded replies while one is replayed, the worker itself while a failure is shrunk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np


class Student(Protocol):
    """What a check body may use of its `student`."""

    changed: tuple[tuple[str, Any], ...]  # arguments that the last call modified, with what they became
    aliases: tuple[str, ...]  # arguments whose memory the last result shares
    random: np.random.Generator  # what it draws is decided by the run's seed and the check: fresh in every run

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """The student's function of that name."""

    def play(self, body: Callable[..., None], drawn: dict[str, Any]) -> None:
        """Run one example of a property check."""

    def seeded(self, seed: int) -> Student:
        """The same student, every generator re-seeded before each call."""

    def defines(self, name: str) -> bool:
        """Whether the student's file has that name. In live checks only."""
