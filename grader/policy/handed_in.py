"""When a submission was handed in, as its platform tells it; never a file's own time, which any copy changes.

Blackboard   the time in the file's name        Brightspace   the time in the folder's name
Canvas       LATE in the file's name, no time   Moodle        nothing
Gradescope   created_at in submission_metadata.json beside the folder submission, or .yml in an export of a class
git          the time of the commit that is checked out, which is what the student's computer said
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import subprocess
import tempfile
from datetime import datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from grader.intake import platforms

TIMES = (
    (re.compile(r"_attempt_(\d{4}(?:-\d\d){5})$"), "%Y-%m-%d-%H-%M-%S", "Blackboard"),
    (re.compile(r"^\d+-\d+ - .+ - (\w{3,9} \d{1,2}, \d{4} \d{3,4} [AP]M)$"), "%b %d, %Y %I%M %p", "Brightspace"),
)
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
COMMITTED = re.compile(rb"^committer .*> (\d{1,11}) ", re.MULTILINE)
METADATA, EXPORTED = "submission_metadata.json", "submission_metadata.yml"
EXPORT = re.compile(r"submission_\d{1,15}")
CREATED = re.compile(r"^  :created_at: (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? (Z|[+-]\d\d:?\d\d)$", re.MULTILINE)
MOST_METADATA = 1 << 26  # bytes: that of a class holds what every autograder has printed
MOST_BYTES = 1 << 20  # of git's files
MOST_MEMORY = 1 << 29  # bytes, for git
SECONDS = 10.0  # for git


class HandedIn(NamedTuple):
    """What a platform says about the time."""

    time: datetime | None
    is_late: bool = False
    source: str = ""


def handed_in(place: str, zone: tzinfo | None, usual: re.Pattern[str] | None = None) -> HandedIn:
    """What can be told of the submission that lies in `place`; `zone` is that of times that say none.

    `usual` is the convention by which the class is named: a name that a student has made to fit another as well is read by it.
    """
    path = Path(place)
    found = _gradescope(path) or _in_name(path.name, zone, usual)
    if found is None and path.is_dir() and (time := _committed(path)):
        found = HandedIn(time, source="the commit")
    return found or HandedIn(None)


def _in_name(name: str, zone: tzinfo | None, usual: re.Pattern[str] | None) -> HandedIn | None:
    """From the platform's own mark alone: what stands behind it is the student's choice."""
    named = platforms.owned(name, usual)
    if named is None or not named.is_sure:
        return None
    for pattern, clock, source in TIMES:
        if (found := pattern.search(named.key)) and zone is not None:
            with contextlib.suppress(ValueError):
                return HandedIn(datetime.strptime(_four_digits(found[1]), clock).replace(tzinfo=zone), source=source)
    return HandedIn(None, True, "Canvas") if named.key.startswith(f"{named.owner}_LATE_") else None


def _four_digits(clock: str) -> str:
    """Brightspace writes 9:05 as 905."""
    return re.sub(r" (\d{3}) ([AP]M)$", r" 0\1 \2", clock)


def _gradescope(path: Path) -> HandedIn | None:
    """From what lies beside the submission: one file for an autograder, one for all in an export of a class."""
    text = _beside(path.parent / EXPORTED) if EXPORT.fullmatch(path.name) else ""
    own = re.search(rf"^{path.name}:\n((?:[ -].*\n?)*)", text, re.MULTILINE) if text else None
    if own and (found := CREATED.search(own[1])):
        time = f"{found[1]}T{found[2]}{found[3]}"
    elif path.name == "submission":
        try:
            time = json.loads(_beside(path.parent / METADATA))["created_at"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
    else:
        return None
    try:
        created = datetime.fromisoformat(time)
    except (ValueError, TypeError):
        return None
    return HandedIn(created, source="Gradescope") if created.tzinfo else None


@lru_cache(1)  # that of a class is asked for once a submission
def _beside(file: Path) -> str:
    try:
        with open(file, "rb") as opened:
            return opened.read(MOST_METADATA).decode()
    except (OSError, ValueError):
        return ""


def _committed(folder: Path) -> datetime | None:
    """The time of HEAD. Git reads the student's objects from a repository of ours: theirs may name programs to run."""
    objects, commit = folder / ".git" / "objects", _head(folder / ".git")
    if not commit or not objects.is_dir() or objects.is_symlink():
        return None
    with tempfile.TemporaryDirectory() as ours:
        environment = {"PATH": os.environ.get("PATH", os.defpath), "GIT_CONFIG_NOSYSTEM": "1", "HOME": ours}
        shown = Path(ours) / "shown"
        try:
            _git(environment, shown, "init", "--quiet", "--bare", f"{ours}/repository")
            environment["GIT_OBJECT_DIRECTORY"] = str(objects.resolve())
            _git(environment, shown, f"--git-dir={ours}/repository", "cat-file", "commit", commit)
        except (OSError, subprocess.SubprocessError):
            return None
        found = COMMITTED.search(shown.read_bytes().partition(b"\n\n")[0])
    try:
        return datetime.fromtimestamp(int(found[1])).astimezone() if found else None
    except (ValueError, OverflowError, OSError):
        return None


def _git(environment: dict[str, str], output: Path, *arguments: str) -> None:
    """Within bounds: what is in the repository may unpack to anything."""

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES, MOST_BYTES))

    with open(output, "wb") as file:
        subprocess.run(
            ["git", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=True,
            preexec_fn=bound,
        )


def _head(git: Path) -> str:
    """The commit that is checked out; empty where that cannot be told."""
    try:
        head = _text(git / "HEAD")
        name = head.removeprefix("ref: ")
        if name != head:
            packed = {line.partition(" ")[2]: line.partition(" ")[0] for line in _text(git / "packed-refs").split("\n")}
            plain = name.startswith("refs/") and ".." not in name
            head = (_text(git / name) if plain else "") or packed.get(name, "")
    except (OSError, ValueError):
        return ""
    return head if COMMIT.fullmatch(head) else ""


def _text(file: Path) -> str:
    if not file.is_file():
        return ""
    with open(file, "rb") as opened:
        return opened.read(MOST_BYTES).decode().strip()
