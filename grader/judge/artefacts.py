"""Which parameters were handed in, by a fingerprint: equal ones are noted for the instructor and cost nobody a point."""

from __future__ import annotations

import contextlib
from functools import cache
from pathlib import Path

import torch

from grader.errors import WorkerFailed
from grader.records import Artefact
from grader.rubric.thresholds import TRAINED
from grader.worker import protocol
from grader.worker.client import Limits, Nursery
from grader.worker.evaluator import saved_values
from grader.worker.graphs import examine, fingerprint

KINDS = (".onnx", ".pth", ".pt")
MOST_FILES = 12  # two for each network of a course, and some to spare
SECONDS = 10.0  # for one file


def fingerprints(nursery: Nursery, folder: Path, limits: Limits) -> tuple[Artefact, ...]:
    """Those of the files with parameters in `folder` that can be read; another check says what is wrong with the rest."""
    files = sorted(path.name for path in folder.iterdir() if path.suffix in KINDS and path.is_file())[:MOST_FILES]
    found = {file: _fingerprint(nursery, folder, limits, file) for file in files}
    return tuple(Artefact(file=file, fingerprint=value) for file, value in found.items() if value)


def like_the_references(artefacts: tuple[Artefact, ...]) -> tuple[str, ...]:
    """A note on each file that holds the parameters of a network which the reference's author trained."""
    known = _references() if artefacts else {}
    return tuple(
        f"{one.file} holds the very parameters of {known[one.fingerprint]}, a network that comes with the grader"
        for one in artefacts
        if one.fingerprint in known
    )


def _fingerprint(nursery: Nursery, folder: Path, limits: Limits, file: str) -> str:
    """A process for each file: one that cannot be read takes no other with it."""
    worker = nursery.spawn(folder, limits, "evaluator")
    try:
        with contextlib.suppress(WorkerFailed):
            reply = worker.ask(protocol.Request("fingerprint", (file,)), SECONDS, f"{SECONDS:g} s")
            if reply.raised is None and isinstance(reply.value, str):
                return reply.value
        return ""
    finally:
        worker.kill()


@cache
def _references() -> dict[str, str]:
    """Name of each trained network of the reference by its fingerprint."""
    found = {}
    for path in TRAINED.glob("*.pth"):
        found[fingerprint(saved_values(torch.load(path, map_location="cpu", weights_only=True)))] = path.stem
        found[fingerprint(examine(path.with_suffix(".onnx").read_bytes()).weights)] = path.stem
    return found
