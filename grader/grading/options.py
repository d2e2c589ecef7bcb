"""By what a run of `grader run` was asked for: one frozen record, made of the arguments."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

LISTS = ("paths", "exercise", "lesson", "check", "slurm")
# what is found depends on none of these
ELSEWHERE = ("marks", "jobs", "engine", "address", "slurm", "note", "resume", "quiet", "json")


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """Of one run."""

    paths: tuple[Path, ...]
    exercise: tuple[str, ...] = ()  # only these
    lesson: tuple[str, ...] = ()  # only their exercises
    check: tuple[str, ...] = ()  # only these
    public: bool = False  # only what students may see
    out: Path = Path("reports")
    course: Path | None = None  # None: the built-in one
    data: str | None = None  # folder of the data sets; None: the environment's
    no_train: bool = False
    seed: int | None = None  # None: a fresh one
    isolation: Literal["strict", "basic", "none"] = "strict"
    device: str = "auto"
    marks: Path | None = None  # what is said of people; None: what lies beside the course
    jobs: int | None = None  # None: one a processor
    engine: Literal["local", "ray", "slurm"] = "local"
    address: str | None = None  # of a Ray cluster
    slurm: tuple[tuple[str, str], ...] = ()  # settings
    fresh: bool = False  # reuse nothing
    resume: bool = False  # go on with the run that was interrupted, or refuse
    note: str = ""
    quiet: bool = False
    json: bool = False

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> RunOptions:
        given: dict[str, Any] = {field.name: getattr(arguments, field.name) for field in fields(cls)}
        return cls(**given | {name: tuple(given[name] or ()) for name in LISTS})

    @property
    def as_stored(self) -> dict[str, Any]:
        """What tells whether two runs are asked for the same, as plain data."""
        given = {field.name: getattr(self, field.name) for field in fields(self) if field.name not in ELSEWHERE}
        return {name: _plain(value) for name, value in given.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value
