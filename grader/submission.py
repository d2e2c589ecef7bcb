"""Take a submission in: a folder, an archive or a notebook becomes a size-checked, hashed snapshot.

The judge and the worker only ever see the snapshot, never the original. Nothing here imports student code;
what is hostile about an upload is dealt with in `grader.intake`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from grader.errors import SubmissionOutOfReach
from grader.intake import notebook
from grader.intake.archives import read_archive
from grader.intake.basket import ARCHIVES, MOST_FILE_BYTES, Basket, Parts, is_archive
from grader.intake.folder import read_file, read_folder
from grader.intake.places import NOTEBOOK
from grader.intake.settle import put_back, settle, without_starters
from grader.records import Record

FORMS = f"a folder, a notebook ({NOTEBOOK}) or an archive ({', '.join(ARCHIVES)})"


class Submission(Record, frozen=True, kw_only=True):
    """A submission as taken in."""

    name: str
    folder: str  # the snapshot
    digest: str  # sha256 over names and bytes
    notes: tuple[str, ...] = ()  # files that were left out, and why


class Source(Record, frozen=True, kw_only=True):
    """Where a submission is, and the name it goes by in this run."""

    path: Path
    name: str
    refusal: str = ""  # why it is not graded, when that is known before it is looked into
    members: tuple[tuple[str, str], ...] = ()  # of the class in `path`: entries, each with its name in the submission
    exercises: dict[str, tuple[str, ...]] = {}  # the files that count, each with the names that it must define

    @property
    def entry(self) -> Path:
        """Where it lies, in a class in its first entry."""
        return self.path / self.members[0][0] if self.members else self.path

    @property
    def place(self) -> str:
        """The same as text that can be stored: of a name that is not UTF-8, too."""
        return os.fsencode(self.entry).decode("utf-8", "backslashreplace")


def look(source: Source) -> Submission:
    """What `take` would take, without a folder. Raises what `take` raises."""
    basket = _settled(source)
    return Submission(name=source.name, folder="", digest=_digest(basket.files), notes=basket.notes())


def take(source: Source, into: Path) -> Submission:
    """Snapshot a submission under the folder `into`.

    Raises, in one sentence, SubmissionUnreadable for what its owner has to mend and SubmissionOutOfReach for what we have.
    """
    basket = _settled(source)
    folder = Path(tempfile.mkdtemp(prefix="submission-", dir=into))
    try:
        _write(basket, folder)
    except BaseException:
        remove(folder)
        raise
    return Submission(name=source.name, folder=str(folder), digest=_digest(basket.files), notes=basket.notes())


def _settled(source: Source) -> Basket:
    """All that a submission holds, its exercises where they belong."""
    if source.refusal:
        raise SubmissionOutOfReach(source.refusal)
    basket = _filled(source)
    settle(basket, source.exercises)
    starters = without_starters(basket)
    notebook.convert(basket, source.exercises)
    put_back(basket, starters)
    return basket


def _filled(source: Source) -> Basket:
    if not source.members:
        basket = Basket(source.path)
        _fill(basket, source.path)
        return basket
    what = source.path / source.members[0][0]
    if is_archive(source.path.name):
        basket = Basket(what, source.members)
        read_archive(source.path, basket)
        return basket
    basket = Basket(what)
    for entry, kept in source.members:
        _fill(basket, source.path / entry, kept)
    return basket


def _fill(basket: Basket, path: Path, kept: str = "") -> None:
    """Put a folder, an archive or a file into `basket`, the last as `kept` where that is not empty."""
    with basket.reading():
        is_folder = stat.S_ISDIR(os.stat(path).st_mode)
    if is_folder:
        read_folder(path, basket)
    elif is_archive(path.name):
        read_archive(path, basket)
    elif kept or path.name.lower().endswith(NOTEBOOK):
        with basket.reading():
            data = read_file(path, MOST_FILE_BYTES)
        if not isinstance(data, str):
            basket.add((kept or path.name,), data)
        elif kept:
            basket.leave_out(path.name, data)
        else:
            raise basket.unreadable(f"the notebook cannot be read: {data}; hand in a plain file")
    else:
        raise basket.unreadable(f"this cannot be taken in; a submission is {FORMS}")


def _write(basket: Basket, folder: Path) -> None:
    for parts in sorted(basket.files, key=_lower_case_first):
        copy = folder.joinpath(*parts)
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
            with open(copy, "xb") as file:
                file.write(basket.files[parts])
        except FileExistsError:  # this disk does not tell upper from lower case
            basket.leave_out("/".join(parts), "another file has the same name but for upper and lower case")
            del basket.files[parts]
            continue
        copy.chmod(0o644)
    for base, _, _ in os.walk(folder):
        os.chmod(base, 0o755)


def _lower_case_first(parts: Parts) -> tuple[bool, Parts]:
    """Names of exercises are in lower case: where names clash, they must win."""
    return any(part != part.lower() for part in parts), parts


def _digest(files: Mapping[Parts, bytes]) -> str:
    digest = hashlib.sha256()
    for parts in sorted(files):
        name, data = "/".join(parts).encode(), files[parts]
        digest.update(len(name).to_bytes(8, "little") + name + len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


def remove(folder: Path) -> None:
    """Delete a snapshot."""
    shutil.rmtree(folder, ignore_errors=True)
