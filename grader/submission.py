"""Take a submission in: a folder, an archive or a notebook becomes a size-checked, hashed snapshot.

The judge and the worker only ever see the snapshot, never the original. Nothing here imports student code;
what is hostile about an upload is dealt with in `grader.intake`.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from grader.errors import UsageError
from grader.intake import notebook
from grader.intake.archives import read_archive
from grader.intake.basket import MOST_DEPTH, MOST_ENTRIES, MOST_FILE_BYTES, Basket, Parts, ignored
from grader.intake.folder import read_file, read_folder
from grader.records import Record

ARCHIVES = (".zip", ".tar.gz", ".tgz", ".tar")
NOTEBOOK = ".ipynb"
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


def take(path: Path, name: str, into: Path) -> Submission:
    """Snapshot `path` under the folder `into`. Raises SubmissionUnreadable, in one sentence."""
    basket = Basket(path)
    _fill(basket, path)
    basket.tidy()
    notebook.convert(basket)
    folder = Path(tempfile.mkdtemp(prefix="submission-", dir=into))
    try:
        _write(basket, folder)
    except BaseException:
        remove(folder)
        raise
    return Submission(name=name, folder=str(folder), digest=_digest(basket.files), notes=basket.notes())


def _fill(basket: Basket, path: Path) -> None:
    if not os.path.exists(path):
        raise basket.unreadable(f"there is nothing here; a submission is {FORMS}")
    if os.path.isdir(path):
        read_folder(path, basket)
    elif path.name.lower().endswith(ARCHIVES):
        read_archive(path, basket)
    elif path.name.lower().endswith(NOTEBOOK):
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

    A folder is a submission when it holds one of the exercise `files`, as it is or as a notebook. Raises
    UsageError for a path that does not exist or holds no submission.
    """
    names = [name for file in files for name in (file, file.removesuffix(".py") + NOTEBOOK)]
    found: list[Path] = []
    for path in paths:
        found += _submissions_in(path, names)
    unique: dict[str, Path] = {}
    for path in dict.fromkeys(Path(os.path.abspath(path)) for path in found):  # `..` is no name
        name = _name(path)
        numbered = (f"{name}-{number}" if number > 1 else name for number in itertools.count(1))
        unique[next(one for one in numbered if one not in unique and one.lower() not in TAKEN)] = path
    return [Source(path=path, name=name) for name, path in unique.items()]


def _submissions_in(path: Path, names: list[str]) -> list[Path]:
    if not os.path.exists(path):
        raise UsageError(f"{path}: there is no such file or folder")
    if not os.path.isdir(path):
        if not path.name.lower().endswith((*ARCHIVES, NOTEBOOK)):
            raise UsageError(f"{path}: a submission is {FORMS}")
        return [path]
    if any(os.path.exists(path / name) for name in names):
        return [path]
    try:
        inner = [child for child in sorted(path.iterdir()) if _may_be_submission(child)]
    except OSError as problem:
        raise UsageError(f"{path}: cannot be read: {problem.strerror}") from None
    if not any(os.path.isfile(child) or _holds(child, set(names)) for child in inner):
        raise UsageError(f"{path}: neither it nor a folder in it holds one of {', '.join(names[::2])}")
    return inner


def _may_be_submission(path: Path) -> bool:
    if path.name.startswith("_") or path.name == "starter" or ignored(path.name):
        return False
    return os.path.isdir(path) or path.name.lower().endswith(ARCHIVES)


def _holds(folder: Path, names: set[str]) -> bool:
    """Whether one of `names` lies anywhere in `folder`, as far as a submission is looked through."""
    looked_at = 0
    for base, folders, files in os.walk(folder):
        looked_at += len(folders) + len(files)
        if not names.isdisjoint(files):
            return True
        if looked_at > MOST_ENTRIES:
            return False
        deep = len(Path(base).parts) - len(folder.parts) >= MOST_DEPTH
        folders[:] = [] if deep else [name for name in folders if not ignored(name)]
    return False


def _name(path: Path) -> str:
    name = path.name
    for ending in (*ARCHIVES, NOTEBOOK):
        if os.path.isfile(path) and name.lower().endswith(ending):
            name = name[: -len(ending)]
    # a name that is not UTF-8 could not be written into a report; nor may the report's folder have too long a name
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    if not text.strip("."):  # "." and ".." would be other folders than the report's own
        text = "submission"
    return text.encode()[:MOST_NAME_BYTES].decode("utf-8", "ignore")
