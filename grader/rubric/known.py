"""Wrong answers that are known, of functions: a finding says what the answer is instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.authoring import expect

Known = Mapping[str, Callable[[], Any]]  # what is said, and the answer that it is said of


def close(found: Any, wanted: Any, known: Known, *, terms: int = 1, **more: Any) -> None:
    """`expect.close`, whose hint is what is known of the answer, if that is wrong and agrees with a known one."""
    if not expect.agrees(found, wanted, terms=terms):
        with np.errstate(all="ignore"):
            told = next((words for words, answer in known.items() if expect.agrees(found, answer(), terms=terms)), "")
        expect.close(found, wanted, terms=terms, hint=told, **more)
