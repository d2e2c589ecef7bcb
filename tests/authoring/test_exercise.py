"""What the author of a check declares, and what is refused before any student is graded by it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.authoring.exercise import MOST_EXAMPLES, Check, Exercise, exercise
from grader.errors import AuthorError


def area(width: Any, height: Any = 2, *, unit: str = "m") -> None:
    """A contract."""


def shape(student: Any) -> None:
    """The result has a shape.

    Why: because.
    """


def values(student: Any) -> None:
    """The values are right."""


def nameless(student: Any) -> None: ...


def untitled(student: Any) -> None:
    """"""


@pytest.fixture
def areas() -> Exercise:
    """An exercise with one optional name, and no check but that it loads."""
    contract = {"area": area, "volume": area}
    return exercise(
        "areas", title="Areas", functions=contract, classes={"Box": dict}, optional=["volume"], lesson="3.1"
    )


def test_it_starts_with_loads(areas: Exercise) -> None:
    """Worth nothing, asked live, and about the names that must be there."""
    (loads,) = areas.checks

    assert ("areas.loads", "areas.py is there and can be imported.") == (loads.id, loads.title)
    assert (0, True, True, ()) == (loads.points, loads.public, loads.live, loads.needs)
    assert "Why: every other check calls area, Box from this file." in loads.about


def test_what_is_declared_is_kept(areas: Exercise) -> None:
    """The docstring's first line is the title, its rest the explanation; needs become ids."""
    areas.check(points=1)(shape)
    check = areas.check(points=2.5, public=False, needs=["shape"], hint="Add.", lesson="4", live=True)(values)

    assert [*areas.checks[1:]] == [areas.checks[1], check]
    assert (areas, "values", "areas.values", "The values are right.", "") == (
        check.exercise,
        check.name,
        check.id,
        check.title,
        check.about,
    )
    assert (2.5, False, ("areas.shape",), "Add.", "4", True) == (
        check.points,
        check.public,
        check.needs,
        check.hint,
        check.lesson,
        check.live,
    )
    assert (values, None) == (check.body, check.test)


def test_what_is_not_declared(areas: Exercise) -> None:
    """Public, replayed, needs nothing, the exercise's lesson."""
    check = areas.check(points=1)(shape)

    assert (True, (), "", "3.1", False) == (check.public, check.needs, check.hint, check.lesson, check.live)
    assert "Why: because." == check.about


def test_signature(areas: Exercise) -> None:
    """Names and defaults in the order of the contract."""
    assert (("width", None), ("height", 2), ("unit", "m")) == areas.signature("area")


REFUSED: list[tuple[Any, dict[str, Any], str]] = [
    (nameless, {"points": 1}, "areas.nameless has no docstring: its first line is the title"),
    (untitled, {"points": 1}, "areas.untitled has no docstring: its first line is the title"),
    (values, {"points": -0.5}, "areas.values: points=-0.5 is below 0"),
    (values, {"points": 1, "needs": ["later"]}, "areas.values needs areas.later: a check can only need earlier ones"),
    (values, {"points": 1, "needs": ["values"]}, "areas.values needs areas.values: a check can only need earlier ones"),
    (
        values,
        {"points": 1, "needs": ["hidden"]},
        "areas.values needs a hidden check: students would learn what came of it",
    ),
    (shape, {"points": 1}, "areas.shape is declared twice"),
]


@pytest.mark.parametrize(("body", "declared", "words"), REFUSED)
def test_a_wrong_check_is_refused(areas: Exercise, body: Any, declared: dict[str, Any], words: str) -> None:
    """In one sentence that names it; the exercise stays as it was."""

    def hidden(student: Any) -> None:
        """Something else."""

    areas.check(points=1)(shape)
    areas.check(points=1, public=False)(hidden)
    with pytest.raises(AuthorError) as refused:
        areas.check(**declared)(body)

    assert words == str(refused.value)
    assert 3 == len(areas.checks)


def test_a_hidden_check_may_need_a_hidden_one(areas: Exercise) -> None:
    """Nothing of either is shown."""
    areas.check(points=1, public=False)(shape)

    assert ("areas.shape",) == areas.check(points=0, public=False, needs=["shape"])(values).needs


def test_a_name_must_be_one() -> None:
    """It becomes a file's name and a variable's."""
    with pytest.raises(AuthorError, match="exercise name 'my areas' is no Python identifier"):
        exercise("my areas", title="Areas")


# --- property checks ----------------------------------------------------------------------------------


class Listener:
    """Plays the student: writes down what it is to play."""

    def __init__(self) -> None:
        self.played: list[tuple[Any, dict[str, Any]]] = []

    def play(self, body: Any, drawn: dict[str, Any]) -> None:
        self.played.append((body, drawn))


def property_check(areas: Exercise, **declared: Any) -> tuple[Any, Check]:
    def doubled(student: Any, number: int) -> None:
        """Twice as much."""

    return doubled, areas.check(points=1, **declared)(given(number=st.integers())(doubled))


def test_examples_are_played_by_the_student(areas: Exercise) -> None:
    """Hypothesis only draws: the body as it was written is handed to whoever plays."""
    body, check = property_check(areas, examples=7)
    listener = Listener()
    assert check.test is not None
    check.test(listener)

    assert body is check.body
    assert [body] * 7 == [played for played, _ in listener.played]
    assert all({"number"} == drawn.keys() for _, drawn in listener.played)


def test_drawing_leaves_no_traces(areas: Exercise) -> None:
    """No database, no deadline, no explaining, a number of examples for each check."""
    _, check = property_check(areas)
    found: settings = check.test._hypothesis_internal_use_settings  # type: ignore[union-attr]

    assert (MOST_EXAMPLES, None, None, False, False) == (
        found.max_examples,
        found.database,
        found.deadline,
        found.report_multiple_bugs,
        found.print_blob,
    )
    assert ["explicit", "generate", "shrink"] == [phase.name for phase in found.phases]
