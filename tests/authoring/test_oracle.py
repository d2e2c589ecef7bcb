"""The reference is asked once for the same arguments, and nobody can change what it said."""

from __future__ import annotations

import types
from typing import Any

import numpy as np
import pytest

from grader.authoring import oracle
from grader.authoring.oracle import Oracle, frozen, remembered


class Counted:
    """A pure function that counts how often it is asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.times += 1
        return np.array([self.times])


EQUAL = [
    (((1, "a"), {}), ((1, "a"), {})),
    (((np.ones(2),), {}), ((np.ones(2),), {})),
    ((([np.ones(2), 1],), {"k": (1, 2)}), (([np.ones(2), 1],), {"k": (1, 2)})),
]
DIFFERENT = [
    (((1,), {}), ((2,), {})),
    (((1,), {}), ((True,), {})),
    (((1,), {}), ((1.0,), {})),
    (((1,), {}), ((1, 1), {})),
    (((1,), {}), ((), {"x": 1})),
    (((), {"x": 1}), ((), {"y": 1})),
    ((([1, 2],), {}), (((1, 2),), {})),
    (((np.zeros(4),), {}), ((np.zeros((2, 2)),), {})),
    (((np.zeros(2, "int64"),), {}), ((np.zeros(2, "float64"),), {})),
    (((np.zeros(2),), {}), ((np.ones(2),), {})),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_asked_once(one: Any, other: Any) -> None:
    """Equal arguments get the very answer that was given first, which cannot be changed."""
    function = Counted()
    ask = remembered(function)
    answer = ask(*one[0], **one[1])

    assert ask(*other[0], **other[1]) is answer and not answer.flags.writeable
    assert 1 == function.times


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_asked_again(one: Any, other: Any) -> None:
    """Arguments that differ in value, type, shape, dtype or name are another question."""
    function = Counted()
    ask = remembered(function)

    assert [[1], [2]] == [ask(*args, **kwargs).tolist() for args, kwargs in (one, other)]


def test_place_or_name() -> None:
    """An argument given by its place and the same one given by its name are one question; it still gets its own default."""
    asked: list[tuple[int, ...]] = []

    def function(x: int, y: int = 2, *rest: int) -> list[int]:
        asked.append((x, y, *rest))
        return [x, y, *rest]

    ask = remembered(function)

    assert ask(1, 3) == ask(1, y=3) == ask(y=3, x=1) == [1, 3]
    assert [[1, 2], [3, 1], [1, 3, 4]] == [ask(1), ask(3, 1), ask(1, 3, 4)]
    assert [(1, 3), (1, 2), (3, 1), (1, 3, 4)] == asked


def test_oldest_answers_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory has a limit, and is kept up to it."""
    monkeypatch.setattr(oracle, "MOST_ANSWERS", 2)
    function = Counted()
    ask = remembered(function)
    for number in (1, 2, 3, 2, 3, 1):
        ask(number)

    assert 4 == function.times


def test_answers_cannot_be_changed() -> None:
    """Arrays are read-only, in tuples and lists too."""
    alone, first, second = (np.zeros(1) for _ in range(3))

    assert frozen(alone) is alone
    frozen((first, [second, "text"]))
    assert [False] * 3 == [array.flags.writeable for array in (alone, first, second)]


def test_oracle_of_a_module() -> None:
    """Its functions by name, each with one memory."""
    module = types.ModuleType("reference")
    module.f, module.g = Counted(), Counted()  # type: ignore[attr-defined]
    asked = Oracle(module)

    assert asked.f(1) is asked.f(1)
    assert asked.g(1) is not asked.f(1)
    assert (1, 1) == (module.f.times, module.g.times)
    with pytest.raises(AttributeError, match="no attribute 'h'"):
        asked.h(1)
