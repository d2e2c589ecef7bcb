"""Which of a student's tensors can play which part, however many there are."""

from __future__ import annotations

import numpy as np
import pytest

from grader.authoring.expect import CheckFailure
from grader.judge.networks import StateEntry
from grader.rubric.branches import assignments
from grader.rubric.inception_mistakes import ALIKE, CONTRACT, FULL


def entries(shapes: dict[str, tuple[int, ...]]) -> list[StateEntry]:
    return [StateEntry(name, "parameter", "Conv2d", np.zeros(shape)) for name, shape in shapes.items()]


def contract(args: tuple[int, int, tuple[int, int], tuple[int, int], int]) -> dict[str, tuple[int, ...]]:
    """Bare parameters, the last branch first."""
    channels, one, (before_three, three), (before_five, five), pool = args
    kernels = [(pool, channels, 1), (five, before_five, 5), (before_five, channels, 1), (three, before_three, 3)]
    kernels += [(before_three, channels, 1), (one, channels, 1)]
    weights = {f"w{n}": (out, given, size, size) for n, (out, given, size) in enumerate(kernels)}
    return weights | {f"b{n}": (out,) for n, (out, *_) in enumerate(kernels)}


def test_every_way_is_found() -> None:
    """Also where many more would let a tensor play two parts."""
    right = [(f"w{n}", f"b{n}") for n in (5, 4, 3, 2, 1, 0)]

    assert right in [list(map(tuple, parts)) for parts in assignments(entries(contract(ALIKE)), ALIKE, CONTRACT, True)]
    assert [] == list(assignments(entries({"w": (1, 1, 1, 1)}), FULL, CONTRACT, True))


def test_too_many_that_are_alike() -> None:
    """They are not all tried."""
    many = {f"{name}-{n}": shape for name, shape in contract(FULL).items() for n in range(30)}

    with pytest.raises(CheckFailure, match="too many tensors of one shape"):
        list(assignments(entries(many), FULL, CONTRACT, True))


def test_where_one_tensor_would_have_to_play_two_parts() -> None:
    """So many ways that come to no end are not all gone."""
    shapes = {
        f"{name}-{n}": shape for name, shape in contract(ALIKE).items() for n in range(12) if name not in ("w5", "w0")
    }

    with pytest.raises(CheckFailure, match="too many tensors of one shape"):
        list(assignments(entries(shapes | {"only": (4, 5, 1, 1)}), ALIKE, CONTRACT, True))
