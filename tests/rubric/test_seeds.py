"""What a run asks is decided by its seed: the same again with the same one, something else with another."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader import course
from grader.authoring.exercise import Check
from grader.judge.bank import Bank
from grader.judge.players import Live
from grader.worker import protocol
from tests.judge.actor import Actor

CHECKS = [check for exercise in course.built_in("everything").exercises.values() for check in exercise.checks]
BANKED = [check for check in CHECKS if not check.live]
LIVE = [check for check in CHECKS if check.live and not check.trains and not check.files]
FIXED = {  # the same in every run: the file, the lesson's own picture, the paper's table
    "corr2d.edge_demo",
    "kernel_learning.own_work",
    "lenet5_paper.table",
    *(check.id for check in CHECKS if check is check.exercise.loads),
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Right code that saves a network saves it here."""
    monkeypatch.chdir(tmp_path)


class Enough(Exception):
    """Nothing more is asked."""


class Listener(Actor):
    """Writes down what it is asked, to the last bit."""

    def __init__(self, check: Check, seed: int) -> None:
        super().__init__(check.exercise, [lambda answer: answer], seed=seed)
        self.asked: list[bytes] = []

    def ask(self, request: protocol.Request, what: str, seconds: float | None = None) -> protocol.Reply:
        self.asked.append(bytes(protocol.frame(request)))
        if request.procedure == "overfit":
            raise Enough  # it takes its time, and asks nothing more
        return super().ask(request, what, seconds)

    def require(self, name: str) -> None:
        if name not in (*self.exercise.functions, *self.exercise.class_names):
            raise Enough  # a constant is read, which takes no question
        super().require(name)

    def ask_evaluator(
        self, requests: Iterable[protocol.Request], what: str, seconds: float
    ) -> Iterator[protocol.Reply]:
        raise AssertionError("no file is asked about")


def asked(check: Check, seed: int) -> list[bytes]:
    """All that a live check asks of right code."""
    session = Listener(check, seed)
    with contextlib.suppress(Enough):
        Live(session).play(check.body, {})
    return session.asked


def banked(check: Check, seed: int) -> list[Any]:
    return [protocol.frame(protocol.Request("calls", (), (call.wire("torch"),))) for call in Bank(check, seed).calls]


@pytest.mark.parametrize("check", BANKED, ids=lambda check: check.id)
def test_banks(check: Check) -> None:
    """Every check with a bank draws: nobody can hold the answers ready."""
    first = banked(check, 1)

    assert first == banked(check, 1) != banked(check, 2)


@pytest.mark.parametrize("check", [check for check in LIVE if check.id not in FIXED], ids=lambda check: check.id)
def test_live_checks(check: Check) -> None:
    """So do those that ask as they go, networks' starting values included."""
    first = asked(check, 1)

    assert first
    assert first == asked(check, 1) != asked(check, 2)


@pytest.mark.parametrize("check", [check for check in LIVE if check.id in FIXED], ids=lambda check: check.id)
def test_checks_that_draw_nothing(check: Check) -> None:
    """Are few, and known."""
    assert asked(check, 1) == asked(check, 2)
