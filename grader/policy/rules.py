"""The table [policy] of course.toml.

[policy]
timezone = "Europe/Berlin"                  # of times that are written without one
deadline = 2026-11-30T23:59:00
deadlines = { lenet5 = 2026-12-14T23:59:00 }    # of an exercise
grace_minutes = 15                          # later than that is late from the deadline on
late = { percent = 10, per = "day", at_most = 50 }  # of the possible points; or points = 2; per = "hour"
weights = { corr2d = 20, lenet5 = 60 }      # what an exercise is worth in the mark; without: its points
extra_credit = ["pooling.dilation", "resnet_block"]  # checks or exercises: earned on top, never missed
attempt = "best"                            # of several by one student; or "last"
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import structs

from grader.records import Record
from grader.toml_file import TomlFile
from grader.words import suggest

Attempt = Literal["best", "last"]


class Late(Record, frozen=True, kw_only=True):
    """What being late costs, for each day or hour that has begun."""

    percent: float = 0.0  # of the points possible in what is late
    points: float = 0.0
    per: Literal["day", "hour"] = "day"
    at_most: float | None = None  # percent or points, as above

    @property
    def unit(self) -> timedelta:
        return timedelta(days=1) if self.per == "day" else timedelta(hours=1)


class Policy(Record, frozen=True, kw_only=True):
    """How marks follow from points."""

    timezone: str = ""
    deadline: datetime | None = None
    deadlines: dict[str, datetime] = {}
    grace_minutes: float = 0.0
    late: Late = Late()
    weights: dict[str, float] = {}
    extra_credit: tuple[str, ...] = ()
    attempt: Attempt = "last"

    @property
    def zone(self) -> tzinfo | None:
        """In which platforms' times are read that say no zone: the course's, else the deadline's."""
        return ZoneInfo(self.timezone) if self.timezone else self.deadline.tzinfo if self.deadline else None

    def due(self, exercise: str) -> datetime | None:
        return self.deadlines.get(exercise, self.deadline)


def read(file: TomlFile, exercises: Mapping[str, Collection[str]]) -> Policy | None:
    """The policy in course.toml; `exercises` holds the ids of each one's checks. Raises AuthorError."""
    if "policy" not in file.raw:
        return None
    policy: Policy = file.converted(file.raw["policy"], Policy, "policy")
    zone = _zone(file, policy.timezone)
    for keys, names in (("deadlines", policy.deadlines), ("weights", policy.weights)):
        for name in names:
            if name not in exercises:
                raise file.error(("policy", keys, name), f"there is no exercise {name!r}{suggest(name, exercises)}")
    known = [*exercises, *(check for checks in exercises.values() for check in checks)]
    for name in policy.extra_credit:
        if name not in known:
            raise file.error(
                ("policy", "extra_credit"), f"there is no check or exercise {name!r}{suggest(name, known)}"
            )
    numbers: dict[tuple[str, ...], float | None] = {
        ("grace_minutes",): policy.grace_minutes,
        **{("weights", name): weight for name, weight in policy.weights.items()},
        **{("late", name): getattr(policy.late, name) for name in ("percent", "points", "at_most")},
    }
    for path, number in numbers.items():
        if number is not None and not 0 <= number < 1e6:
            raise file.error(("policy", *path), f"{path[-1]} = {number:g} is not from 0 to a million")
    if policy.late.percent and policy.late.points:
        raise file.error(("policy", "late"), "late has percent and points: choose one of them")
    changed: dict[str, Any] = {"deadlines": {}}
    for name, due in policy.deadlines.items():
        changed["deadlines"][name] = aware(file, ("policy", "deadlines", name), due, zone)
    if policy.deadline:
        changed["deadline"] = aware(file, ("policy", "deadline"), policy.deadline, zone)
    return structs.replace(policy, **changed)


def aware(file: TomlFile, keys: tuple[str, ...], time: datetime, zone: tzinfo | None) -> datetime:
    """`time`, in the course's zone unless it has one of its own. Raises AuthorError."""
    if time.tzinfo is None and zone is None:
        raise file.error(keys, without_zone(time))
    return time if time.tzinfo else time.replace(tzinfo=zone)


def without_zone(time: datetime) -> str:
    return f"{time} has no time zone: write it as 2026-11-30T23:59:00+01:00, or set timezone in [policy] of course.toml"


def _zone(file: TomlFile, name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        told = f"timezone = {name!r} is not known here; write it as Europe/Berlin, or install tzdata"
        raise file.error(("policy", "timezone"), told) from None
