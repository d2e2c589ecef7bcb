"""Mutants that are no mistake, listed beside an exercise's planted submissions."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import course
from grader.audit import equivalent
from grader.audit.mutate import mutants
from grader.errors import AuthorError
from grader.judge.bank import Rubric
from grader.judge.players import RecordedCall

ENTRY = '[[equivalent]]\nremoved = "return X / 2"\nadded = "return X * 2"\nreason = "taken for this test"\n'


def test_a_listed_mutant_has_its_reason(tmp_path: Path) -> None:
    """It is found by the lines that it changes; any other one is not excused, and without a list none is."""
    (tmp_path / equivalent.LIST).write_text(ENTRY)
    made = mutants("def halve(X):\n    return X / 2\n", "halve.py", ["halve"])
    reasons = {mutant.source: equivalent.reason(mutant, equivalent.listed(tmp_path)) for mutant in made}

    assert "taken for this test" == reasons.pop("def halve(X):\n    return X * 2")
    assert {""} == set(reasons.values())
    assert [] == equivalent.listed(tmp_path / "elsewhere")


@pytest.mark.parametrize("wrong", [ENTRY.replace("reason", "why"), "[[equivalent]"])
def test_a_list_that_is_wrong_is_refused(wrong: str, tmp_path: Path) -> None:
    """With the name of the file."""
    (tmp_path / equivalent.LIST).write_text(wrong)

    with pytest.raises(AuthorError, match=equivalent.LIST):
        equivalent.listed(tmp_path)


def test_no_probe_gives_an_argument_twice() -> None:
    """By its place and by its name: the reference, which remembers answers by name, would be asked another question."""
    exercise = course.load().exercises["pooling"]
    asked = equivalent.probes(exercise, [Rubric(exercise.checks, 0)])
    calls = [call for call in asked if isinstance(call, RecordedCall)]
    by_place = [{name for name, _ in exercise.signature(call.function)[: len(call.args)]} for call in calls]

    assert any(len(places) > 1 for places in by_place)
    assert not any(places & call.kwargs.keys() for places, call in zip(by_place, calls, strict=True))
