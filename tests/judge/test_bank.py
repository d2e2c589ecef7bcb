"""What is drawn once against the reference, and sent in one batch for every submission."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.authoring import expect
from grader.authoring.exercise import Check, Exercise
from grader.authoring.strategies import arrays
from grader.errors import AuthorError
from grader.judge import bank as bank_module
from grader.judge.bank import Bank
from grader.worker import protocol


def twice(X: Any) -> Any:
    return X * 2


def spoil(X: Any) -> Any:
    """Works in place."""
    X += 1
    return X


@pytest.fixture
def exercise() -> Exercise:
    return Exercise("doubling", title="Doubling", functions={"twice": twice, "spoil": spoil})


def both(student: Any, X: np.ndarray, n: int) -> None:
    """Two calls."""
    expect.close(student.twice(X), 2 * X)
    expect.close(student.spoil(X + n), X + n + 1)


def check_of(exercise: Exercise, body: Any = both) -> Check:
    return exercise.check(points=1, examples=6)(given(X=arrays(2, (1, 3)), n=st.integers(0, 9))(body))


def test_a_seed_draws_the_same_whatever_is_imported(
    exercise: Exercise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hypothesis reads constants out of the modules around it: none of them decides what is asked."""
    check = exercise.check(points=1)(given(n=st.integers(0, 10**9))(number))
    before = [example.drawn for example in Bank(check, seed=5).examples]
    (tmp_path / "full_of_numbers.py").write_text("\n".join(f"x = {number}" for number in range(10**6, 10**6 + 500)))
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("full_of_numbers")

    assert before == [example.drawn for example in Bank(check, seed=5).examples]


def number(student: Any, n: int) -> None:
    """One call."""
    student.twice(n)


def test_examples_and_their_calls(exercise: Exercise) -> None:
    """Every drawn input with its calls and the reference's answers, none of which can be changed."""
    bank = Bank(check_of(exercise), seed=0)

    assert 6 == len(bank.examples)
    assert ["twice", "spoil"] == bank.functions()
    assert [call for example in bank.examples for call in example.calls] == bank.calls
    for one in bank.examples:
        X, n = one.drawn["X"], one.drawn["n"]
        first, second = one.calls
        assert first.args[0] is X
        assert (2 * X).tolist() == first.answer.tolist()
        assert ((X + n).tolist(), (X + n + 1).tolist()) == (second.args[0].tolist(), second.answer.tolist())
        assert [False] * 3 == [array.flags.writeable for array in (X, first.answer, second.answer)]


def drawn(bank: Bank) -> list[Any]:
    return [(example.drawn["X"].tolist(), example.drawn["n"]) for example in bank.examples]


def test_seed(exercise: Exercise) -> None:
    """The same seed draws the same examples, another one others."""
    check = check_of(exercise)

    assert drawn(Bank(check, seed=3)) == drawn(Bank(check, seed=3)) != drawn(Bank(check, seed=4))


def test_a_check_without_examples(exercise: Exercise) -> None:
    """Is one example with nothing drawn."""

    def fixed(student: Any) -> None:
        """Three."""
        student.spoil(np.ones(2))
        student.twice(np.ones(2))
        student.twice(X=np.ones(2))

    bank = Bank(exercise.check(points=1)(fixed), seed=0)

    assert [({}, 3)] == [(example.drawn, len(example.calls)) for example in bank.examples]
    assert ["spoil", "twice"] == bank.functions()


def test_frames(exercise: Exercise) -> None:
    """All calls in order, each in its function's library; made once for each choice."""
    bank = Bank(check_of(exercise), seed=0)
    frame = bank.frame({"twice": "torch", "spoil": "numpy", "other": "torch"})
    request = protocol.read_request(frame[8:])

    assert "calls" == request.procedure
    assert [call.wire("torch" if call.function == "twice" else "numpy") for call in bank.calls] == [*request.calls]
    assert bank.frame({"twice": "torch", "spoil": "numpy"}) is frame
    assert bank.frame({"twice": "numpy", "spoil": "torch"}) != frame


def fails(student: Any, X: np.ndarray, n: int) -> None:
    """Asks too much."""
    expect.close(student.twice(X), 3 * X + 1)


def breaks(student: Any, X: np.ndarray, n: int) -> None:
    """Is no code."""
    student.thrice(X)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            fails,
            r"^the reference does not pass doubling\.fails \(judge/test_bank\.py, line \d+\): .* values? (is|are) wrong; the greatest",
        ),
        (
            breaks,
            r"^the reference does not pass doubling\.breaks \(judge/test_bank\.py, line \d+\): AttributeError: the contract of "
            r"doubling has no thrice; did you mean twice\?$",
        ),
    ],
)
def test_the_reference_must_pass(exercise: Exercise, body: Any, words: str) -> None:
    """Otherwise the check is wrong, and no student is graded by it."""
    with pytest.raises(AuthorError, match=words):
        Bank(check_of(exercise, body), seed=0)


def test_no_example_twice(exercise: Exercise) -> None:
    """Those that are named first, then the simplest one, then others, as many as there are."""
    check = exercise.check(points=1, examples=50)(example(n=5)(given(n=st.integers(0, 5))(number)))
    found = [one.drawn["n"] for one in Bank(check, seed=0).examples]

    assert [5, 0] == found[:2]
    assert {0, 1, 2, 3, 4, 5} == {*found}
    assert len(found) <= 8


def test_what_strategies_refuse(exercise: Exercise) -> None:
    """Is left out, and others are drawn in its place."""
    check = exercise.check(points=1, examples=20)(given(n=st.integers(0, 99).filter(lambda n: n % 3))(number))
    found = [one.drawn["n"] for one in Bank(check, seed=0).examples]

    assert 20 == len(found)
    assert all(n % 3 for n in found)


def test_another_version_of_hypothesis(exercise: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is not made of the same parts draws by its search."""
    monkeypatch.setattr(bank_module, "_from", None)
    bank_module.can_draw_alone.cache_clear()
    try:
        assert 6 == len(Bank(check_of(exercise), seed=0).examples)
        assert not bank_module.can_draw_alone()
    finally:
        bank_module.can_draw_alone.cache_clear()
