"""Whatever student code returns costs its own points and nobody else's: it fails a check, never the grader.

An answer that made a check raise would be an "error of the harness", and take its points out of the total.
"""

from __future__ import annotations

import datetime
import decimal
import io
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torch import nn

from grader import course
from grader.authoring.exercise import Check
from grader.judge.bank import Bank, Rubric
from grader.judge.runner import judge_exercise
from grader.records import CheckResult, ExerciseResult, SubmissionReport, from_json, to_json
from grader.report import html
from grader.worker import protocol
from tests.judge.actor import Actor, Raises, Spoil, as_array
from tests.judge.odd_networks import ODD
from tests.report import samples

EXERCISES = {name: known.copy(known.files) for name, known in course.load().exercises.items()}  # nothing lies beside
FUNCTIONS = [name for name, exercise in EXERCISES.items() if exercise.functions]
CHECKS = [check for name in FUNCTIONS for check in EXERCISES[name].checks if check is not check.exercise.loads]
MOST_EXAMPLES = 8  # of a check: odd answers are odd on the first one already
MOST_JUDGING_SECONDS = 60  # of processor time, mostly the network's own training
MOST_BEFORE = 4  # right answers before an odd one
NETWORKS = [name for name, exercise in EXERCISES.items() if exercise.classes]


def raising(words: str) -> Spoil:
    def spoil(answer: Any) -> Any:
        raise Raises(words)

    return spoil


def constant(make: Callable[[], Any]) -> Spoil:
    return lambda answer: make()


def nested(depth: int) -> list[Any]:
    return [] if depth == 0 else [nested(depth - 1)]


class Liar(np.ndarray):
    """An array that says other things about itself than its memory does."""

    @property
    def shape(self) -> Any:
        return (1, 1)

    @property
    def dtype(self) -> Any:
        return np.dtype("float64")

    def __eq__(self, other: object) -> Any:
        return True


