"""What is kept of an upload: names and bytes, within limits that hold for every kind of upload."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from unicodedata import category

from grader.errors import SubmissionOutOfReach, SubmissionUnreadable
from grader.written import GRADEBOOK_FILES

MOST_ENTRIES = 20_000  # files and folders looked at, kept or not
MOST_FILES = 500
MOST_FILE_BYTES = 32 << 20
MOST_BYTES = 64 << 20
MOST_DEPTH = 16  # folders inside folders
MOST_NAME_BYTES = 200  # of one part of a path; file systems take 255
MOST_NOTES = 20
MOST_ARCHIVES = 8  # inside of an upload, which are unpacked only where they hold its exercises
# in folders called data: files and folders looked at; texts kept; bytes of one file
MOST_DATA_ENTRIES, MOST_DATA_TEXTS, MOST_DATA_BYTES = 1000, 100, 1 << 20
CODE, ARTEFACTS = {".py", ".ipynb"}, {".onnx", ".pth", ".pt", ".npy", ".npz"}
TEXT = {".txt", ".csv", ".json", ".toml", ".md"}
KEPT_SUFFIXES = CODE | ARTEFACTS | TEXT
ARCHIVES = (".zip", ".tar.gz", ".tgz", ".tar")
RUBBISH = (".pyc", ".pyo", ".html", "thumbs.db", "desktop.ini")  # Python's, systems' and reports of earlier runs
REPORTS = {"report.json", "index.json", *GRADEBOOK_FILES}
DATA = "data"  # of such a folder only code and text are kept
# and all that start with a dot; an environment has any name, but its packages lie in one of these
IGNORED_FOLDERS = {"__pycache__", "__MACOSX", "venv", "site-packages", "dist-packages", "node_modules"}
ONLY_EXERCISES = "hand in your exercises only"

Parts = tuple[str, ...]  # a relative path: ("helpers", "windows.py")


class Basket:
    """The files of one upload. `source` is what a sentence about the whole upload starts with.

    With `members`, pairs of a path and the name under which it is kept, only what they name is kept: of a folder its
    files, under its new name, or at the top where that is empty.
    """

    def __init__(self, source: object, members: Sequence[tuple[str, str]] = ()) -> None:
        self.source = shown(str(source))
        self.files: dict[Parts, bytes] = {}
        self.archives: dict[Parts, bytes] = {}  # inside of the upload: see `grader.intake.settle`
        self._members = members
        self._notes: list[str] = []
        self._left_out = self._entries = self._added = self._bytes = 0
        self._data_entries = self._data_texts = self._data_left_out = 0
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

    def count(self, above: Parts = ()) -> bool:
        """One more file or folder was met, in the folder `above`; whether to go on there: False in a large data set.

        Raises SubmissionUnreadable when it is one too many.
        """
        if DATA in above:
            self._data_entries += 1
            return self._data_entries <= MOST_DATA_ENTRIES
        self._entries += 1
        if self._entries > MOST_ENTRIES:
            raise self.unreadable(f"it holds more than {MOST_ENTRIES:,} files and folders; {ONLY_EXERCISES}")
        return True

    def wanted(self, name: str) -> Parts | None:
        """The path under which the file `name` is kept; None, perhaps with a note, when it is not."""
        if self._members:
            name = self._chosen("/".join(plain_parts(name)))
        parts = plain_parts(name)
        if not parts:
            return None
        suffix = PurePosixPath(parts[-1]).suffix.lower()
        if DATA in parts[:-1] and suffix not in CODE | TEXT:
            self._data_left_out += not hidden(parts)
            return None
        if suffix not in KEPT_SUFFIXES and not is_archive(parts[-1]):
            self._pass_over(name, parts, suffix)
            return None
        if reason := _objection(name, parts):
            self.leave_out(name, reason)
            return None
        return None if hidden(parts) else parts

    def met_folder(self, name: str) -> None:
        """A folder of an archive was met; only who asks for names is interested."""

    def _chosen(self, path: str) -> str:
        """What the file `path` is called in this submission; empty when it is none of it."""
        for entry, kept in self._members:
            if path == entry:
                return kept
            if path.startswith(f"{entry}/"):
                return f"{kept}{path[len(entry) :]}" if kept else path[len(entry) + 1 :]
        return ""

    def _pass_over(self, name: str, parts: Parts, suffix: str) -> None:
        """Note the first file of a kind that is not kept: its owner may want to open it."""
        if suffix in self._other_kinds or hidden(parts) or parts[-1].lower().endswith(RUBBISH):
            return
        self._other_kinds.add(suffix)
        kind = f"{shown(suffix)} files" if suffix else "files without an ending"
        self.leave_out(name, f"{kind} are not taken in")

    def add(self, parts: Parts, data: bytes) -> None:
        """Keep a file. Raises SubmissionUnreadable when there are too many, or too much in them."""
        if len(data) > most_bytes(parts):
            self.leave_out_file(parts, too_large(MOST_FILE_BYTES))
            return
        if DATA in parts[:-1] and PurePosixPath(parts[-1]).suffix.lower() in TEXT:
            self._data_texts += 1
            if self._data_texts > MOST_DATA_TEXTS:
                return
        if is_archive(parts[-1]):
            if len(self.archives) < MOST_ARCHIVES and sum(map(len, self.archives.values())) + len(data) <= MOST_BYTES:
                self.archives[parts] = data
            else:
                more = f"more than {MOST_ARCHIVES} archives or {MOST_BYTES >> 20} MiB of them"
                self.leave_out("/".join(parts), f"there are {more}")
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

    def leave_out_file(self, parts: Parts, reason: str) -> None:
        """As `leave_out`; of the files of a data set only how many."""
        if DATA in parts[:-1]:
            self._data_left_out += 1
        else:
            self.leave_out("/".join(parts), reason)

    def note(self, text: str) -> None:
        if len(self._notes) < 2 * MOST_NOTES:
            self._notes.append(text)

    def notes(self) -> tuple[str, ...]:
        """What to tell about this upload, at bounded length."""
        notes = list(self._notes)
        if (more := self._left_out - MOST_NOTES) > 0:
            notes.append(f"{more:,} more were left out")
        if self._data_left_out or self._data_entries > MOST_DATA_ENTRIES or self._data_texts > MOST_DATA_TEXTS:
            kept = f"code and up to {MOST_DATA_TEXTS} texts of at most {MOST_DATA_BYTES >> 20} MiB"
            notes.append(f"of {DATA}/ not all was taken in: {kept}, but no data sets")
        return tuple(notes)

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


def is_archive(name: str) -> bool:
    """Whether a file of this name is an archive that can be unpacked."""
    return name.lower().endswith(ARCHIVES)


def most_bytes(parts: Parts) -> int:
    """How large a file of this path may be."""
    return MOST_DATA_BYTES if DATA in parts[:-1] else MOST_FILE_BYTES


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


def plain_parts(name: str) -> Parts:
    """The parts of a path that say something."""
    return tuple(part for part in name.split("/") if part not in ("", "."))


def hidden(parts: Parts) -> bool:
    """Whether a file is passed over without a word."""
    report = parts[-1] in REPORTS and "reports" in parts[:-1]  # a run's own, made inside of the submission
    return report or parts[-1].startswith(".") or any(ignored(part) for part in parts[:-1])


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
