"""What a check may expect of an answer. Each raises CheckFailure, in words and data for the student.

Answers come from the worker and may be anything: every function here takes any value and says plainly what is
wrong with it. NaN equals nothing, not even NaN.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.authoring.likeness import likeness
from grader.authoring.tolerance import Tolerance, tolerance
from grader.records import Array, Plain, Value

NEARLY = 10.0  # times what is allowed
ON_A_COPY = "Work on a copy: {name} = {name}.clone() for a tensor, {name}.copy() for an array."

if TYPE_CHECKING:
    from grader.authoring.exercise import Mistake
    from grader.authoring.student import Network, Student


class CheckFailure(AssertionError):
    """A check does not hold for this submission; becomes a Finding."""

    def __init__(
        self,
        message: str,
        *,
        expected: Value | None = None,
        actual: Value | None = None,
        where: tuple[int, ...] | None = None,
        hint: str = "",
        traceback: str = "",
        fatal: bool = False,
        ready_made: bool = False,
        hidden: str = "",
        raised: Any = None,
        astray: bool = False,
        likened: bool = False,
        share: float = 0.0,
        mistake: Mistake | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.actual = actual
        self.where = where
        self.hint = hint
        self.traceback = traceback
        self.fatal = fatal  # the worker died: not worth shrinking by trying again
        self.ready_made = ready_made  # a function was called that the exercise forbids
        self.raised = raised  # the exception of student code behind it, a protocol.Raised
        self.astray = astray or fatal or raised is not None  # nothing that the check's own hint is about
        self.likened = likened  # the hint is what the values look like, which fits functions and no networks
        self.hidden = hidden  # what is told in place of the message where a check is hidden: a limit, never an input
        self.share = share  # of the check's points that are earned all the same, less than 1
        self.mistake = mistake  # which one it is, where the check knows


class CheckSkipped(Exception):
    """A check cannot run here (a data set is absent): no points are at stake, unless they are `counted`.

    counted: what the check looks at is not there, and another check has told it.
    """

    def __init__(self, message: str = "", *, counted: bool = False) -> None:
        super().__init__(message)
        self.counted = counted


LARGE = re.compile(r"array of [0-9]+ MiB")  # what a worker tells of one that it does not send


def that(condition: object, message: str, **more: Any) -> None:
    """Fail with `message` unless `condition` holds; `more` goes to CheckFailure."""
    if not condition:
        raise CheckFailure(message, **more)


def array(value: Any, what: str = "the result") -> np.ndarray:
    """`value` as a numeric array: a tensor, an array, a number, or nested lists of numbers of one shape."""
    if isinstance(value, np.ndarray):
        return value
    if value is None:
        raise CheckFailure(f"{what} is None", hint="Does every path through your function end in return?", astray=True)
    if isinstance(value, bool | int | float):
        return np.asarray(value)
    if isinstance(value, list | tuple):
        try:
            found = np.array(_nested(value))
        except (ValueError, TypeError, OverflowError):  # ragged, not numbers, or too large
            found = None
        if found is not None and found.dtype.kind in "biufc":
            return found
    if LARGE.fullmatch(kind := getattr(value, "type_name", "")):
        raise CheckFailure(f"{what} is an {kind}, which is over the limit of what the grader takes in one answer")
    raise CheckFailure(f"{what} is {describe(value)}, not an array of numbers", hint=_instead(value), astray=True)


def floats(value: Any, what: str = "the result") -> np.ndarray:
    """`value` as an array of float64; complex numbers, as an FFT gives, only with next to no imaginary part."""
    found = array(value, what)
    if found.dtype.kind == "c":
        with np.errstate(invalid="ignore", over="ignore"):
            real = bool((np.abs(found.imag) <= 1e-4 * np.maximum(1, np.abs(found.real))).all())
        that(real, f"{what} holds complex numbers, expected real ones")
        found = found.real
    return found.astype(np.float64)


def close(
    actual: Any,
    expected: Any,
    *,
    terms: int = 1,
    tol: Tolerance | float | None = None,
    hint: str = "",
    sizes: Callable[[tuple[int, ...]], str] | None = None,
) -> None:
    """Same shape, and every value within the tolerance for sums of `terms` products, or within `tol`: a number is absolute.

    `hint` is the next step; without it `sizes` is asked for one about a wrong shape, and wrong values are compared
    with the right ones: with their sign turned, cut to whole numbers and the like.
    """
    wanted = np.asarray(expected)
    found = array(actual)
    shape(found, wanted.shape, expected=wanted, hint=hint, sizes=sizes)
    if found.size == 0:
        return
    if not isinstance(tol, Tolerance):
        tol = tolerance("float32", terms) if tol is None else Tolerance(0.0, tol)
    finite = wanted[np.isfinite(wanted)]
    allowed = tol.allowed(float(np.abs(finite).max()) if finite.size else 0.0)
    with np.errstate(invalid="ignore", over="ignore"):
        as_float = found.astype(complex if found.dtype.kind == "c" else np.float64)
        difference = np.abs(as_float - wanted)
        good = (difference <= allowed) | (as_float == wanted)
    if good.all():
        return
    raise CheckFailure(
        *_mismatch(found, wanted, good, difference, allowed),
        expected=Array.of(wanted),
        actual=Array.of(found),
        where=tuple(int(i) for i in np.argwhere(~good)[0]),
        hint=hint or likeness(found, wanted, good),
        likened=not hint,
    )


def agrees(actual: Any, expected: Any, *, terms: int = 1, tol: Tolerance | float | None = None) -> bool:
    """Whether `close` would let the answer pass."""
    try:
        close(actual, expected, terms=terms, tol=tol)
    except CheckFailure:
        return False
    return True


def shape(
    actual: Any,
    wanted: tuple[int, ...],
    what: str = "the result",
    *,
    expected: Any = None,
    hint: str = "",
    sizes: Callable[[tuple[int, ...]], str] | None = None,
) -> None:
    """The result has exactly the shape `wanted`; `sizes` tells the next step for a shape that it has not."""
    found = array(actual, what)
    if found.shape != tuple(wanted):
        raise CheckFailure(
            f"{what} has shape {tuple(found.shape)}, expected {tuple(wanted)}",
            expected=None if expected is None else Array.of(np.asarray(expected)),
            actual=Array.of(found),
            hint=hint or (sizes(found.shape) if sizes else ""),
        )


def dtype(actual: Any, *kinds: str, hint: str = "") -> None:
    """The result's dtype is one of `kinds` ("float32", "int64", ...)."""
    found = array(actual)
    that(found.dtype.name in kinds, f"the result has dtype {found.dtype}, expected {' or '.join(kinds)}", hint=hint)


