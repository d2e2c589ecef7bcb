"""What checks are tried on: small arrays of numbers whose sums are exact, shrinking towards small integers.

Half of the arrays are drawn value by value, half follow a formula (every cell different from its neighbours), so
that a swapped axis or a flipped kernel shows on almost every one of them.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from random import Random
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

# one dtype for all arrays of an example: mixing float32 with float64 is an error to many a right solution
FLOATS = st.shared(st.sampled_from(["float32", "float64"]), key="float dtype")
PRIMES = (7, 5, 11, 13, 3, 17, 1)
MOST_SEED = (1 << 32) - 1
SEEDS = st.integers(0, MOST_SEED)
IN_ONE_DRAW: ContextVar[bool] = ContextVar("in one draw", default=False)
Sides = int | tuple[int, int]  # one size, or the smallest and the greatest


def arrays(*sides: Sides, dtype: str | None = None, low: int = -9, high: int = 9) -> SearchStrategy[np.ndarray]:
    """Arrays of the given sides: integers in [low, high], or in a float dtype also quarters of them.

    dtype None draws float32 or float64. Raises ValueError when a side is below 1 or low > high.
    """
    bounds = [(side, side) if isinstance(side, int) else side for side in sides]
    if low > high or any(not 1 <= least <= most for least, most in bounds):
        raise ValueError(f"arrays({sides}, low={low}, high={high}): sides are at least 1, low at most high")
    return _arrays(bounds, dtype, low, high)


@contextlib.contextmanager
def in_one_draw() -> Iterator[None]:
    """An array takes one draw in here where it takes one for each number elsewhere: quicker, and nothing to be shrunk."""
    before = IN_ONE_DRAW.set(True)
    try:
        yield
    finally:
        IN_ONE_DRAW.reset(before)


def images(height: Sides = (4, 8), width: Sides = (4, 8), **more: Any) -> SearchStrategy[np.ndarray]:
    """Grey images (H, W); see `arrays`."""
    return arrays(height, width, **more)


def kernels(height: Sides = (1, 4), width: Sides = (1, 4), **more: Any) -> SearchStrategy[np.ndarray]:
    """Kernels (h, w); see `arrays`."""
    return arrays(height, width, **more)


@st.composite
def square(draw: st.DrawFn, /, side: Sides, **more: Any) -> np.ndarray:
    """Square arrays (n, n)."""
    size = side if isinstance(side, int) else draw(st.integers(*side))
    return draw(arrays(size, size, **more))


@st.composite
def oblong(draw: st.DrawFn, /, sides: tuple[int, int], **more: Any) -> np.ndarray:
    """Arrays (h, w) with h != w, both within `sides`."""
    height, width = draw(st.tuples(st.integers(*sides), st.integers(*sides)).filter(lambda pair: pair[0] != pair[1]))
    return draw(arrays(height, width, **more))


def batches(
    samples: Sides = (1, 2), channels: Sides = (1, 3), height: Sides = (4, 9), width: Sides = (4, 9), **more: Any
) -> SearchStrategy[np.ndarray]:
    """Image batches (N, C, H, W); see `arrays`."""
    return arrays(samples, channels, height, width, **more)


def pairs(low: int, high: int) -> SearchStrategy[Any]:
    """Two whole numbers in [low, high], for rows and for columns, as a tuple or a list."""
    pairs = list(itertools.product(range(low, high + 1), repeat=2))
    return st.sampled_from([*pairs, *map(list, pairs)])


@st.composite
def distinct(draw: st.DrawFn, *sides: Sides, dtype: str = "float32", sign: int = 0) -> np.ndarray:
    """Arrays in which no value occurs twice; sign=-1 makes all negative, sign=1 all positive."""
    choose = _chooser(draw)
    shape = [side if isinstance(side, int) else choose(*side) for side in sides]
    count = int(np.prod(shape))
    step = PRIMES[choose(0, len(PRIMES) - 1)]
    while np.gcd(step, count) != 1:
        step += 1
    values = (np.arange(count) * step + choose(0, 3)) % count
    offset = -count if sign < 0 else 1 if sign > 0 else -(count // 2)
    return (values + offset).reshape(shape).astype(dtype)


@st.composite
def _arrays(draw: st.DrawFn, bounds: list[tuple[int, int]], dtype: str | None, low: int, high: int) -> np.ndarray:
    choose = _chooser(draw)
    shape = [choose(*bound) for bound in bounds]
    name = dtype or draw(FLOATS)
    count = int(np.prod(shape))
    if choose(0, 1):
        step, start = choose(1, 7), choose(0, 5)
        index = np.arange(count)
        values = low + (index * step + (index * index) // 3 + start) % (high - low + 1)
    elif IN_ONE_DRAW.get():
        values = np.random.default_rng(choose(0, MOST_SEED)).integers(low, high, count, endpoint=True)
    else:
        values = np.array(draw(st.lists(st.integers(low, high), min_size=count, max_size=count)))
    scale = 1 if "int" in name else (1, 4)[choose(0, 1)]
    return (values / scale if scale > 1 else values).reshape(shape).astype(name)


def _chooser(draw: st.DrawFn) -> Callable[[int, int], int]:
    """Gives whole numbers within bounds, both included: each is drawn, or all follow from one that is."""
    if IN_ONE_DRAW.get():
        return Random(draw(SEEDS)).randint
    return lambda low, high: draw(st.integers(low, high))
