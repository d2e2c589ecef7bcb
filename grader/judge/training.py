"""A small network of the judge's own that student code trains, and what was noted meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from grader.judge import wording
from grader.judge.events import Event
from grader.judge.networks import Network

if TYPE_CHECKING:
    from grader.judge.session import Session

NETWORK, OPTIMIZER, LOSS = "network", "optimizer", "loss"  # kinds of objects that stand in a call's arguments


class Performance(msgspec.Struct, frozen=True):
    """What came of one call."""

    returned: Any
    made: int | None  # the number of the network that was returned
    attached: bool  # gradients hang on what was returned
    training: bool  # the network's mode afterwards
    gradients: list[Any]  # of its parameters, None where there is none
    events: list[Event]


class Practice(Network):
    """A network of `layers` ([KIND, ARGUMENTS...] of torch.nn) with the judge's `values`, where student code runs."""

    def __init__(self, session: Session, layers: list[list[Any]], values: dict[str, np.ndarray]) -> None:
        self.session = session
        self.made = "the network that is given"
        self._number = self._ask("practice", int, layers, doing="a network was being made")
        self.load(values)

    def perform(self, function: str, *arguments: Any, call: str, seed: int) -> Performance:
        """Call the student's `function`. `call` is how a finding writes it, `seed` is set before.

        An argument may be one of {NETWORK: a Practice}, {OPTIMIZER: [name, options]}, {LOSS: [label smoothing, share]}.
        """
        self.session.require(function)
        given = [
            {NETWORK: value[NETWORK]._number} if isinstance(value, dict) and NETWORK in value else value
            for value in arguments
        ]
        doing, self.made = f"{call} was being called", f"{function}()"
        told = tuple[Any, int | None, bool, bool, list[Any], list[Event]]
        found = Performance(*self._ask("perform", told, function, self._number, given, seed, doing=doing, call=call))
        arrays = [*found.gradients, *(x for event in found.events for x in event.gradients)]
        if not all(value is None or isinstance(value, np.ndarray) for value in arrays):
            raise wording.tampered(doing)
        return found

    def files_in(self, folder: str) -> dict[str, Any]:
        """The bytes of the files in a folder where student code works, by name."""
        return dict(self._ask("files_in", dict[str, Any], folder, doing=f"the files in {folder} were being read"))

    def lay_files(self, folder: str, files: dict[str, Any]) -> None:
        """Make such a folder, with these files in it."""
        self._ask("lay_files", Any, folder, files, doing=f"files were being laid into {folder}")

    def other(self, number: int) -> Practice:
        """The network that a call has returned."""
        found = object.__new__(Practice)
        found.session, found.made, found._number = self.session, "the network that load returns", number
        return found