OBJECTS: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "True": lambda: True,
    "zero": lambda: 0,
    "minus one": lambda: -1,
    "a huge integer": lambda: 10**40,
    "the greatest integer of 64 bits": lambda: (1 << 63) - 1,
    "nan": lambda: float("nan"),
    "inf": lambda: float("inf"),
    "a complex number": lambda: 1 + 2j,
    "an empty string": str,
    "a string": lambda: "12",
    "a string with escapes": lambda: "\x1b[31m::error::<script>\u202e\0",
    "a long string": lambda: "x" * 100_000,
    "half a surrogate pair": lambda: "\ud800",
    "bytes": lambda: b"\xff\xfe",
    "an empty list": list,
    "an empty tuple": tuple,
    "an empty dict": dict,
    "a dict": lambda: {"a": 1, 2: np.ones(3), None: "x"},
    "a set": lambda: {1, 2},
    "a list of None": lambda: [None, None],
    "a list of strings": lambda: ["1", "2"],
    "a ragged list": lambda: [[1.0, 2.0], [3.0]],
    "a list of number and list": lambda: [1, [2]],
    "a list with nan": lambda: [[float("nan"), 1.0], [2.0, 3.0]],
    "a list of huge integers": lambda: [[10**30]],
    "integers that share no dtype": lambda: [(1 << 63) - 1, -1, 0.5],
    "a list of booleans": lambda: [[True, False]],
    "a deep list": lambda: nested(40),
    "a long list": lambda: [0.0] * 5000,
    "a pair of None": lambda: (None, None),
    "a pair of arrays": lambda: (np.ones((1, 2)), np.ones(20)),
    "a kernel without losses": lambda: (np.ones((1, 2)), []),
    "a kernel and one loss": lambda: (np.ones((1, 2)), 0.5),
    "complex losses": lambda: (np.ones((1, 2)) * 1j, [1j] * 20),
    "losses that are text": lambda: (np.ones((1, 2)), ["1"] * 20),
    "a list of arrays of many shapes": lambda: [np.ones(n) for n in range(4)],
    "a list of arrays": lambda: [np.ones(3), np.zeros(3)],
    "a range": lambda: range(5),
    "a generator": lambda: (row for row in np.eye(3)),
    "an iterator": lambda: iter([1, 2]),
    "a function": lambda: print,
    "a class": lambda: int,
    "a module": lambda: np,
    "Ellipsis": lambda: ...,
    "NotImplemented": lambda: NotImplemented,
    "a date": lambda: datetime.date(2026, 1, 1),
    "a decimal": lambda: decimal.Decimal("1.5"),
    "an exception": lambda: ValueError("x"),
    "an array of no axis": lambda: np.array(5.0),
    "an array of one axis": lambda: np.arange(4.0),
    "an empty array": lambda: np.zeros(0),
    "an array without rows": lambda: np.zeros((0, 3)),
    "an array without columns": lambda: np.zeros((3, 0), dtype=bool),
    "eight axes": lambda: np.zeros((1,) * 8),
    "twelve axes": lambda: np.zeros((1,) * 12),
    "a large array": lambda: np.zeros((200, 200), dtype=np.float32),
    "an array of nan": lambda: np.full((2, 2), np.nan),
    "an array of inf": lambda: np.full((2, 2), -np.inf),
    "the largest floats": lambda: np.full((2, 2), 1.7e308),
    "the smallest integers": lambda: np.full((2, 2), -(1 << 63)),
    "unsigned": lambda: np.full((2, 2), (1 << 64) - 1, dtype=np.uint64),
    "half floats": lambda: np.full((2, 2), 65504, dtype=np.float16),
    "booleans": lambda: np.ones((2, 2), dtype=bool),
    "complex": lambda: np.full((2, 2), 1 + 1j),
    "complex nan": lambda: np.full((2, 2), complex("nan+nanj")),
    "long doubles": lambda: np.ones((2, 2), dtype=np.longdouble),
    "objects": lambda: np.array([[1, None], ["x", 2.0]], dtype=object),
    "ragged objects": lambda: np.array([np.ones(2), np.ones(3)], dtype=object),
    "text": lambda: np.array([["a", "b"]]),
    "dates": lambda: np.array(["2026-01-01"], dtype="datetime64[D]"),
    "records": lambda: np.zeros(2, dtype=[("a", "i4"), ("b", "f8")]),
    "big-endian": lambda: np.ones((2, 2), dtype=">f8"),
    "a matrix": lambda: np.asmatrix(np.ones((2, 2))),
    "a masked array": lambda: np.ma.masked_array(np.ones((2, 2)), mask=[[0, 1], [1, 0]]),
    "a lying array": lambda: np.arange(12.0).reshape(3, 4).view(Liar),
    "a NumPy scalar": lambda: np.float32(1.5),
    "a sparse tensor": lambda: torch.eye(3).to_sparse(),
    "a boolean tensor": lambda: torch.ones(2, 2, dtype=torch.bool),
    "a complex tensor": lambda: torch.full((2, 2), 1j),
    "a conjugated tensor": lambda: torch.full((2, 2), 1j).conj(),
    "a bfloat16 tensor": lambda: torch.ones(2, 2, dtype=torch.bfloat16),
    "a float8 tensor": lambda: torch.ones(2, 2).to(torch.float8_e4m3fn),
    "a meta tensor": lambda: torch.ones(2, 2, device="meta"),
    "an empty tensor": lambda: torch.empty(0),
    "a tensor of no axis": lambda: torch.tensor(1.0, requires_grad=True),
    "an expanded tensor": lambda: torch.ones(1).expand(3, 4),
    "a nested tensor": lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)], layout=torch.jagged),
    "a network": lambda: nn.Linear(2, 2),
}

