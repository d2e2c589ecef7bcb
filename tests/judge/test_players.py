"""Who plays the student: the reference, recorded replies, or the worker."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pytest

from grader.authoring.declared import TAKEN
from grader.authoring.exercise import Exercise
from grader.authoring.expect import CheckFailure
from grader.errors import AuthorError
from grader.judge.players import Live, OtherCalls, Player, RecordedCall, Recorder, Replayer
from grader.judge.session import Data
from grader.worker import protocol
from grader.worker.client import Limits
from grader.worker.protocol import Raised, Reply, Request
from tests.judge.actor import Actor


def twice(X: Any, by: Any = 2) -> Any:
    X *= by
    return X, [X]


@pytest.fixture
def exercise() -> Exercise:
    return Exercise("doubling", title="Doubling", functions={"twice": twice}, classes={"Net": dict})


ONE = np.ones(1)
CALL = RecordedCall("f", (ONE, [2, "a"]), {"k": (1.0, None)}, "answer", 3)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (RecordedCall("f", (np.ones(1), [2, "a"]), {"k": (1.0, None)}, "another answer", 3), True),
        (RecordedCall("g", CALL.args, CALL.kwargs, None, 3), False),
        (RecordedCall("f", CALL.args, CALL.kwargs, None, None), False),
        (RecordedCall("f", CALL.args[:1], CALL.kwargs, None, 3), False),
        (RecordedCall("f", CALL.args, {}, None, 3), False),
        (RecordedCall("f", CALL.args, {"l": (1.0, None)}, None, 3), False),
        (RecordedCall("f", CALL.args, {"k": (1, None)}, None, 3), False),
        (RecordedCall("f", CALL.args, {"k": [1.0, None]}, None, 3), False),
        (RecordedCall("f", (ONE, (2, "a")), CALL.kwargs, None, 3), False),
        (RecordedCall("f", (ONE, [2, "b"]), CALL.kwargs, None, 3), False),
        (RecordedCall("f", (ONE[None], [2, "a"]), CALL.kwargs, None, 3), False),
        (RecordedCall("f", (ONE.astype("float32"), [2, "a"]), CALL.kwargs, None, 3), False),
        (RecordedCall("f", (ONE * 2, [2, "a"]), CALL.kwargs, None, 3), False),
        (RecordedCall("f", (1.0, [2, "a"]), CALL.kwargs, None, 3), False),
    ],
)
def test_same_call(other: RecordedCall, same: bool) -> None:
    """Function, arguments and seed, to the last bit and type; the answer does not matter."""
    assert (same, same) == (CALL.same_as(other), other.same_as(CALL))


def test_not_a_number_is_the_same_again() -> None:
    """In an array: a check may well ask about it."""
    one, other = (RecordedCall("f", (np.array([np.nan]),), {}) for _ in range(2))

    assert one.same_as(other)


def test_wire() -> None:
    """What crosses the pipe: everything but the answer."""
    wanted = protocol.Call(
        "f", (protocol.pack(ONE), protocol.pack([2, "a"])), (("k", protocol.pack((1.0, None))),), "numpy", 3
    )

    assert wanted == CALL.wire("numpy")


def test_bytes_are_not_all() -> None:
    """Zeros of two dtypes are the same bytes."""
    one, other = (RecordedCall("f", (np.zeros(1, dtype=dtype),), {}) for dtype in ("int64", "float64"))

    assert not one.same_as(other)


# --- what checks draw themselves ----------------------------------------------------------------------


def numbers_of(player: Player, name: str = "check", times: int = 1) -> list[list[int]]:
    """What a check of this name draws, played so often."""
    drawn: list[list[int]] = []

    def body(student: Any) -> None:
        drawn.append(student.random.integers(1 << 31, size=4).tolist())

    body.__name__ = name
    for _ in range(times):
        player.play(body, {})
    return drawn


def test_random_numbers_are_those_of_the_run(exercise: Exercise) -> None:
    """Whoever plays draws the same, every time anew; another run or another check draws otherwise."""
    session = FakeSession(exercise)
    players = [Recorder(exercise, 3), Replayer(exercise, 3, (), iter([])), live(session)]
    [same] = numbers_of(players[0])

    assert [same] * 6 == [drawn for player in players for drawn in numbers_of(player, times=2)]
    assert same not in numbers_of(Recorder(exercise, 4))
    assert same not in numbers_of(Recorder(exercise, 3), "other")


def test_a_seed_ends_with_its_example(exercise: Exercise) -> None:
    """What one example asks with a seed the next asks without."""
    player = Recorder(exercise, 0)
    player.play(lambda student: student.seeded(5).twice(np.ones(1)), {})
    player.play(lambda student: student.twice(np.ones(1)), {})

    assert [5, None] == [call.seed for _, calls in player.examples for call in calls]


# --- Recorder -----------------------------------------------------------------------------------------


def test_recorder(exercise: Exercise) -> None:
    """The reference gets copies and gives copies: what is written down stays as it was."""
    recorder = Recorder(exercise, 0)
    X = np.ones(2)

    def body(student: Any, X: np.ndarray) -> None:
        found = student.seeded(5).twice(X, by=3)
        assert (tuple, list) == (type(found), type(found[1]))
        answer, (inner,) = found
        answer += 1
        inner += 1

    recorder.play(body, {"X": X})
    recorder.play(lambda student: None, {})
    ((drawn, (call,)), empty) = recorder.examples

    assert ({}, ()) == empty
    assert drawn["X"] is X and not X.flags.writeable
    assert ("twice", [1.0, 1.0], 5) == (call.function, call.args[0].tolist(), call.seed)
    assert isinstance(call.answer, tuple)
    assert ([3.0, 3.0], [3.0, 3.0]) == (call.answer[0].tolist(), call.answer[1][0].tolist())


@pytest.mark.parametrize("name", ["import_file", "defines", "network", "artefact", "data"])
def test_questions_to_a_worker_are_for_live_checks(exercise: Exercise, name: str) -> None:
    """A bank is drawn from the reference, which is no worker: its author is told what to declare."""
    with pytest.raises(AuthorError, match=f"student.{name} asks the student's worker at once: declare live=True"):
        getattr(Recorder(exercise, 0), name)


@pytest.mark.parametrize("name", ["thrice", "_private"])
def test_only_functions_of_the_contract(exercise: Exercise, name: str) -> None:
    """Anything else is a slip of the check's author."""
    with pytest.raises(AttributeError, match=f"the contract of doubling has no {name}"):
        getattr(Recorder(exercise, 0), name)


