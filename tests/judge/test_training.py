"""A network of the judge's own that student code trains: what is asked, and what may come back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.authoring.expect import CheckFailure
from grader.judge.training import LOSS, NETWORK, OPTIMIZER, Performance, Practice
from grader.worker.protocol import Opaque, Raised, Reply
from tests.judge.test_networks import FakeSession, packed

LAYERS = [["Linear", 2, 3]]
VALUES = {"weight": np.ones((3, 2), dtype="float32")}
STEP = {"kind": "step", "given": True, "rate": 0.1, "moved": 0.5, "gradients": [np.ones(2), None]}


def performed(*answers: Any) -> tuple[Performance, FakeSession]:
    """What comes of a call of train_loop, where the worker answers so."""
    session = FakeSession(7, None, *answers)
    practice = Practice(session, LAYERS, VALUES)  # type: ignore[arg-type]
    given = ({NETWORK: practice}, {LOSS: [0.1, 0.5]}, {OPTIMIZER: ["SGD", {"lr": 0.1}]}, 4)
    return practice.perform("train_loop", *given, call="train_loop(model, ...)", seed=3), session


def test_what_is_asked() -> None:
    """A network is made and filled, then the function is called with what stands for it."""
    told, session = performed([2.5, None, False, True, [None], [STEP]])
    given = [{"network": 7}, {"loss": [0.1, 0.5]}, {"optimizer": ["SGD", {"lr": 0.1}]}, 4]

    assert (2.5, True, "step", 0.5) == (told.returned, told.training, told.events[0].kind, told.events[0].moved)
    assert [
        ("practice", packed(LAYERS)),
        ("load_state", packed(7, VALUES)),
        ("perform", packed("train_loop", 7, given, 3)),
    ] == [asked[:2] for asked in session.asked]
    assert ["train_loop"] == session.required


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [2.5, "seven", False, True, [], []],
        [2.5, None, False, True, ["gradient"], []],
        [2.5, None, False, True, [], [{"kind": "jump"}]],
        [2.5, None, False, True, [], [STEP | {"gradients": [Opaque("Tensor")]}]],
        [2.5, None, False, True, [], [{"kind": "loss", "rows": ["first"]}]],
    ],
)
def test_what_no_worker_tells(answer: Any) -> None:
    """Is student code that has spoken in its place."""
    with pytest.raises(CheckFailure, match="answered in the grader's place while train_loop"):
        performed(answer)


def test_an_exception_is_the_function_s() -> None:
    """Not the network's, which is the grader's own."""
    stub = Reply(raised=Raised("NotImplementedError", "", line=3, traceback="raise NotImplementedError"))

    with pytest.raises(CheckFailure, match="train_loop is not written yet"):
        performed(stub)
