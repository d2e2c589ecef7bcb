"""Whether anything at all has changed since the last run, at a glance: where not even a file's status has, nothing is read.

Names, sizes, times and numbers of the files of class, grader, course and data sets make one mark, which the gradebook
keeps of a run that found nothing to complain about. A student cannot set a file's time of change. What changed so
recently that the clock may not tell it apart, what is a link, and a course with checks of its own are looked into.
"""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.grading.options import RunOptions

ROOT = Path(__file__).resolve().parents[2]
OURS = ("grader", "reference")  # packages of our own, in ROOT
DATA = ("MNIST/raw", "FashionMNIST/raw")  # where data sets lie, below the folder of --data
RECENT_SECONDS = 2.0  # what has changed since is too young to be told apart by its time
MOST_FILES = 200_000

Status = tuple[str, int, int, int, int]


class Unsure(Exception):
    """Something is there that a glance does not tell."""


def glance(asked: RunOptions) -> str:
    """A mark of all that a run depends on; empty where there is no telling without reading."""
    try:
        found = [*_all(asked)]
    except (Unsure, OSError):
        return ""
    if not found or max(status[4] for status in found) > time.time_ns() - RECENT_SECONDS * 1e9:
        return ""
    about = (
        asked.as_stored,
        sys.version,
        os.environ.get("GRADER_DATA"),
        [os.path.abspath(path) for path in asked.paths],
    )
    return hashlib.sha256(repr((about, found)).encode()).hexdigest()


def _all(asked: RunOptions) -> Iterator[Status]:
    for path in asked.paths:
        yield from _below(os.path.abspath(path))
    for name in OURS:
        yield from _sources(str(ROOT / name))
    if asked.course is not None and asked.course.exists():
        yield from _below(os.path.abspath(asked.course if asked.course.is_dir() else asked.course.parent))
    data = Path(asked.data or os.environ.get("GRADER_DATA") or "data").expanduser()
    for part in DATA:
        if (data / part).is_dir():
            yield from _below(str(data / part))
    for packages in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        yield _status(packages, os.stat(packages))  # what is installed


def _below(path: str) -> Iterator[Status]:
    """A file, or a folder with all that is in it."""
    todo, count = [path], 0
    while todo:
        here = todo.pop()
        status = os.lstat(here)
        yield _status(here, status)
        if os.path.isdir(here):
            with os.scandir(here) as entries:
                for entry in sorted(entries, key=lambda entry: entry.name):
                    count += 1
                    if entry.is_symlink() or count > MOST_FILES:
                        raise Unsure
                    if entry.is_dir():
                        todo.append(entry.path)
                    else:
                        yield _status(entry.path, entry.stat(follow_symlinks=False))


def _sources(folder: str) -> Iterable[Status]:
    """Of our own code, which Python writes its caches beside."""
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(files):
            path = os.path.join(base, name)
            yield _status(path, os.stat(path))


def _status(path: str, found: os.stat_result) -> Status:
    return path, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
