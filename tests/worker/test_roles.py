"""Who reads what: student code no onnx and no held-out file, the evaluator no student code."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from grader.worker import protocol
from grader.worker.client import Nursery
from grader.worker.confinement import Role, strongest_level
from tests.hostile.artefacts import lenet5

pytestmark = pytest.mark.skipif(strongest_level() != "strict", reason="strict isolation is not to be had here")
LOAD = protocol.Request("load", tuple(map(protocol.pack, ("a.py", {}, 0, []))))
INSPECT = protocol.Request("inspect", (protocol.pack(np.frombuffer(lenet5(), dtype=np.uint8)),))
OPEN = protocol.Request("open", INSPECT.arguments)
EVALUATE = protocol.Request("evaluate", (protocol.pack(np.zeros((2, 1, 28, 28), dtype="float32")),))


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery("strict") as made:
        made.ready()
        yield made


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as run:
        Path(run).chmod(0o711)
        made = Path(run, "submission")
        made.mkdir(mode=0o755)
        (made / "a.py").write_text("")
        (made / "a.onnx").write_bytes(lenet5())
        yield made


def replies(nursery: Nursery, folder: Path, role: Role, *requests: protocol.Request) -> list[protocol.Reply]:
    worker = nursery.spawn(folder, role=role)
    try:
        return [worker.ask(request, 20, "20 s") for request in requests]
    finally:
        worker.kill()


def test_an_evaluator(nursery: Nursery, folder: Path) -> None:
    """Looks a file through, runs it, tells its fingerprint, and never loads student code."""
    told, opened, logits, print_, load = replies(
        nursery, folder, "evaluator", INSPECT, OPEN, EVALUATE, protocol.Request("fingerprint", ("a.onnx",)), LOAD
    )

    assert [None] * 4 == [one.raised for one in (told, opened, logits, print_)]
    assert (2, 10) == protocol.unpack(logits.value).shape
    assert 64 == len(str(print_.value))
    assert load.raised is not None and "an evaluator has no procedure load" == load.raised.message


def test_nothing_runs_unseen(nursery: Nursery, folder: Path) -> None:
    """Neither before a file is opened, nor after one that was refused."""
    refused = protocol.Request("open", (protocol.pack(np.frombuffer(b"no graph", dtype=np.uint8)),))
    raised = [one.raised for one in replies(nursery, folder, "evaluator", EVALUATE, refused, EVALUATE)]

    assert ["no file has been opened", "no file has been opened"] == [raised[0].message, raised[2].message]  # type: ignore[union-attr]
    assert "no valid ONNX graph" in raised[1].message  # type: ignore[union-attr]


def test_a_student(nursery: Nursery, folder: Path) -> None:
    """Has nothing to look graphs through with."""
    loaded, told = replies(nursery, folder, "student", LOAD, INSPECT)

    assert loaded.raised is None
    assert told.raised is not None