CHANGES: dict[str, Spoil] = {
    "right": lambda answer: answer,
    "twice": lambda answer: (answer, answer),
    "in a list": lambda answer: [answer],
    "in a dict": lambda answer: {"result": answer},
    "the first half": lambda answer: (
        answer[: len(answer) // 2] if isinstance(answer, list | tuple) else as_array(answer)[:1]
    ),
    "with more": lambda answer: [*answer, None] if isinstance(answer, list | tuple) else as_array(answer)[None],
    "as nested lists": lambda answer: as_array(answer).tolist(),
    "as tuples": lambda answer: tuple(map(tuple, np.atleast_2d(as_array(answer)).tolist())),
    "as text": lambda answer: as_array(answer).astype(str),
    "flat": lambda answer: as_array(answer).ravel(),
    "added up": lambda answer: as_array(answer).sum(),
    "turned": lambda answer: as_array(answer).T,
    "cut": lambda answer: as_array(answer)[..., :-1] if as_array(answer).ndim else 0.0,
    "with an axis more": lambda answer: as_array(answer)[None],
    "as complex numbers": lambda answer: as_array(answer) + 0j,
    "a little complex": lambda answer: as_array(answer) + 1e-9j,
    "very complex": lambda answer: as_array(answer) * 1j,
    "as booleans": lambda answer: as_array(answer).astype(bool),
    "as bytes": lambda answer: (as_array(answer) % 100).astype(np.uint8),
    "as half floats": lambda answer: as_array(answer).astype(np.float16),
    "as objects": lambda answer: as_array(answer).astype(object),
    "with a nan": lambda answer: as_array(answer) * np.nan,
    "infinite": lambda answer: as_array(answer) + np.inf,
    "tampered flags": lambda answer: protocol.Reply(
        protocol.pack(as_array(answer)),
        changed=(("<b>X\x1b", None), ("", 1)),
        aliases=("\u202e",),
    ),
    "changed into nothing": lambda answer: protocol.Reply(changed=(("X", protocol.pack(np.zeros((0, 2)))),)),
    "a forged refusal": lambda answer: protocol.Reply(raised=protocol.Raised("X", "::error::x", internal=True)),
    "a forged line": lambda answer: protocol.Reply(raised=protocol.Raised("", "\n" * 9, line=(1 << 64) - 1)),
    "a forged file": lambda answer: protocol.Reply(raised=protocol.Raised("X", "", 1, file="\x1b[2J\n::error::")),
}
RAISED = {
    "raises": raising("x"),
    "raises much": raising("x" * 100_000),
    "raises forgeries": raising("\x1b]0;PASSED\x07\n::error::\r\nPASSED  corr2d.values\ud800"),
}
SPOILS: dict[str, Spoil] = {**{name: constant(make) for name, make in OBJECTS.items()}, **CHANGES, **RAISED}

WIRE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats()
    | st.text(max_size=5)
    | st.builds(protocol.Opaque, st.text(max_size=5))
    | st.sampled_from(sorted(protocol.DTYPES))
    .flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)))
    .map(protocol.pack),
    lambda inner: (
        st.builds(protocol.Sequence, st.sampled_from(["list", "tuple"]), st.lists(inner, max_size=4).map(tuple))
        | st.builds(protocol.Mapping, st.lists(st.tuples(st.text(max_size=5), inner), max_size=3).map(tuple))
    ),
    max_leaves=6,
)
ANSWERS = st.lists(
    st.sampled_from(sorted(SPOILS)) | st.builds(lambda value: protocol.Reply(value), WIRE), min_size=1, max_size=5
)


@cache
def banks(name: str) -> dict[str, Bank]:
    made = Rubric(EXERCISES[name].checks, seed=0).draw(EXERCISES[name])
    for bank in made.values():
        bank.examples = bank.examples[:MOST_EXAMPLES]
        bank.calls = [call for example in bank.examples for call in example.calls]
    return made


def spoil(answer: str | protocol.Reply) -> Spoil:
    return SPOILS[answer] if isinstance(answer, str) else lambda right: answer


def run(session: Actor, checks: list[Check] | None = None) -> ExerciseResult:
    chosen = checks or session.exercise.checks
    return judge_exercise(session, Rubric(chosen, seed=0, banks=banks(session.exercise.name)))


def judged(name: str, session: Actor, checks: list[Check] | None = None) -> tuple[CheckResult, ...]:
    """The results of an exercise, which must be fit for every kind of report."""
    result = run(session, checks)
    written_out(result)
    return result.checks


