"""Whose a file is and which exercise it holds, told by its name alone, as learning platforms and students write it.

Canvas       smith_anna_LATE_1234_56789_corr2d-1.py     (-1: handed in again)
Moodle       Anna Smith_1234_assignsubmission_file_/    (also in front of a file's own name; _onlinetext_)
Blackboard   Week 3_asmith_attempt_2026-01-31-10-00-00_corr2d.py
Brightspace  1234-5678 - Anna Smith - Jan 31, 2026 1000 AM/
by hand      anna_corr2d.py, corr2d-anna.py, corr2d (1).py
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

CONVENTIONS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<key>(?P<owner>.{1,100}?)_\d{1,12})_assignsubmission_(?:file|onlinetext)(?:_(?P<file>.*))?",
        r"(?P<key>.{1,100}?_(?P<owner>[^_]{1,100})_attempt_\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)?",
        r"(?P<key>\d+-\d+ - (?P<owner>.{1,100}) - .{1,30}\d{3,4} [AP]M)",
        r"(?P<key>(?P<owner>.{1,100}?)_(?:LATE_)?\d{1,12})_\d{1,12}_(?P<file>.+)",
    )
)
CANVAS = CONVENTIONS[-1]
ENDING = re.compile(r".*\.\w{1,8}")  # Canvas makes no folders
AGAIN = re.compile(r"(?P<stem>.+?)(?:[-_ ]?\((?P<number>\d{1,3})\)|-(?P<again>\d{1,3})|[- ]{1,3}copy)", re.IGNORECASE)
WHEN = re.compile(r"_attempt_\d{4}(?:-\d\d){5}$| - [^-]{1,30}\d{3,4} [AP]M$")
DISGUISE = re.compile(r"(\.(?:py|ipynb))\.(?:txt|json)$", re.IGNORECASE)  # what browsers and mail programs put behind
MOST_NAME = 255  # characters; in an archive a name has any length, and longer ones say nothing
BETWEEN = "_- ."  # what stands between a student's name and an exercise's
NO_NAME = re.compile(r"tests?|old|backup|starter|draft|orig(?:inal)?|utils?|helpers?|data|v?\d+", re.IGNORECASE)


class Owned(NamedTuple):
    """What a platform's name says."""

    key: str  # what all files of one hand-in have in common
    owner: str
    file: str  # as the student had named it; empty for a folder, and for the platform's own note
    is_sure: bool = True  # else another platform would read the name in another way

    @property
    def student(self) -> str:
        """What all attempts of one student have in common, and no namesake's: the key without its time."""
        return WHEN.sub("", self.key)


def owned(name: str, usual: re.Pattern[str] | None = None) -> Owned | None:
    """What the name of an entry of a platform's export tells; None when it follows no platform's convention.

    What stands behind a platform's own mark is the student's choice, and may look like another platform's: a name
    that follows several conventions is read by the `usual` one, else by the one whose mark comes first.
    """
    fitting = _fitting(name)
    if not fitting or (set(fitting) == {CANVAS} and not ENDING.fullmatch(name)):
        return None
    found = fitting[usual] if usual in fitting else min(fitting.values(), key=lambda found: found.end("owner"))
    named = found.groupdict()
    is_sure = len(fitting) == 1 or usual in fitting
    return Owned(named["key"], named["owner"].strip(), named.get("file") or "", is_sure)


def convention(names: Iterable[str]) -> re.Pattern[str] | None:
    """The one that most entries of a class follow, of those that follow one only; None where no one is ahead."""
    votes = Counter(next(iter(fitting)) for fitting in map(_fitting, names) if len(fitting) == 1)
    first, second = (*votes.most_common(2), (None, 0), (None, 0))[:2]
    return first[0] if first[1] > second[1] else None


def _fitting(name: str) -> dict[re.Pattern[str], re.Match[str]]:
    found = ((one, one.fullmatch(name)) for one in CONVENTIONS if len(name) <= MOST_NAME)
    return {one: match for one, match in found if match}


def exercise_in(name: str, exercises: Iterable[str]) -> tuple[str, str] | None:
    """The exercise file that the file `name` is, and the student whose name is before or behind it, or "".

    A notebook counts as the notebook of that exercise.
    """
    path = PurePosixPath(undisguised(name))
    if len(path.name) > MOST_NAME:
        return None
    suffix = path.suffix.lower()
    stem = _once(path.stem).lower()
    for exercise in sorted(exercises, key=len, reverse=True) if suffix in (".py", ".ipynb") else ():
        title = exercise.removesuffix(".py")
        file = title + suffix
        if stem == title:
            return file, ""
        for rest, gap in ((stem.removesuffix(title), -1), (stem.removeprefix(title), 0)):
            who = rest.strip(BETWEEN)
            if rest != stem and who and rest[gap] in BETWEEN and not NO_NAME.fullmatch(who):
                at = stem.index(who)
                return file, _once(path.stem)[at : at + len(who)]
    return None


def is_exercise(name: str, exercises: Iterable[str]) -> bool:
    """Whether the file `name` is an exercise's, and nobody's name is in front of it or behind it."""
    found = exercise_in(name, exercises)
    return found is not None and not found[1]


def renamed(names: Collection[str], exercises: Iterable[str]) -> dict[str, str]:
    """Which of the files `names` is which exercise file where none has its exact name: file -> exercise file.

    Where several would do nothing is guessed, but that of copies numbered by a platform or a browser the last counts.
    """
    exercises = tuple(exercises)
    candidates: dict[str, list[str]] = {}
    for name in sorted(names, key=number):
        if found := exercise_in(name, exercises):
            candidates.setdefault(found[0], []).append(name)
    chosen: dict[str, str] = {}
    for file in sorted(candidates, key=lambda file: file.endswith(".ipynb")):
        if any(
            PurePosixPath(file).with_suffix(suffix).name in {*names, *chosen.values()} for suffix in (".py", ".ipynb")
        ):
            continue
        if len({_once(PurePosixPath(name).stem).lower() for name in candidates[file]}) == 1:
            chosen[candidates[file][-1]] = file
    return chosen


def plain(name: str) -> str:
    """The name of a file that was handed in again, without the number that the platform has put behind it."""
    path = PurePosixPath(undisguised(name))
    return f"{_once(path.stem)}{path.suffix}"


def undisguised(name: str) -> str:
    """The name of a script or notebook without a second ending, and with its own in lower case: corr2d.py.txt, A.PY."""
    name = DISGUISE.sub(r"\1", name)
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{suffix.lower()}" if dot and suffix.lower() in ("py", "ipynb") else name


def _once(stem: str) -> str:
    found = AGAIN.fullmatch(stem)
    return found["stem"] if found else stem


def number(name: str) -> tuple[int, str]:
    """By which copies of a file are in order: the number that a platform or a browser has put behind its name."""
    found = AGAIN.fullmatch(PurePosixPath(name).stem)
    return int((found and (found["number"] or found["again"])) or 0), name
