"""How far an answer may be off, by dtype and by how many products are added up."""

from __future__ import annotations

import pytest

from grader.authoring.tolerance import MOST_RELATIVE, Tolerance, tolerance


@pytest.mark.parametrize(
    ("dtype", "terms", "wanted"),
    [
        ("bool", 9, Tolerance(0.0, 0.0)),
        ("int64", 9, Tolerance(0.0, 0.0)),
        ("uint8", 1, Tolerance(0.0, 0.0)),
        ("float16", 1, Tolerance(1e-3, 1e-2)),
        ("float16", 1000, Tolerance(MOST_RELATIVE, 1e-2)),
        ("float32", 1, Tolerance(1.2e-6, 1e-4)),
        ("float32", 0, Tolerance(1.2e-6, 1e-4)),  # an empty sum is one term
        ("float32", 25, Tolerance(25 * 1.2e-6, 1e-4)),
        ("float64", 10**9, Tolerance(MOST_RELATIVE, 1e-4)),  # a wrong answer is never within it
    ],
)
def test_table(dtype: str, terms: int, wanted: Tolerance) -> None:
    """Integers are exact, floats get an allowance a term, up to a limit."""
    assert wanted == tolerance(dtype, terms)


def test_result_is_a_float32_by_default() -> None:
    """That is what most students' tensors are."""
    assert tolerance("float32", 1) == tolerance()


def test_allowed() -> None:
    """The floor, and a share of the largest expected value."""
    assert (0.5, 2.5) == tuple(Tolerance(relative=0.25, absolute=0.5).allowed(most) for most in (0.0, 8.0))


def test_unknown_dtype() -> None:
    """A dtype without a reason in the table is an author's mistake."""
    with pytest.raises(KeyError, match="complex64"):
        tolerance("complex64")
