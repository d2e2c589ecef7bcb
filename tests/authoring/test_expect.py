"""What `expect` says of an answer, in the exact words and data that reach a student."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.authoring import expect
from grader.authoring.expect import CheckFailure
from grader.authoring.tolerance import Tolerance
from grader.records import Array, Plain
from grader.worker.protocol import Opaque

NAN, INF = float("nan"), float("inf")


def failure(act: Callable[[], object]) -> CheckFailure:
    """What `act` fails with."""
    with pytest.raises(CheckFailure) as caught:
        act()
    return caught.value


# --- array, floats ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (3, np.array(3)),
        (True, np.array(True)),
        (2.5, np.array(2.5)),
        ([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]])),
        (((1.5,), (2,)), np.array([[1.5], [2.0]])),
        ([np.ones(2), np.zeros(2)], np.array([[1.0, 1.0], [0.0, 0.0]])),
        ([np.array(1j)], np.array([1j])),
        ([[]], np.zeros((1, 0))),
    ],
)
def test_what_counts_as_an_array(value: Any, wanted: np.ndarray) -> None:
    """Numbers and nested sequences of one shape do, and keep their kind."""
    found = expect.array(value)

    assert (wanted.shape, wanted.dtype.kind, wanted.tolist()) == (found.shape, found.dtype.kind, found.tolist())


def test_an_array_stays_itself() -> None:
    """No copy of what is an array already."""
    value = np.zeros((2, 3), dtype="float16")

    assert expect.array(value) is value


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("12", "the string '12'"),
        ({"a": 1}, "a dict of 1"),
        (Opaque("Linear"), "an object of type Linear"),
        ([[1, 2], [3]], "a list of 2 (a list of 2 (the number 1, ...), ...)"),
        ([None], "a list of 1 (None)"),
        (["1", "2"], "a list of 2 (the string '1', ...)"),
        ([10**30], f"a list of 1 (the number {10**30})"),
        ((np.ones(2), np.ones(3)), "a tuple of 2 (an array of shape (2,), ...)"),
    ],
)
def test_what_is_no_array(value: Any, told: str) -> None:
    """It is described, with what the reader should look at named."""
    assert (
        f"the output is {told}, not an array of numbers" == failure(lambda: expect.array(value, "the output")).message
    )


def test_an_array_that_was_too_large_to_send() -> None:
    """Is no wrong kind of object: the limit is told."""
    told = failure(lambda: expect.array(Opaque("array of 65 MiB"), "the output")).message

    assert "the output is an array of 65 MiB, which is over the limit of what the grader takes in one answer" == told


def test_none_asks_for_a_return() -> None:
    """The most frequent accident has a next step of its own."""
    found = failure(lambda: expect.array(None))

    assert ("the result is None", "Does every path through your function end in return?") == (found.message, found.hint)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ([1, 2], [1.0, 2.0]),
        (np.array([3, -2 + 2e-4j]), [3.0, -2.0]),
        (np.array([-5000 + 0.5j, 1e-4j]), [-5000.0, 0.0]),  # an FFT's dust grows with the values
        (np.array([1.5], dtype="float16"), [1.5]),
    ],
)
def test_floats(value: Any, wanted: list[float]) -> None:
    """float64 whatever came, complex numbers included when they are real but for rounding."""
    found = expect.floats(value)

    assert ("float64", wanted) == (found.dtype.name, found.tolist())


@pytest.mark.parametrize("value", [np.array([0.5 + 1.1e-4j]), [np.array(-1j), 2], np.array([complex(1, NAN)])])
def test_complex_numbers_are_no_floats(value: Any) -> None:
    """An imaginary part beyond rounding is told."""
    message = failure(lambda: expect.floats(value, "the loss")).message

    assert "the loss holds complex numbers, expected real ones" == message


# --- close, shape, dtype ------------------------------------------------------------------------------

ONE = Tolerance(relative=0.0, absolute=1.0)


@pytest.mark.parametrize(
    ("actual", "wanted"),
    [
        ([1.0, 2.0], [2.0, 3.0]),  # just at the allowance
        ([INF, -INF], [INF, -INF]),
        (3, 3.5),
        ([True, False], [1, 0]),
        (np.array([1 + 0.5j]), [1.0]),
        (np.zeros((0, 3)), np.zeros((0, 3))),
    ],
)
def test_close_enough(actual: Any, wanted: Any) -> None:
    """Up to the allowance, the allowance included; infinities equal themselves; no values, no difference."""
    expect.close(actual, wanted, tol=ONE)


@pytest.mark.parametrize(
    ("actual", "wanted", "message", "where"),
    [
        (
            [[1, 2], [3, 9]],
            [[1, 2], [3, 4]],
            "1 of 4 values are wrong; the greatest difference is at (1, 1): expected 4, got 9, where a difference of 1 is allowed",
            (1, 1),
        ),
        (
            [[0.0, 9.5], [3, 94]],
            [[0, 2], [3, 4]],
            "2 of 4 values are wrong; the greatest difference is at (1, 1): expected 4, got 94",
            (0, 1),  # the first wrong one
        ),
        (
            [5, NAN, 99],
            [1, 2, 3],
            "all 3 values are wrong; the greatest difference is at (1,): expected 2, got nan",
            (0,),
        ),
        (
            7.25,
            1,
            "the value is wrong; the greatest difference is: expected 1, got 7.25, where a difference of 1 is allowed",
            (),
        ),
        (
            [NAN],
            [NAN],
            "the value is wrong; the greatest difference is at (0,): expected nan, got nan",
            (0,),
        ),
        (
            [INF, 5],
            [INF, 1],
            "1 of 2 values are wrong; the greatest difference is at (1,): expected 1, got 5, where a difference of 1 is allowed",
            (1,),  # between equal infinities there is no difference
        ),
        (
            [INF, 0],
            [-INF, 0],
            "1 of 2 values are wrong; the greatest difference is at (0,): expected -inf, got inf",
            (0,),
        ),
        (
            np.array(3 + 2j),
            3,
            "the value is wrong; the greatest difference is: expected 3, got 3+2j, where a difference of 1 is allowed",
            (),
        ),
    ],
)
def test_not_close(actual: Any, wanted: Any, message: str, where: tuple[int, ...]) -> None:
    """How many, the greatest difference and where, and what is allowed if all are near; NaN equals nothing."""
    found = failure(lambda: expect.close(actual, wanted, tol=ONE, hint="Look again."))

    assert (message, where, "Look again.") == (found.message, found.where, found.hint)
    assert (Array.of(np.asarray(wanted)), Array.of(np.asarray(actual))) == (found.expected, found.actual)


@pytest.mark.parametrize(("terms", "allowed"), [(1, "0.00022"), (100, "0.012")])
def test_allowance_grows(terms: int, allowed: str) -> None:
    """With the terms that are added up and the largest expected value, infinities left out."""
    wanted = [-100.0, 1.0, -INF]
    expect.close([-100 - float(allowed) * 0.9, 1.0, -INF], wanted, terms=terms)
    found = failure(lambda: expect.close([-100 - float(allowed) * 1.1, 1.0, -INF], wanted, terms=terms))

    assert found.message.endswith(f", where a difference of {allowed} is allowed")


def test_close_looks_at_the_shape_first() -> None:
    """A value that would broadcast is no match; the whole of both is shown."""
    found = failure(lambda: expect.close([1.0], [[1.0]], hint="Mind the axes."))

    assert ("the result has shape (1,), expected (1, 1)", "Mind the axes.") == (found.message, found.hint)
    assert (Array.of(np.ones((1, 1))), Array.of(np.ones(1)), None) == (found.expected, found.actual, found.where)


def test_shape() -> None:
    """The shape as a tuple or list; nothing is expected of the values."""
    expect.shape([[1, 2, 3]], (1, 3))
    expect.shape(np.zeros((1, 3)), [1, 3])  # type: ignore[arg-type]
    found = failure(lambda: expect.shape([1, 2], (3,), hint="Count."))

    assert ("the result has shape (2,), expected (3,)", None, "Count.") == (found.message, found.expected, found.hint)


def test_dtype() -> None:
    """One of the named kinds, all of which are told."""
    expect.dtype(np.zeros(2, dtype="float32"), "float64", "float32")
    found = failure(lambda: expect.dtype([1, 2], "float32", "float64", hint="Keep it."))

    assert ("the result has dtype int64, expected float32 or float64", "Keep it.") == (found.message, found.hint)


# --- pair, unchanged, fresh, that ---------------------------------------------------------------------


@pytest.mark.parametrize("value", [(1, None), [1, None]])
def test_pair(value: Any) -> None:
    """Two things, whatever they are."""
    assert (1, None) == expect.pair(value)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ((1, 2, 3), "a tuple of 3 (the number 1, ...)"),
        ([1], "a list of 1 (the number 1)"),
        (np.ones((2, 2)), "an array of shape (2, 2)"),  # has a length of 2, but is one thing
        ("ab", "the string 'ab'"),
    ],
)
def test_no_pair(value: Any, told: str) -> None:
    """What came, and what was expected instead."""
    message = failure(lambda: expect.pair(value, "the answer", "a kernel and its losses")).message

    assert f"the answer is {told}, expected a kernel and its losses" == message


def student(**told: Any) -> Any:
    """A student of whom only the last call's traces are known."""
    return types.SimpleNamespace(**{"changed": (), "aliases": (), **told})