def pair(value: Any, what: str = "the result", meaning: str = "two things") -> tuple[Any, Any]:
    """`value` as a tuple or list of two."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise CheckFailure(f"{what} is {describe(value)}, expected {meaning}")
    return value[0], value[1]


def unchanged(student: Student) -> None:
    """The last call left all its arguments as they were."""
    for name, now in student.changed:
        raise CheckFailure(
            f"your code changed its input {name}",
            actual=Array.of(now) if isinstance(now, np.ndarray) else None,
            hint=ON_A_COPY.format(name=name),
        )


def fresh(student: Student) -> None:
    """The result of the last call shares no memory with its arguments or with the result before it."""
    for name in student.aliases:
        raise CheckFailure(
            f"the result shares its memory with {name}: changing one changes the other",
            hint="Make a new array for the result in every call, or return a copy.",
        )


def own_work(function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """The student's `function` meets no ready-made one; what else becomes of the call is not looked at."""
    try:
        function(*args, **kwargs)
    except CheckFailure as failure:
        if failure.ready_made or failure.fatal:
            raise


def parameter_count(network: Network, wanted: int) -> None:
    """The network has so many parameters; a finding lists its layers."""
    from grader.authoring import transplant

    transplant.count(network, wanted)


def same_network(network: Network, reference: Any, x: np.ndarray, *, terms: int = 1000, hint: str = "") -> None:
    """With the parameters of `reference`, a torch module, the network gives the same output for `x` in eval mode.

    Both get parameters by which every layer shows, drawn anew for every `x`; only the shapes of the reference's own matter. The
    student's layers are matched by the shapes of what they keep, whatever they are called; where several have the same
    shapes, in every order. The network keeps the parameters with which it agreed.
    """
    from grader.authoring import transplant

    transplant.transplanted(network, reference, x, terms, hint)


def describe(value: Any) -> str:
    """A value in a few words: `a string`, `a tuple of 3`, `None`."""
    if value is None:
        return "None"
    if isinstance(value, list | tuple):
        inner = "" if not value else f" ({describe(value[0])}, ...)" if len(value) > 1 else f" ({describe(value[0])})"
        return f"a {type(value).__name__} of {len(value)}{inner}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {tuple(value.shape)}"
    if isinstance(value, str):
        return f"the string {value[:40]!r}"
    if isinstance(value, bool | int | float):
        return f"the number {value!r}"
    if isinstance(value, dict):
        return f"a dict of {len(value)}"
    return f"an object of type {getattr(value, 'type_name', type(value).__name__)}"


def _instead(value: Any) -> str:
    """What to return in place of something that is no array."""
    if isinstance(value, list | tuple):
        if any(isinstance(item, np.ndarray) and item.ndim for item in value):
            return "Return the array alone, with nothing beside it."
        return "Lists become an array when all rows have the same length and hold numbers only."
    if isinstance(value, str):
        return "Return the numbers themselves: text is for print."
    return "Return an array, a tensor, or lists of numbers."


def as_value(value: Any) -> Value:
    """A value for a record."""
    if isinstance(value, np.ndarray):
        return Array.of(value)
    return Plain(text=repr(value) if isinstance(value, bool | int | float | str | None) else describe(value))


def _mismatch(
    found: np.ndarray, wanted: np.ndarray, good: np.ndarray, difference: np.ndarray, allowed: float
) -> tuple[str]:
    """The sentence; what is allowed is told where the values are nearly right, and of no use where they are far off."""
    near = bool((difference[~good] <= NEARLY * allowed).all())
    told = f", where a difference of {allowed:.2g} is allowed" if near else ""
    return (f"{_count(good)}; {_greatest(found, wanted, good, difference)}{told}",)


def _count(good: np.ndarray) -> str:
    wrong = int((~good).sum())
    if good.size == 1:
        return "the value is wrong"
    return f"all {good.size} values are wrong" if wrong == good.size else f"{wrong} of {good.size} values are wrong"


def _greatest(found: np.ndarray, wanted: np.ndarray, good: np.ndarray, difference: np.ndarray) -> str:
    ranked = np.where(good, -1.0, np.where(np.isnan(difference), np.inf, difference))
    where = tuple(int(i) for i in np.unravel_index(int(ranked.argmax()), ranked.shape))
    place = f" at {where}" if where else ""
    return f"the greatest difference is{place}: expected {number(wanted[where])}, got {number(found[where])}"


def number(value: Any) -> str:
    """A number as a person writes it."""
    return f"{value.item() if isinstance(value, np.generic) else value:.6g}"


def _nested(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_nested(item) for item in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, bool | int | float):
        return value
    raise TypeError(describe(value))