def test_a_network_is_no_function(exercise: Exercise) -> None:
    """Its author is told how networks are asked for."""
    with pytest.raises(
        AuthorError, match=r"student\.Net: a network is asked for with student\.network\('Net', sample="
    ):
        Recorder(exercise, 0).Net  # noqa: B018 - asking is what is refused


def test_names_that_are_taken() -> None:
    """Every public name of a player is refused as a function's: it would never be asked for."""
    doubling = Exercise("doubling", title="Doubling")
    own = {*dir(Live), *vars(Player(doubling, 0)), *vars(Live(Actor(doubling, [lambda answer: answer])))}

    assert TAKEN == {name for name in own if not name.startswith("_")}


# --- Replayer -----------------------------------------------------------------------------------------


def recorded(*numbers: int) -> tuple[RecordedCall, ...]:
    return tuple(RecordedCall("twice", (number,), {}) for number in numbers)


def test_replayer(exercise: Exercise) -> None:
    """Each call gets its reply, with the traces it left; those not asked for are passed over."""
    replies = iter(
        [
            Reply(protocol.pack([1, ONE]), changed=(("X", protocol.pack(ONE)),), aliases=("X",)),
            Reply(2),
            Reply(3),
            Reply(4),
        ]
    )
    player = Replayer(exercise, 0, recorded(1, 2, 3), replies)
    first, array = player.twice(1)
    changed = player.changed

    assert (1, [1.0], ("X",)) == (first, array.tolist(), player.aliases)
    assert [("X", [1.0])] == [(name, value.tolist()) for name, value in changed]
    assert (2, (), ()) == (player.twice(2), player.changed, player.aliases)
    player.finish()
    assert 4 == next(replies).value