def test_nothing_changed_nothing_shared() -> None:
    """A call that leaves no traces is fine."""
    expect.unchanged(student())
    expect.fresh(student())


@pytest.mark.parametrize(
    ("became", "actual"), [(np.zeros(2), Array.of(np.zeros(2))), (Opaque("int"), None), (None, None)]
)
def test_changed(became: Any, actual: Array | None) -> None:
    """The argument is named, and what has become of it shown."""
    found = failure(lambda: expect.unchanged(student(changed=(("K", became), ("X", None)))))

    assert ("your code changed its input K", actual) == (found.message, found.actual)
    assert "Work on a copy: K = K.clone() for a tensor, K.copy() for an array." == found.hint


def test_shared() -> None:
    """The argument whose memory the result is."""
    found = failure(lambda: expect.fresh(student(aliases=("X", "K"))))

    assert "the result shares its memory with X: changing one changes the other" == found.message
    assert "Make a new array for the result in every call, or return a copy." == found.hint


def test_that() -> None:
    """Any truth passes; a failure carries whatever else is given."""
    expect.that([0], "never")
    found = failure(lambda: expect.that([], "empty", hint="Fill it."))

    assert ("empty", "Fill it.", False, "empty") == (
        found.message,
        found.hint,
        found.fatal,
        str(found),
    )


