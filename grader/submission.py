"""Take a submission in: a folder, an archive or a notebook becomes a size-checked, hashed snapshot.

The judge and the worker only ever see the snapshot, never the original. Nothing here imports student code;
what is hostile about an upload is dealt with in `grader.intake`.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from grader.errors import SubmissionOutOfReach, UsageError
from grader.intake import notebook, places
from grader.intake.archives import read_archive
from grader.intake.basket import MOST_FILE_BYTES, Basket, Parts, out_of_reach, shown
from grader.intake.folder import read_file, read_folder
from grader.intake.places import ARCHIVES, NOTEBOOK
from grader.records import Record

FORMS = f"a folder, a notebook ({NOTEBOOK}) or an archive ({', '.join(ARCHIVES)})"
MOST_NAME_BYTES = 200  # of a submission's name, which becomes a folder's
TAKEN = {"index.html"}  # lies beside the folders of the reports


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


def take(source: Source, into: Path) -> Submission:
    """Snapshot a submission under the folder `into`.

    Raises, in one sentence, SubmissionUnreadable for what its owner has to mend and SubmissionOutOfReach for what we have.
    """
    if source.refusal:
        raise SubmissionOutOfReach(source.refusal)
    basket = Basket(source.path)
    _fill(basket, source.path)
    basket.tidy()
    notebook.convert(basket)
    folder = Path(tempfile.mkdtemp(prefix="submission-", dir=into))
    try:
        _write(basket, folder)
    except BaseException:
        remove(folder)
        raise
    return Submission(name=source.name, folder=str(folder), digest=_digest(basket.files), notes=basket.notes())


def _fill(basket: Basket, path: Path) -> None:
    with basket.reading():
        is_folder = stat.S_ISDIR(os.stat(path).st_mode)
    if is_folder:
        read_folder(path, basket)
    elif path.name.lower().endswith(ARCHIVES):
        read_archive(path, basket)
    elif path.name.lower().endswith(NOTEBOOK):
        with basket.reading():
            data = read_file(path, MOST_FILE_BYTES)
        if isinstance(data, str):
            raise basket.unreadable(f"the notebook cannot be read: {data}; hand in a plain file")
        basket.add((path.name,), data)
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


def find(paths: Iterable[Path], files: Iterable[str]) -> list[Source]:
    """The submissions that `paths` name: each one itself, or every folder and archive inside it.

    A folder is a submission when it holds one of the exercise `files`, as it is or as a notebook. What lies in a
    class folder and cannot be graded is among them, with a refusal; a path that is named may be a link. Raises
    UsageError for a path that does not exist or holds no submission.
    """
    names = places.spellings(files)
    found: dict[Path, str] = {}
    for path in paths:
        for one, refusal in _submissions_in(path, names):
            place = Path(os.path.abspath(one))  # `..` is no name
            found[place] = refusal and found.get(place, refusal)  # named as well, it is not refused
    unique: dict[str, Source] = {}
    for path, refusal in found.items():
        name = _name(path, kept_whole=bool(refusal))
        numbered = (f"{name}-{number}" if number > 1 else name for number in itertools.count(1))
        name = next(one for one in numbered if one not in unique and one.lower() not in TAKEN)
        unique[name] = Source(path=path, name=name, refusal=refusal)
    return list(unique.values())


def _submissions_in(path: Path, names: set[str]) -> list[tuple[Path, str]]:
    """Each with its refusal, or "". Raises UsageError."""
    try:
        is_folder = stat.S_ISDIR(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{path}: there is no such file or folder") from None
    except OSError as problem:
        return [(path, str(out_of_reach(shown(str(path)), problem)))]
    if not is_folder:
        if not path.name.lower().endswith((*ARCHIVES, NOTEBOOK)):
            raise UsageError(f"{path}: a submission is {FORMS}")
        return [(path, "")]
    try:
        return [(path, "")] if places.is_submission(path, names) else _submissions_of_class(path, names)
    except OSError as problem:
        return [(path, str(out_of_reach(shown(str(path)), problem)))]


def _submissions_of_class(folder: Path, names: set[str]) -> list[tuple[Path, str]]:
    """Each with its refusal, or "". Raises UsageError, and OSError when `folder` cannot be listed."""
    inner = [
        (folder / entry.name, refusal)
        for entry in places.entries(folder)
        if (refusal := _refusal(entry)) or entry.is_dir() or entry.name.lower().endswith(ARCHIVES)
    ]
    unlisted: list[OSError] = []  # whether an exercise lies there, taking in will tell
    found = any(refusal or path.is_file() for path, refusal in inner) or places.is_class(folder, names, unlisted.append)
    if not found and not unlisted:
        scripts = ", ".join(sorted(name for name in names if not name.endswith(NOTEBOOK)))
        raise UsageError(f"{folder}: neither it nor a folder in it holds one of {scripts}")
    return inner


def _refusal(entry: os.DirEntry[str]) -> str:
    """Why an entry of a class folder is not graded, or "". Followed, a link to a neighbour would earn his marks."""
    place = shown(entry.path)
    try:
        if entry.is_symlink():
            return (
                f"{place} is a link, which is not followed inside a class folder; "
                f"put a copy in its place, or name {place} itself on the command line"
            )
        entry.is_dir()  # asks the system where the list of the folder does not tell
    except OSError as problem:
        return str(out_of_reach(place, problem))
    return ""


def _name(path: Path, kept_whole: bool) -> str:
    name = path.name
    for ending in (*ARCHIVES, NOTEBOOK):
        if not kept_whole and os.path.isfile(path) and name.lower().endswith(ending):
            name = name[: -len(ending)]
    # a name that is not UTF-8 could not be written into a report; nor may the report's folder have too long a name
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    if not text.strip("."):  # "." and ".." would be other folders than the report's own
        text = "submission"
    return text.encode()[:MOST_NAME_BYTES].decode("utf-8", "ignore")
