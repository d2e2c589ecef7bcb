"""What is kept of an upload: names and bytes, within limits that hold for every kind of upload."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from unicodedata import category

from grader.errors import SubmissionOutOfReach, SubmissionUnreadable

MOST_ENTRIES = 20_000  # files and folders looked at, kept or not
MOST_FILES = 500
MOST_FILE_BYTES = 32 << 20
MOST_BYTES = 64 << 20
MOST_DEPTH = 16  # folders inside folders
MOST_NAME_BYTES = 200  # of one part of a path; file systems take 255
MOST_NOTES = 20
CODE, ARTEFACTS = {".py", ".ipynb"}, {".onnx", ".pth", ".pt", ".npy", ".npz"}
KEPT_SUFFIXES = CODE | ARTEFACTS | {".txt", ".csv", ".json", ".toml", ".md"}
RUBBISH = (".pyc", ".pyo", ".html", "thumbs.db", "desktop.ini")  # Python's, systems' and reports of earlier runs
IGNORED_FOLDERS = {"__pycache__", "__MACOSX", "venv", "data", "node_modules"}  # and all that start with a dot
ONLY_EXERCISES = "hand in your exercises only"

Parts = tuple[str, ...]  # a relative path: ("helpers", "windows.py")


class Basket:
    """The files of one upload. `source` is what a sentence about the whole upload starts with."""

    def __init__(self, source: object) -> None:
        self.source = shown(str(source))
        self.files: dict[Parts, bytes] = {}
        self._notes: list[str] = []
        self._left_out = self._entries = self._added = self._bytes = 0
        self._other_kinds: set[str] = set()

    def unreadable(self, reason: str) -> SubmissionUnreadable:
        """The error that refuses the whole upload."""
        return SubmissionUnreadable(f"{self.source}: {reason}")

    @contextlib.contextmanager
    def reading(self, name: str = "") -> Iterator[None]:
        """Around what reads the upload, or the file `name` of it.

        Raises SubmissionOutOfReach when the system does not let us: what we cannot see is not for its owner to answer for.
        """
        try:
            yield
        except OSError as problem:
            raise out_of_reach(f"{self.source}/{shown(name)}" if name else self.source, problem) from None

    def count(self) -> None:
        """One more file or folder was met. Raises SubmissionUnreadable when it is one too many."""
        self._entries += 1
        if self._entries > MOST_ENTRIES:
            raise self.unreadable(f"it holds more than {MOST_ENTRIES:,} files and folders; {ONLY_EXERCISES}")

    def wanted(self, name: str) -> Parts | None:
        """The path under which the file `name` is kept; None, perhaps with a note, when it is not."""
        parts = tuple(part for part in name.split("/") if part not in ("", "."))
        if not parts:
            return None
        suffix = PurePosixPath(parts[-1]).suffix.lower()
        if suffix not in KEPT_SUFFIXES:
            self._pass_over(name, parts, suffix)
            return None
        if reason := _objection(name, parts):
            self.leave_out(name, reason)
            return None
        return None if _hidden(parts) else parts

    def _pass_over(self, name: str, parts: Parts, suffix: str) -> None:
        """Note the first file of a kind that is not kept: its owner may want to open it."""
        if suffix in self._other_kinds or _hidden(parts) or parts[-1].lower().endswith(RUBBISH):
            return
        self._other_kinds.add(suffix)
        kind = f"{shown(suffix)} files" if suffix else "files without an ending"
        self.leave_out(name, f"{kind} are not taken in")

    def add(self, parts: Parts, data: bytes) -> None:
        """Keep a file. Raises SubmissionUnreadable when there are too many, or too much in them."""
        if len(data) > MOST_FILE_BYTES:
            self.leave_out("/".join(parts), too_large(MOST_FILE_BYTES))
            return
        if parts in self.files:
            self.note(f"{shown('/'.join(parts))} is there more than once; the last one counts")
        self._added += 1
        self._bytes += len(data)
        if self._added > MOST_FILES or self._bytes > MOST_BYTES:
            too_many = f"more than {MOST_FILES} files or {MOST_BYTES >> 20} MiB"
            raise self.unreadable(f"it holds {too_many}; {ONLY_EXERCISES}")
        self.files[parts] = data

    def leave_out(self, name: str, reason: str) -> None:
        """Note that a file or folder is not in the snapshot."""
        self._left_out += 1
        if self._left_out <= MOST_NOTES:
            self.note(f"{shown(name)} was left out: {reason}")

    def note(self, text: str) -> None:
        if len(self._notes) < 2 * MOST_NOTES:
            self._notes.append(text)

    def notes(self) -> tuple[str, ...]:
        """What to tell about this upload, at bounded length."""
        more = self._left_out - MOST_NOTES
        return (*self._notes, f"{more:,} more were left out") if more > 0 else tuple(self._notes)

    def tidy(self) -> None:
        """Unwrap a folder around everything; leave out what has no place; note nearly equal names."""
        while min(map(len, self.files), default=1) > 1 and len({parts[0] for parts in self.files}) == 1:
            self.files = {parts[1:]: data for parts, data in self.files.items()}
        for parts in sorted(self.files):
            if any(parts[:length] in self.files for length in range(1, len(parts))):
                del self.files[parts]
                self.leave_out("/".join(parts), "a file has the name of its folder")
        spellings: dict[str, str] = {}
        for name in sorted("/".join(parts) for parts in self.files):
            other = spellings.setdefault(name.casefold(), name)
            if other != name:
                self.note(f"{shown(other)} and {shown(name)} differ only in upper and lower case")


def out_of_reach(what: str, problem: OSError) -> SubmissionOutOfReach:
    """The error for what the system does not let us read."""
    mine = "give the user who runs the grader the right to read it"
    advice = (
        mine if isinstance(problem, PermissionError) else "see to this machine and the disk or share that it lies on"
    )
    return SubmissionOutOfReach(f"{what} cannot be read: {problem.strerror}; {advice}, then run again")


def too_large(most: int) -> str:
    return f"it is larger than {most >> 20} MiB"


def too_deep(folders: Parts) -> str | None:
    return f"it lies more than {MOST_DEPTH} folders deep" if len(folders) > MOST_DEPTH else None


def ignored(folder: str) -> bool:
    """Whether a folder of this name is passed over without a word."""
    return folder in IGNORED_FOLDERS or (folder.startswith(".") and folder != "..")


def shown(name: str) -> str:
    """`name` for a sentence: short, on one line, in characters that can be written as UTF-8."""
    cut = name if len(name) <= 120 else f"{name[:60]}…{name[-59:]}"
    return "".join(char if char == " " or char.isprintable() else repr(char)[1:-1] for char in cut)


def _hidden(parts: Parts) -> bool:
    """Whether a file is passed over without a word."""
    return parts[-1].startswith(".") or any(ignored(part) for part in parts[:-1])


def _objection(name: str, parts: Parts) -> str | None:
    """Why a file of this name cannot be taken."""
    if name.startswith("/") or ".." in parts or (len(parts[0]) == 2 and parts[0][1] == ":"):
        return "its name leads out of the folder"
    if any(category(char) == "Cs" for char in name):
        return "its name is not UTF-8"
    if any(category(char) == "Cc" for char in name):
        return "its name holds control characters"
    if any(len(part.encode()) > MOST_NAME_BYTES for part in parts):
        return f"its name is longer than {MOST_NAME_BYTES} bytes"
    return too_deep(parts[:-1])
