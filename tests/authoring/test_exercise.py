"""What the author of a check declares, and what is refused before any student is graded by it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.authoring.exercise import MOST_EXAMPLES, READY_MADE, Check, Exercise, exercise
from grader.errors import AuthorError
from grader.worker.ready_made import KINDS


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


def test_a_function_may_be_imported_later() -> None:
    """Like a class: named by its module, and by then not yet imported."""
    later = Exercise("later", title="Later", functions={"load": "nowhere.to.be:found", "dumps": "json:dumps"})

    assert ("load", "dumps") == later.function_names
    assert "obj" == later.signature("dumps")[0][0]
    with pytest.raises(ModuleNotFoundError):
        later.import_reference()


def test_what_is_not_declared(areas: Exercise) -> None:
    """Public, replayed, needs nothing, the exercise's lesson."""
    check = areas.check(points=1)(shape)

    assert (True, (), "", "3.1", False) == (check.public, check.needs, check.hint, check.lesson, check.live)
    assert "Why: because." == check.about


def test_signature(areas: Exercise) -> None:
    """Names and defaults in the order of the contract."""
    assert (("width", None), ("height", 2), ("unit", "m")) == areas.signature("area")


EARLIER = "a check can only need earlier ones; there are: loads, shape, hidden"
REFUSED: list[tuple[Any, dict[str, Any], str]] = [
    (nameless, {"points": 1}, "areas.nameless has no docstring: its first line is the title"),
    (untitled, {"points": 1}, "areas.untitled has no docstring: its first line is the title"),
    (values, {"points": -0.5}, "areas.values: points=-0.5 is below 0"),
    (values, {"points": 1, "needs": ["later"]}, f"areas.values needs areas.later: {EARLIER}"),
    (values, {"points": 1, "needs": ["values"]}, f"areas.values needs areas.values: {EARLIER}"),
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


# --- gates, files, copies -----------------------------------------------------------------------------


def gated(ready_made: tuple[str, ...] = ("pooling", "solving")) -> Exercise:
    """Two checks before a gate, and two behind it."""
    gated = exercise("areas", title="Areas", functions={"area": area}, ready_made=ready_made)
    for name, more in (
        ("first", {}),
        ("second", {"needs": ["first"]}),
        ("gate", {"gate": True}),
        ("third", {"needs": ["second", "gate"], "files": ["areas.onnx", "areas.pth"]}),
        ("fourth", {"public": False, "files": ["areas.pth"], "trains": True}),
    ):

        def body(student: Any) -> None:
            """A check."""

        body.__name__ = name
        gated.check(points=1, **more)(body)
    return gated


def test_what_must_have_passed() -> None:
    """That the file loads, the gates that come before, and what a check names itself; each once, in this order."""
    assert {
        "loads": (),
        "first": ("areas.loads",),
        "second": ("areas.loads", "areas.first"),
        "gate": ("areas.loads",),
        "third": ("areas.loads", "areas.gate", "areas.second"),
        "fourth": ("areas.loads", "areas.gate"),
    } == {check.name: check.all_needs for check in gated().checks}


def test_without_ready_made_functions() -> None:
    """All checks of an exercise that forbids them and has a gate for it, so that what the gate tells holds for all."""
    every = gated()
    gate = every.checks[3]

    assert [True] == [check.own_work for check in every.checks if check.gate]
    assert {("pooling", "solving")} == {check.without for check in every.checks}
    assert {()} == {check.without for check in gated(()).checks}
    gate.gate = False  # as a course may
    assert [(), ("pooling", "solving"), ()] == [check.without for check in every.checks[2:5]]
    assert ("areas.loads",) == every.checks[-1].all_needs


def test_a_gate_alone_forbids_nothing() -> None:
    """It takes an exercise that names what it forbids."""
    assert not any(check.own_work for check in gated(()).checks)


def test_files() -> None:
    """Of an exercise: those of its checks, once each."""
    assert ("areas.onnx", "areas.pth") == gated().files


def test_a_copy_is_changed_apart() -> None:
    """With checks of its own that belong to it; only what may be missing is added to."""
    original = gated()
    mine = original.copy(optional=["areas.pth"])
    mine.checks[1].points, mine.checks[3].gate = 9, False

    assert (1, True, False) == (original.checks[1].points, original.checks[3].gate, mine.checks[3].gate)
    assert (set(), {"areas.pth"}) == (original.optional, mine.optional)
    assert all(check.exercise is mine for check in mine.checks)
    assert all(check.exercise is original for check in original.checks)
    assert ([()] * 6, ["areas.gate"]) == (
        [check.without for check in mine.checks if not check.own_work] + [mine.loads.without],
        [check.id for check in mine.checks if check.without],
    )


def test_kinds_that_are_not_known() -> None:
    """Are refused: nothing would be taken away."""
    with pytest.raises(
        AuthorError, match=r"^areas: ready_made=\['sorting'\] is none of convolution, pooling, solving, block$"
    ):
        gated(("pooling", "sorting"))


def test_kinds_are_those_that_workers_know() -> None:
    """What an author can forbid, a worker can take away."""
    assert [*KINDS] == [*READY_MADE]


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
