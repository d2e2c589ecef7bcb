"""Take a submission in: a folder, an archive or a notebook becomes a size-checked, hashed snapshot.

The judge and the worker only ever see the snapshot, never the original. Nothing here imports student code.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

from grader.errors import SubmissionUnreadable, UsageError
from grader.records import Record

MOST_FILES = 500
MOST_FILE_BYTES = 32 << 20
MOST_BYTES = 64 << 20
KEPT_SUFFIXES = {".py", ".ipynb", ".onnx", ".pth", ".pt", ".txt", ".csv", ".json", ".npy", ".npz", ".toml", ".md"}
ARCHIVES = (".zip", ".tar.gz", ".tgz", ".tar")
IGNORED_FOLDERS = {"__pycache__", ".git", ".venv", "venv", ".ipynb_checkpoints", ".pytest_cache", "data", "node_modules"}


class Submission(Record, kw_only=True):
    """A submission as taken in."""

    name: str
    folder: str  # the snapshot
    digest: str  # sha256 over names and bytes
    notes: tuple[str, ...] = ()  # files that were left out, and why


def take(path: Path, name: str, into: Path) -> Submission:
    """Snapshot `path` under the folder `into`. Raises SubmissionUnreadable, in one sentence."""
    if not path.is_dir():
        raise SubmissionUnreadable(f"{path}: there is no such folder")
    folder = Path(tempfile.mkdtemp(prefix="submission-", dir=into))
    notes: list[str] = []
    _copy_folder(path, folder, notes)
    _convert_notebooks(folder, notes)
    for inner in [folder, *(p for p in folder.rglob("*") if p.is_dir())]:
        inner.chmod(0o755)
    return Submission(name=name, folder=str(folder), digest=_digest(folder), notes=tuple(notes))


def _copy_folder(source: Path, target: Path, notes: list[str]) -> None:
    files = total = 0
    for base, folders, names in os.walk(source, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in IGNORED_FOLDERS)
        for name in sorted(names):
            original = Path(base, name)
            relative = original.relative_to(source)
            if original.suffix not in KEPT_SUFFIXES:
                continue
            data = _read(original, relative, notes)
            if data is None:
                continue
            files, total = files + 1, total + len(data)
            if files > MOST_FILES or total > MOST_BYTES:
                raise SubmissionUnreadable(
                    f"{source}: more than {MOST_FILES} files or {MOST_BYTES >> 20} MiB; hand in your exercises only"
                )
            copy = target / relative
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(data)
            copy.chmod(0o644)


def _read(path: Path, relative: Path, notes: list[str]) -> bytes | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as problem:
        notes.append(f"{relative} was left out: {problem.strerror}")
        return None
    with os.fdopen(fd, "rb") as file:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            notes.append(f"{relative} was left out: it is no regular file")
            return None
        data = file.read(MOST_FILE_BYTES + 1)
    if len(data) > MOST_FILE_BYTES:
        notes.append(f"{relative} was left out: it is larger than {MOST_FILE_BYTES >> 20} MiB")
        return None
    return data


def _convert_notebooks(folder: Path, notes: list[str]) -> None:
    """NAME.ipynb becomes NAME.py where there is none: its code cells, without magics and shell lines."""
    for notebook in sorted(folder.rglob("*.ipynb")):
        script = notebook.with_suffix(".py")
        if script.exists():
            continue
        try:
            cells = json.loads(notebook.read_bytes())["cells"]
            code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        except (ValueError, KeyError, TypeError, RecursionError):
            notes.append(f"{notebook.name} was left out: it is no readable notebook")
            continue
        lines = [line for cell in code for line in cell.splitlines() if not line.lstrip().startswith(("%", "!"))]
        script.write_text("\n".join(lines) + "\n", encoding="utf-8")
        notes.append(f"{script.name} was made from the code cells of {notebook.name}")


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = str(path.relative_to(folder)).encode("utf-8", "surrogateescape")
        data = path.read_bytes()
        digest.update(len(name).to_bytes(8, "little") + name + len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


def remove(folder: Path) -> None:
    """Delete a snapshot."""
    shutil.rmtree(folder, ignore_errors=True)


class Source(Record, kw_only=True):
    """Where a submission is, and the name it goes by in this run."""

    path: Path
    name: str


def find(paths: Iterable[Path], files: Iterable[str]) -> list[Source]:
    """The submissions that `paths` name: each one itself, or every folder and archive inside it.

    A folder is a submission when it holds one of the exercise `files`, as it is or as a notebook. Raises
    UsageError for a path that does not exist or holds no submission.
    """
    names = [name for file in files for name in (file, file.removesuffix(".py") + ".ipynb")]
    found: list[Path] = []
    for path in paths:
        found += _submissions_in(path, names)
    unique: dict[str, Path] = {}
    for path in dict.fromkeys(path.absolute() for path in found):
        name = _name(path)
        number = next(n for n in itertools.count(1) if (f"{name}-{n}" if n > 1 else name) not in unique)
        unique[f"{name}-{number}" if number > 1 else name] = path
    return [Source(path=path, name=name) for name, path in unique.items()]


def _submissions_in(path: Path, names: list[str]) -> list[Path]:
    if not path.exists():
        raise UsageError(f"{path}: there is no such file or folder")
    if not path.is_dir():
        if not path.name.lower().endswith(ARCHIVES):
            raise UsageError(f"{path}: a submission is a folder or one of {', '.join(ARCHIVES)}")
        return [path]
    if any((path / name).exists() for name in names):
        return [path]
    inner = [child for child in sorted(path.iterdir()) if _may_be_submission(child)]
    if not any(child.is_file() or any(next(child.rglob(name), None) for name in names) for child in inner):
        raise UsageError(f"{path}: neither it nor a folder in it holds one of {', '.join(names[::2])}")
    return inner


def _may_be_submission(path: Path) -> bool:
    if path.name.startswith((".", "_")) or path.name in {"starter", *IGNORED_FOLDERS}:
        return False
    return path.is_dir() or path.name.lower().endswith(ARCHIVES)


def _name(path: Path) -> str:
    name = path.name
    for ending in ARCHIVES:
        if path.is_file() and name.lower().endswith(ending):
            name = name[: -len(ending)]
    return name or "submission"
