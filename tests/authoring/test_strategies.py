"""What is drawn: within its bounds, exact in float32, and hard to get right by accident."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from grader.authoring.strategies import arrays, batches, distinct, images, in_one_draw, kernels, oblong, square

quickly = settings(
    max_examples=25, deadline=None, database=None, derandomize=True, suppress_health_check=[*HealthCheck]
)

SHAPED: list[tuple[SearchStrategy[np.ndarray], list[tuple[int, int]]]] = [
    (arrays(3, (1, 2), 1), [(3, 3), (1, 2), (1, 1)]),
    (images(), [(4, 8), (4, 8)]),
    (images((2, 3), 5), [(2, 3), (5, 5)]),
    (kernels(), [(1, 4), (1, 4)]),
    (batches(), [(1, 2), (1, 3), (4, 9), (4, 9)]),
    (square(3), [(3, 3), (3, 3)]),
    (distinct((2, 3), 4), [(2, 3), (4, 4)]),
]


@pytest.mark.parametrize(("strategy", "bounds"), SHAPED)
def test_shapes(strategy: SearchStrategy[np.ndarray], bounds: list[tuple[int, int]]) -> None:
    """Every side within its bounds, which are both reached."""
    sides: list[tuple[int, ...]] = []

    @settings(quickly, max_examples=50)
    @given(strategy)
    def draw(array: np.ndarray) -> None:
        sides.append(array.shape)

    draw()
    assert all(len(shape) == len(bounds) for shape in sides)
    assert bounds == [(min(side), max(side)) for side in zip(*sides, strict=True)]


@quickly
@given(square((2, 4)), oblong((2, 4)))
def test_square_and_oblong(even: np.ndarray, uneven: np.ndarray) -> None:
    """As their names say."""
    assert even.shape[0] == even.shape[1] and even.shape[0] in (2, 3, 4)
    assert uneven.shape[0] != uneven.shape[1] and {*uneven.shape} < {2, 3, 4}


@pytest.mark.parametrize(
    ("strategy", "dtypes", "values"),
    [
        (images(low=0, high=3), {"float32", "float64"}, {0, 1, 2, 3, 0.25, 0.5, 0.75}),
        (images(low=-2, high=1, dtype="int64"), {"int64"}, {-2, -1, 0, 1}),
        (square(4, low=5, high=5, dtype="float32"), {"float32"}, {5, 1.25}),
    ],
)
def test_values(strategy: SearchStrategy[np.ndarray], dtypes: set[str], values: set[float]) -> None:
    """Integers within the bounds and, among floats, quarters of them; all of them are met."""
    found: set[float] = set()
    kinds: set[str] = set()

    @quickly
    @given(strategy)
    def draw(array: np.ndarray) -> None:
        found.update(array.ravel().tolist())
        kinds.add(array.dtype.name)

    draw()
    assert (dtypes, values) == (kinds, found)


def test_in_one_draw() -> None:
    """Values of the same kinds, drawn as one number, whatever their shape."""
    drawn: list[tuple[int, np.ndarray]] = []

    @quickly
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        with in_one_draw():
            array = data.draw(images((6, 8), (6, 8), low=-2, high=2, dtype="int64"))
            data.draw(distinct((6, 8), (6, 8)))
        drawn.append((len(data.conjecture_data.nodes), array))

    draw()
    assert {2} == {count for count, _ in drawn}
    assert {-2, -1, 0, 1, 2} == set(np.concatenate([array.ravel() for _, array in drawn]).tolist())


@quickly
@given(images(), kernels(), batches(dtype="int32"))
def test_one_float_dtype(X: np.ndarray, K: np.ndarray, x: np.ndarray) -> None:
    """The arrays of an example share it: mixing two is an error to many a right solution."""
    assert X.dtype == K.dtype and x.dtype == np.int32


@quickly
@given(st.data(), st.sampled_from([-1, 0, 1]))
def test_distinct(data: st.DataObject, sign: int) -> None:
    """No value twice, and the sign that was asked for."""
    array = data.draw(distinct((1, 6), (1, 6), sign=sign))

    assert array.size == len({*array.ravel().tolist()})
    assert array.dtype == np.float32
    assert array.min() >= 1 if sign > 0 else array.max() <= -1 if sign < 0 else abs(array).max() <= array.size / 2


@pytest.mark.parametrize(
    ("strategy", "holds", "smallest"),
    [
        (images((1, 3), (1, 3)), lambda array: True, [[0.0]]),
        (images((1, 3), (1, 3)), lambda array: array.sum() > 0, [[1.0]]),
    ],
)
def test_shrinks_to_small_integers(strategy: Any, holds: Any, smallest: list[list[float]]) -> None:
    """A counterexample is no larger than it needs to be."""
    assert smallest == find(strategy, holds, settings=quickly).tolist()


@pytest.mark.parametrize(
    ("sides", "bounds"),
    [((0,), {}), (((0, 3),), {}), (((3, 2),), {}), ((2, (5, 4)), {}), ((2,), {"low": 1, "high": 0})],
)
def test_nonsense_is_refused(sides: Any, bounds: dict[str, Any]) -> None:
    """At once, not when the first example is drawn, with what was asked for."""
    told = {"low": -9, "high": 9} | bounds
    with pytest.raises(ValueError, match="sides are at least 1, low at most high") as refused:
        arrays(*sides, **bounds)

    assert str(refused.value).startswith(f"arrays({sides}, low={told['low']}, high={told['high']}): ")
