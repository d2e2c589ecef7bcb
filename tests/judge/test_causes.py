"""Checks that fail for one reason name the one that tells it; all others stand for themselves."""

from __future__ import annotations

from typing import Any

import pytest

from grader.authoring.expect import CheckFailure
from grader.judge.causes import Known, Reason, folded, reasons
from grader.records import CheckResult, Finding, Plain
from grader.worker.protocol import Raised

ONE, OTHER = ("crash", "KeyError", "", "3"), ("crash", "KeyError", "", "4")
END = ("end", "a.py defines no f")


def failed(name: str, public: bool = True, **finding: Any) -> CheckResult:
    told = Finding(message=name, hint="the check's own", **finding)
    return CheckResult(id=name, title=name, outcome="failed", points=1, earned=0, finding=told, public=public)


def causes(known: dict[str, Known], *results: CheckResult) -> dict[str, str]:
    found = folded({result.id: result for result in results}, known)
    return {name: result.finding.cause for name, result in found.items() if result.finding}


def because(*given: Reason) -> Known:
    return Known(reasons=given)


def test_the_first_one_leads() -> None:
    """In rubric order, and only those with the same reason follow."""
    known = {"a": because(ONE), "b": because(OTHER), "c": because(ONE), "d": because()}

    assert {"a": "", "b": "", "c": "a", "d": ""} == causes(known, *map(failed, "abcd"))


def test_whoever_follows_one_that_is_folded_follows_its_leader() -> None:
    """No chains: a cause is always a check that tells it."""
    known = {"a": because(ONE), "b": because(OTHER, ONE), "c": because(OTHER)}

    assert {"a": "", "b": "a", "c": "a"} == causes(known, *map(failed, "abc"))


def test_what_was_folded_by_its_misconception_stays_so() -> None:
    """And others with its reason go the same way."""
    known = {"b": because(ONE), "c": because(ONE)}

    assert {"a": "", "b": "a", "c": "a"} == causes(known, failed("a"), failed("b", cause="a"), failed("c"))


@pytest.mark.parametrize(
    ("named", "guessed", "kept"), [("", False, True), ("", True, False), ("Flipped", False, False)]
)
def test_next_step_of_what_follows(named: str, guessed: bool, kept: bool) -> None:
    """A guess, and what fits beside a mistake that has a name, give way to the check that tells it."""
    known = {"a": because(ONE), "b": Known(reasons=(ONE,), guessed=guessed)}
    leader = failed("a", misconception=named)
    found = folded({"a": leader, "b": failed("b")}, known)["b"].finding

    assert found is not None
    assert ("the check's own" if kept else "a fails for the same reason: begin there.") == found.hint


def test_hidden_checks_lead_nobody_and_tell_nothing() -> None:
    """Where a hidden check crashed is not told by what it is folded under; that a name is missing is no secret."""
    known = {"h": because(ONE), "a": because(ONE), "b": because(END), "i": because(END)}
    found = causes(known, failed("h", public=False), failed("a"), failed("b"), failed("i", public=False))

    assert {"h": "", "a": "", "b": "", "i": "b"} == found


def test_a_guess_gives_way_to_a_simpler_failure() -> None:
    """A hint that looks for one kind of mistake says nothing where the plain call of the function fails already."""
    plain = Known(function="f", given=frozenset(["x"]), guessed=True)
    more = Known(function="f", given=frozenset(["x", "stride"]), guessed=True)
    sure = Known(function="f", given=frozenset(["x", "stride"]))
    other = Known(function="g", given=frozenset(["x"]), guessed=True)
    known = {"a": plain, "b": more, "c": sure, "d": other}
    found = folded({name: failed(name) for name in "abcd"}, known)
    hints = {name: result.finding.hint for name, result in found.items() if result.finding}

    assert dict.fromkeys("acd", "the check's own") == {name: hints[name] for name in "acd"}
    assert "a fails as well, with no other arguments than these: begin there." == hints["b"]


WRONG = {"expected": Plain(text="1"), "where": (0,)}


@pytest.mark.parametrize(
    ("failure", "unread", "expected"),
    [
        (CheckFailure("m", raised=Raised("NameError", "name 'np' is not defined", 3)), "", ["name"]),
        (CheckFailure("m", raised=Raised("KeyError", "'a'", 3)), "", ["crash"]),
        (CheckFailure("m", raised=Raised("TypeError", "takes 1")), "", ["call"]),
        (CheckFailure("m", hidden="m", astray=True), "", ["end"]),
        (CheckFailure("m", hidden="stopped", fatal=True), "", []),  # two endless loops may be two mistakes
        (CheckFailure("m", hint="half as large", **WRONG), "You never use stride.", ["likeness", "unread"]),
        (CheckFailure("m", hint="a size", expected=Plain(text="1")), "", []),
        (CheckFailure("m", hint="said by the check"), "You never use stride.", []),
        (CheckFailure("m"), "", []),
    ],
)
def test_reasons(failure: CheckFailure, unread: str, expected: list[str]) -> None:
    """Crashes by kind and line, missing names, values that are wrong alike, arguments that are never read."""
    assert expected == [reason[0] for reason in reasons(failure, "f", unread)]
