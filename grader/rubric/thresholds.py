"""The accuracy a network must reach: measured, never guessed.

Each number is the reference's mean accuracy over several seeds on that data set, less a margin, as recorded in
reference/trained/NETWORK-DATA.json. This is the one place that reads them; `course.toml` may override them.
"""

from __future__ import annotations

import json
from pathlib import Path

import reference
from grader.errors import HarnessError
from grader.records import Record
from reference import data

TRAINED = Path(reference.__file__).resolve().parent / "trained"
OVERRIDES: dict[str, float] = {}  # "lenet5.digits" -> threshold, from course.toml


class Threshold(Record, frozen=True, kw_only=True):
    """What a network must reach on a data set, and what the reference reached there."""

    data: str
    threshold: float
    mean: float
    spread: float  # standard deviation over the reference's seeds


def accuracy(network: str, name: str) -> Threshold:
    """The threshold of a network on a data set. Raises HarnessError where none was measured."""
    path = TRAINED / f"{network}-{name}.json"
    try:
        record = json.loads(path.read_bytes())
        value = OVERRIDES.get(f"{network}.{name}", record["threshold"])
        return Threshold(data=name, threshold=float(value), mean=record["mean"], spread=record["spread"])
    except (OSError, KeyError, TypeError, ValueError) as problem:
        raise HarnessError(f"{path.name} has no measured threshold: {problem!r}") from None


def measured(network: str, root: str | None) -> list[Threshold]:
    """The thresholds on all data sets that are here and that the reference was measured on, digits first."""
    names = [path.stem.removeprefix(f"{network}-") for path in sorted(TRAINED.glob(f"{network}-*.json"))]
    return [accuracy(network, name) for name in data.here(root) if name in names]