# --- words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None"),
        ([], "a list of 0"),
        ((None,), "a tuple of 1 (None)"),
        ([[], 1], "a list of 2 (a list of 0, ...)"),
        (np.zeros((2, 0)), "an array of shape (2, 0)"),
        ("x" * 50, f"the string '{'x' * 40}'"),
        (True, "the number True"),
        (-1.5, "the number -1.5"),
        ({}, "a dict of 0"),
        (Opaque("set"), "an object of type set"),
        (1j, "an object of type complex"),
    ],
)
def test_describe(value: Any, words: str) -> None:
    """Any value in a few words."""
    assert words == expect.describe(value)


@pytest.mark.parametrize(
    ("value", "recorded"),
    [
        (np.ones(2, dtype="float32"), Array.of(np.ones(2, dtype="float32"))),
        (None, Plain(text="None")),
        ("a'b", Plain(text='"a\'b"')),
        (0.1, Plain(text="0.1")),
        ((2, 3), Plain(text="a tuple of 2 (the number 2, ...)")),
    ],
)
def test_as_value(value: Any, recorded: Array | Plain) -> None:
    """Arrays with their values, plain things as Python, the rest described."""
    assert recorded == expect.as_value(value)


@pytest.mark.parametrize(
    ("value", "written"), [(np.float32(0.1), "0.1"), (np.int64(12), "12"), (1234567.0, "1.23457e+06"), (NAN, "nan")]
)
def test_number(value: Any, written: str) -> None:
    """Six digits are enough, and float32's dust is none of them."""
    assert written == expect.number(value)


def test_a_tolerance_may_be_a_number() -> None:
    """Then it is absolute."""
    expect.close([1.0, 2.0], [1.01, 2.0], tol=0.02)
    with pytest.raises(CheckFailure):
        expect.close([1.0, 2.0], [1.01, 2.0], tol=0.005)
