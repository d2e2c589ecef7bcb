"""Which parameters were handed in, by a fingerprint: equal ones are noted for the instructor and cost nobody a point."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path

from grader.errors import HarnessError, WorkerFailed
from grader.records import Artefact
from grader.rubric.thresholds import TRAINED
from grader.worker import protocol
from grader.worker.client import Limits, Nursery, Worker
from grader.worker.owntime import Account

KINDS = (".onnx", ".pth", ".pt")
SECONDS = 10.0  # of own time, for all files of a submission together: they may be made to take long


def fingerprints(nursery: Nursery, folder: Path, limits: Limits, names: Iterable[str]) -> tuple[Artefact, ...]:
    """Of those files in `folder` that hold the parameters of the exercises `names` and can be read.

    What is wrong with the others, the checks say.
    """
    files = [f"{name}{kind}" for name in names for kind in KINDS if (folder / f"{name}{kind}").is_file()]
    evaluator = _Evaluator(nursery, folder, limits)
    with contextlib.closing(evaluator):
        found = [(file, evaluator.fingerprint(file, len(files) - done)) for done, file in enumerate(files)]
    return tuple(Artefact(file=file, fingerprint=value) for file, value in found if value)


def like_the_references(artefacts: tuple[Artefact, ...]) -> tuple[str, ...]:
    """A note on each file that holds the parameters of a network which the reference's author trained."""
    known = _references() if artefacts else {}
    return tuple(
        f"{one.file} holds the very parameters of {known[one.fingerprint]}, a network that comes with the grader"
        for one in artefacts
        if one.fingerprint in known
    )


class _Evaluator:
    """One process for all files; a file that ends it takes no other with it."""

    def __init__(self, nursery: Nursery, folder: Path, limits: Limits) -> None:
        self._account = Account(SECONDS)
        self._spawn = partial(nursery.spawn, folder, limits, self._account, role="evaluator")
        self._worker: Worker | None = None

    def fingerprint(self, file: str, still: int) -> str:
        """Empty when there is none to be had in this file's share of the time, one of `still`: no other's is used up."""
        seconds = self._account.left / still
        try:
            self._worker = self._worker or self._spawn()
            reply = self._worker.ask(protocol.Request("fingerprint", (file,)), seconds, f"{seconds:g} s")
        except (WorkerFailed, HarnessError):  # no process to be had is no reason to lose what all checks have found
            self._worker = None
            return ""
        return reply.value if reply.raised is None and isinstance(reply.value, str) else ""

    def close(self) -> None:
        if self._worker is not None:
            with contextlib.suppress(HarnessError):
                self._worker.kill()


@cache
def _references() -> dict[str, str]:
    """Name of each trained network of the reference by its fingerprint."""
    import torch

    from grader.worker.evaluator import saved_values
    from grader.worker.graphs import examine, fingerprint

    found = {}
    for path in TRAINED.glob("*.pth"):
        found[fingerprint(saved_values(torch.load(path, map_location="cpu", weights_only=True)))] = path.stem
        found[fingerprint(examine(path.with_suffix(".onnx").read_bytes()).weights)] = path.stem
    return found
