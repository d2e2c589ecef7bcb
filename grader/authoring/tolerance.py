"""How far an answer may lie from the reference: one table, by dtype and reduction length.

Most students' tensors are float32 whatever comes in, so the result is never held to more than float32, and a
right answer in float64 is judged by the same measure: the dtype of a result is only looked at where a check is
about it. Probe values are small multiples of 1/4, whose sums are exact in float32; a wrong answer differs by at
least 1/16, so the allowance may be generous without letting a wrong one through.
"""

from __future__ import annotations

import msgspec

# dtype -> (relative per added term, floor of the absolute allowance)
TABLE: dict[str, tuple[float, float]] = {
    "bool": (0.0, 0.0),  # exact
    "int": (0.0, 0.0),  # exact
    "float16": (1e-3, 1e-2),  # eps 9.8e-4; allowed only where a contract speaks of half precision
    "float32": (1.2e-6, 1e-4),  # 10 eps a term: loops, matrix products and FFTs all stay below a third of it
    "float64": (1.2e-6, 1e-4),  # judged as float32: an intermediate float32 tensor is no fault
}
MOST_RELATIVE = 1e-2


class Tolerance(msgspec.Struct, frozen=True):
    """|actual - expected| <= absolute + relative * largest |expected|."""

    relative: float
    absolute: float

    def allowed(self, largest: float) -> float:
        return self.absolute + self.relative * largest


def tolerance(dtype: str = "float32", terms: int = 1) -> Tolerance:
    """The tolerance for results that add up `terms` products. Raises KeyError for a dtype not in the table."""
    relative, absolute = TABLE["int" if "int" in dtype else dtype]
    return Tolerance(min(relative * max(terms, 1), MOST_RELATIVE), absolute)
