"""How wrong values are like the right ones: without their sign, turned over, twice as large, cut to whole numbers.

A likeness is told when all values agree with it and there are enough of them for that to be no accident.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

LEAST, FOR_A_FACTOR, FOR_A_LINE = 2, 3, 5  # wrong values, and as many different right ones
EXACT = 1e-5  # of the greatest value
NEAR = 5e-3  # half precision keeps three digits

FIRST_SAMPLE = "Only the first sample of the batch is right"
EIGHT_BITS = "The values are right but for multiples of 256: a dtype of 8 bits is too small."

Values = np.ndarray


def _rounding(decimals: int) -> Callable[[Values], Values]:
    return lambda right: np.round(right, decimals)


LIKE: tuple[tuple[Callable[[Values], Values], str], ...] = (
    (lambda right: -right, "Every value has the wrong sign: is something subtracted the wrong way round?"),
    (np.abs, "The values are right but for their sign, which is always plus: abs() or a square takes it away."),
    (
        lambda right: np.maximum(right, 0),
        "Negative values come out as 0: clip, relu or a maximum that starts at 0 do that.",
    ),
    (np.trunc, "The values are cut to whole numbers: does the result have an integer dtype, such as the input's?"),
    (np.floor, "The values are rounded down to whole numbers: // in place of /, or an integer dtype?"),
    (np.round, "The values are rounded to whole numbers: return them as they are."),
    *((_rounding(n), f"The values are rounded to {n} decimals: return them as they are.") for n in (1, 2, 3)),
    (lambda right: right.swapaxes(-1, -2), "Rows and columns are exchanged: the first index is the row."),
    (lambda right: right[..., ::-1], "The columns come in the opposite order, the last one first."),
    (lambda right: right[..., ::-1, :], "The rows come in the opposite order, the last one first."),
    (lambda right: right[..., ::-1, ::-1], "Rows and columns come in the opposite order, the last ones first."),
    (lambda right: np.mod(right, 256), EIGHT_BITS),
    (
        lambda right: np.mod(right + 128, 256) - 128,
        "The values are right but for multiples of 256: 8 bits are too few.",
    ),
)


def likeness(found: Values, wanted: Values, good: Values) -> str:
    """A sentence about values `found` in place of `wanted`, where not all are `good`; empty when nothing stands out."""
    if found.dtype.kind not in "biuf" or wanted.dtype.kind not in "biuf":
        return ""
    right, given = wanted.astype(np.float64), found.astype(np.float64)
    if np.isnan(given).any() and not np.isnan(right).any():
        return "NaN comes from 0/0, from inf - inf, or from cells of np.empty or torch.empty that were never written."
    if int((~good).sum()) < LEAST or np.unique(right[~good]).size < LEAST or not np.isfinite(right).all():
        return ""
    if not np.isfinite(given).all() and _first_sample(good) and not good[1:].any():
        return f"{FIRST_SAMPLE}: are the others never filled?"
    if not np.isfinite(given).all():
        return "Infinite values come out: a division by 0, a number too large for the dtype, or -inf from padding?"
    if not given.any() and (right[~good] < 0).all():
        return "Negative values come out as 0: does a maximum start at 0, or is the result only made, never filled?"
    if not given.any() and not np.mod(right, 256).any():
        return EIGHT_BITS
    if not given.any():
        return "All values are 0 here: does the line run that writes into the result, and with which numbers?"
    if (given == given.flat[0]).all():
        return "All values are the same here: do they depend on where in the input they come from?"
    with np.errstate(all="ignore"):
        if alike := next((words for change, words in LIKE if right.ndim > 1 and _same(given, change(right))), ""):
            return alike
        scaled = _scaled(given, right) if np.unique(right[~good]).size >= FOR_A_FACTOR else ""
        return scaled or _on_a_line(given, right) or _nearly(given, right) or _where(good, given)


def _same(one: Values, other: Values) -> bool:
    if one.shape != other.shape:
        return False
    return bool((np.abs(one - other) <= EXACT * max(1.0, float(np.abs(other).max()))).all())


def _scaled(given: Values, right: Values) -> str:
    """One whole number that all values are multiplied with, or divided by."""
    factor = float((given * right).sum() / (right * right).sum())
    if not factor or not _same(given / factor, right):
        return ""
    for number, words in ((factor, "{} times"), (1 / factor, "1/{} of")):
        if number > 1 and abs(number - round(number)) < EXACT * number:
            return f"Every value is {words.format(round(number))} the right one."
    return ""


def _on_a_line(given: Values, right: Values) -> str:
    """One number that is added to all values, be they scaled before or not."""
    if np.unique(right).size < FOR_A_LINE or _plane(right):
        return ""
    scale, shift = (float(x) for x in np.polyfit(right.ravel(), given.ravel(), 1))
    if abs(shift) < 10 * EXACT * max(1.0, float(np.abs(given).max())) or not _same(scale * right + shift, given):
        return ""
    if abs(scale - 1) < EXACT:
        return "Every value is off by the same number: is a bias added, or a mean taken off?"
    return (
        "The values are the right ones, scaled and shifted: return them as they are, not brought to 0 to 1 or the like."
        if scale > 0
        else ""
    )


def _plane(right: Values) -> bool:
    """Whether values grow evenly along all axes, as a ramp's do: mistakes of many kinds shift or stretch such ones."""
    places = np.vstack([*np.indices(right.shape).reshape(right.ndim, -1), np.ones(right.size)]).T
    found, *_ = np.linalg.lstsq(places, right.ravel(), rcond=None)
    return _same((places @ found).reshape(right.shape), right)


def _nearly(given: Values, right: Values) -> str:
    largest = float(np.abs(right).max())
    if (np.abs(given - right) <= NEAR * np.maximum(np.abs(right), 0.01 * largest)).all():
        return (
            "The values are nearly right: float16, another dtype of few digits, or rounding on the way loses the rest."
        )
    return ""


def _where(good: Values, given: Values) -> str:
    """Wrong values that lie in the last row and column only, or that leave the first row or sample out."""
    if good.ndim < 2 or min(good.shape[-2:]) < 2:
        return ""
    if good[..., 0, :].all() and not good[..., 1:, :].any() and not given[..., 1:, :].any():
        return "Only the first row is filled: does return stand inside of the loop?"
    for part, words in (  # of two, one is no more wrong at the end than the other at the beginning
        ((..., slice(None, -1), slice(None)), "the last row is"),
        ((..., slice(None), slice(None, -1)), "the last column is"),
        ((..., slice(None, -1), slice(None, -1)), "the last row and the last column are"),
    ):
        unfilled = not given[~good].any()
        if good[part].all() and (unfilled or min(good[part].shape[-2:]) > 1):
            early = ": does a loop stop one step early, or is it the border?" if unfilled else "."
            return f"Only {words} wrong{early}"
    if _first_sample(good):
        return f"{FIRST_SAMPLE}."
    if good.ndim == 4 and good.shape[1] > 1 and good[:, 0].all():
        return "Only the first channel is right."
    return ""


def _first_sample(good: Values) -> bool:
    return good.ndim == 4 and len(good) > 1 and bool(good[0].all())