def written_out(result: ExerciseResult) -> None:
    report = SubmissionReport(
        submission="someone",
        score=result.score,
        max_score=result.max_score,
        exercises=(result,),
        seed=0,
        versions={},
    )
    page = html.page(report)
    stream = io.StringIO()
    samples.print_summary([report], [], Path("reports"), stream)
    assert from_json(to_json(report)).score == result.score
    assert len(page) + len(stream.getvalue()) < 2_000_000
    assert not any(line.lstrip().startswith("::") for line in stream.getvalue().splitlines())


def errors(results: tuple[CheckResult, ...]) -> list[str]:
    return [f"{one.id}: {one.finding.message}" for one in results if one.outcome == "errored" and one.finding]


def test_the_actor_plays_well() -> None:
    """Unspoilt, every exercise passes: what the other tests see is the spoiling."""
    for name in (*FUNCTIONS, *NETWORKS):
        results = judged(name, Actor(EXERCISES[name], [SPOILS["right"]]))

        assert {one.id for one in results if one.outcome == "failed"} == set()
        assert errors(results) == []


@pytest.mark.parametrize("name", sorted(SPOILS))
def test_one_answer_to_everything(name: str) -> None:
    """The same odd answer to every call, whichever it is."""
    for exercise in FUNCTIONS:
        assert errors(judged(exercise, Actor(EXERCISES[exercise], [SPOILS[name]]))) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_right_answers_and_then_an_odd_one(check: Check) -> None:
    """Every odd answer as the first, second, third ... that a check gets."""
    for before in range(MOST_BEFORE):
        for name, odd in SPOILS.items():
            session = Actor(check.exercise, [*[SPOILS["right"]] * before, odd])
            session.libraries = dict.fromkeys(check.exercise.functions, "numpy")
            session.shrink_plays, session.diagnose = 0, False  # other tests' business

            assert (name, before, errors(run(session, [check]).checks)) == (name, before, [])


@pytest.mark.parametrize("exercise", FUNCTIONS)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), answers=ANSWERS)
def test_answers_that_change(exercise: str, data: st.DataObject, answers: list[str | protocol.Reply]) -> None:
    """Right answers and odd ones by turns, so that later calls of a check meet odd ones too."""
    check = data.draw(st.sampled_from(EXERCISES[exercise].checks))

    assert errors(judged(exercise, Actor(EXERCISES[exercise], [*map(spoil, answers), SPOILS["right"]]), [check])) == []


@pytest.mark.parametrize("exercise", FUNCTIONS)
@pytest.mark.parametrize("name", ["cut", "flat", "raises", "with a nan", "a ragged list", "None"])
def test_shrinking_odd_answers(exercise: str, name: str) -> None:
    """Looking for a smaller counterexample meets odd answers as well."""
    session = Actor(EXERCISES[exercise], [SPOILS["right"], SPOILS[name]])
    session.shrink_plays = 100

    assert errors(judged(exercise, session)) == []


@pytest.mark.parametrize("exercise", NETWORKS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), before=st.integers(0, 6), answers=ANSWERS)
def test_what_a_worker_tells_of_a_network(
    exercise: str, data: st.DataObject, before: int, answers: list[str | protocol.Reply]
) -> None:
    """Student code can write into the worker's channel: any procedure may seem to answer anything."""
    check = data.draw(st.sampled_from(EXERCISES[exercise].checks))
    spoils = [*[SPOILS["right"]] * before, *map(spoil, answers)]

    assert errors(judged(exercise, Actor(EXERCISES[exercise], spoils), [check])) == []


@pytest.mark.parametrize("exercise", NETWORKS)
@pytest.mark.parametrize("name", ODD)
def test_odd_networks(name: str, exercise: str) -> None:
    """Networks that are none, have no or odd parameters, give odd outputs or are too large."""
    classes = dict.fromkeys(EXERCISES[exercise].classes, ODD[name])
    started = time.process_time()

    assert errors(judged(exercise, Actor(EXERCISES[exercise], [SPOILS["right"]], classes))) == []
    assert time.process_time() - started < MOST_JUDGING_SECONDS
