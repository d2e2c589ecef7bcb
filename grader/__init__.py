"""A course grader for hands-on deep-learning exercises.

This is what the author of a course imports; everything else is reached through the command `grader`.
Names are looked up on first use, so that `grader --help` does not wait for NumPy or Hypothesis.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "CheckFailure": "grader.authoring.expect",
    "CheckSkipped": "grader.authoring.expect",
    "Exercise": "grader.authoring.exercise",
    "Network": "grader.authoring.student",
    "Student": "grader.authoring.student",
    "example": "hypothesis",
    "exercise": "grader.authoring.exercise",
    "expect": "grader.authoring",
    "given": "hypothesis",
    "strategies": "grader.authoring",
    "tolerance": "grader.authoring.tolerance",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'grader' has no attribute {name!r}")
    home = import_module(_HOMES[name])
    if name in ("expect", "strategies"):
        return import_module(f"{_HOMES[name]}.{name}")
    return getattr(home, name)


def __dir__() -> list[str]:
    return __all__
