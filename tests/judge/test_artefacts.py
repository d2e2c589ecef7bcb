"""Fingerprints of what was handed in: one process for all files, and another after one that ends it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from grader.errors import ShortOfResources, WorkerFailed
from grader.judge import artefacts
from grader.records import Artefact
from grader.rubric.thresholds import TRAINED
from grader.worker.client import Limits
from grader.worker.graphs import examine, fingerprint
from grader.worker.owntime import Account
from grader.worker.protocol import Raised, Reply


class FakeNursery:
    """Makes workers that give the answers in turn."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.made: list[str] = []
        self.alive = 0
        self.given: list[float] = []  # seconds for each file, which each takes to the end

    def spawn(self, folder: Path, limits: Limits, account: Account, role: str) -> Any:
        self.account = account
        if self.answers and isinstance(self.answers[0], ShortOfResources):
            raise self.answers.pop(0)
        self.made.append(role)
        self.alive += 1
        return self

    def ask(self, request: Any, seconds: float, limit: str) -> Reply:
        self.given.append(seconds)
        self.account.spent += seconds
        answer = self.answers.pop(0)
        if isinstance(answer, WorkerFailed):
            self.alive -= 1
            raise answer
        return answer if isinstance(answer, Reply) else Reply(answer)

    def kill(self) -> None:
        self.alive -= 1


def told(nursery: FakeNursery, folder: Path, *files: str) -> tuple[Artefact, ...]:
    for file in files:
        (folder / file).write_bytes(b"")
    return artefacts.fingerprints(nursery, folder, Limits(), ["a", "b"])  # type: ignore[arg-type]


def test_files_of_the_exercises(tmp_path: Path) -> None:
    """Theirs alone are looked at, all in one evaluator, which is ended."""
    nursery = FakeNursery("1", "2")

    assert (Artefact(file="a.onnx", fingerprint="1"), Artefact(file="b.pth", fingerprint="2")) == told(
        nursery, tmp_path, "b.pth", "a.onnx", "c.onnx", "a.py"
    )
    assert (["evaluator"], 0) == (nursery.made, nursery.alive)


def test_no_files(tmp_path: Path) -> None:
    """Cost no process."""
    nursery = FakeNursery()

    assert ((), []) == (told(nursery, tmp_path, "a.py"), nursery.made)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """Have no fingerprint, and take no other's."""
    nursery = FakeNursery(WorkerFailed("too slow", "timeout"), Reply(raised=Raised("Refused", "no")), "", ["1"], "5")
    found = told(nursery, tmp_path, "a.onnx", "a.pth", "a.pt", "b.onnx", "b.pth")

    assert (Artefact(file="b.pth", fingerprint="5"),) == found
    assert (["evaluator"] * 2, 0) == (nursery.made, nursery.alive)


def test_no_process_to_be_had(tmp_path: Path) -> None:
    """What the checks have found stands; the next file may have more luck."""
    nursery = FakeNursery(ShortOfResources("no processes left"), "2")

    assert (Artefact(file="b.pth", fingerprint="2"),) == told(nursery, tmp_path, "a.pth", "b.pth")
    assert (["evaluator"], 0) == (nursery.made, nursery.alive)


def test_files_that_are_made_to_take_long(tmp_path: Path) -> None:
    """All together have so much time, and none takes what another needs."""
    nursery = FakeNursery("1", "2", "3", "4")
    told(nursery, tmp_path, "a.onnx", "a.pth", "b.onnx", "b.pth")

    assert [artefacts.SECONDS / 4] * 4 == nursery.given


def test_the_references_own() -> None:
    """Are known in either form, by their values."""
    data = (TRAINED / "lenet5-digits.onnx").read_bytes()
    own = Artefact(file="lenet5.onnx", fingerprint=fingerprint(examine(data).weights))

    assert (
        "lenet5.onnx holds the very parameters of lenet5-digits, a network that comes with the grader",
    ) == artefacts.like_the_references((own, Artefact(file="lenet5.pth", fingerprint="other")))
    assert () == artefacts.like_the_references(())