@pytest.mark.parametrize("numbers", [(2,), ()])
def test_other_calls_than_recorded(exercise: Exercise, numbers: tuple[int, ...]) -> None:
    """The replies would not fit: the check depends on answers, and has to be played live."""
    replies = iter([Reply(1)])
    player = Replayer(exercise, 0, recorded(*numbers), replies)
    with pytest.raises(OtherCalls):
        player.twice(1)

    assert [Reply(1)] == [*replies]


def test_an_exception_of_the_student(exercise: Exercise) -> None:
    """Becomes a finding with the call as it was written."""
    player = Replayer(exercise, 0, recorded(1), iter([Reply(raised=Raised("TypeError", "no"))]))
    with pytest.raises(CheckFailure, match=r"^twice cannot be called as twice\(1\): no$"):
        player.twice(1)

    assert player.last == recorded(1)[0]


def test_odd_numbers_are_no_warning(exercise: Exercise) -> None:
    """A check may divide by whatever a student returned."""
    drawn: list[Any] = []

    def body(student: Any, X: np.ndarray) -> None:
        drawn.append(X / 0)

    player = Replayer(exercise, 0, (), iter([]))
    player.play(body, {"X": ONE})

    assert ([np.inf], ["X"]) == (drawn[0].tolist(), [*player.drawn])


# --- Live ---------------------------------------------------------------------------------------------


class FakeSession:
    """Gives the replies it is given, and writes down what it was asked."""

    def __init__(self, exercise: Exercise, *replies: Reply) -> None:
        self.exercise = exercise
        self.libraries: dict[str, Any] = {}
        self.names = {"twice": "function", "Net": "missing"}
        self.limits = Limits(call_seconds=7)
        self.data = Data(root="/data")
        self.seed = 3
        self.asked: list[Any] = []
        self._replies = itertools.cycle(replies or [Reply(8)])

    def load(self) -> None:
        self.asked.append("load")

    def require(self, name: str) -> None:
        self.asked.append(name)

    def ask(self, request: Request, what: str, seconds: float | None = None) -> Reply:
        self.asked.append((request, what))
        return next(self._replies)

    def ask_evaluator(self, requests: Iterable[Request], what: str, seconds: float) -> Iterator[Reply]:
        for request in requests:
            self.asked.append((request, what, seconds))
            yield next(self._replies)

    def artefact(self, file: str) -> bytes | None:
        return file.encode()


def live(session: FakeSession) -> Any:
    return Live(session)  # type: ignore[arg-type]


def test_live_calls(exercise: Exercise) -> None:
    """In the function's library, tensors unless known; seeded from the moment it is asked for."""
    session = FakeSession(exercise)
    student = live(session)
    student.twice(4)
    session.libraries["twice"] = "numpy"

    assert 8 == student.seeded(3).twice(X=5)
    first, second = protocol.Call("twice", (4,)), protocol.Call("twice", (), (("X", 5),), "numpy", 3)
    assert [
        "twice",
        (Request("calls", (), (first,)), "twice(4) was being called"),
        "twice",
        (Request("calls", (), (second,)), "twice(X=5) was being called"),
    ] == session.asked


def test_live_defines(exercise: Exercise) -> None:
    """As the worker told when it loaded the file."""
    session = FakeSession(exercise)

    assert [True, False, False] == [live(session).defines(name) for name in ("twice", "Net", "other")]
    assert ["load"] * 3 == session.asked


def test_live_has_the_session_s_things(exercise: Exercise) -> None:
    """Files, data, and a place for evidence."""
    session = FakeSession(exercise)
    student = live(session)
    student.import_file()
    student.show("curves")

    assert (b"a.pth", session.data, ["curves"], ["load"]) == (
        student.artefact("a.pth"),
        student.data,
        student.evidence,
        session.asked,
    )
