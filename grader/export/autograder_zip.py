"""`grader gradescope-zip`: an autograder for Gradescope, with setup.sh and run_autograder at its root.

The grader that runs there is the one that runs here: its own files and a course go into the archive, and the libraries
are asked for in the versions that are installed here.
"""

from __future__ import annotations

import io
import re
import shlex
import zipfile
from collections.abc import Iterator
from importlib.metadata import requires, version
from pathlib import Path

import grader
from grader.policy import people

SCRIPTS = Path(__file__).parent / "autograder"
PACKAGES = Path(grader.__file__).parents[1]
PROJECT = "course-grader"
ALONE = ("torch", "torchvision")  # come from an index of their own, without CUDA
LEFT_OUT = ("__pycache__", ".git", "reports")
EXECUTABLE = 0o100755 << 16
PLAIN = 0o100644 << 16


def autograder(course: Path | None, named: str, starter: Path, isolation: str, train: bool) -> bytes:
    """The archive. `course` is a folder with a course.toml; else a built-in one is `named`, or none.

    `starter` is the folder with what students receive.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("setup.sh", "run_autograder"):
            _add(
                archive,
                name,
                _filled((SCRIPTS / name).read_text("utf-8"), "source/course" if course else named, isolation, train),
                EXECUTABLE,
            )
        for file, lines in _requirements().items():
            _add(archive, file, "".join(f"{line}\n" for line in lines))
        for folder in ("grader", "reference"):
            for path in _files(PACKAGES / folder, "planted"):
                _add(archive, f"{folder}/{path.relative_to(PACKAGES / folder)}", path.read_bytes())
        for path in _files(starter):
            _add(archive, f"grader/data/starter/{path.relative_to(starter)}", path.read_bytes())
        if course:
            for path in _files(course, *people.NAMES, "roster.csv"):  # nobody's marks go where students' code runs
                _add(archive, f"course/{path.relative_to(course)}", path.read_bytes())
    return buffer.getvalue()


def _filled(script: str, course: str, isolation: str, train: bool) -> str:
    chosen = script.replace("@COURSE@", f"--course {shlex.quote(course)}" if course else "")
    chosen = chosen.replace("GRADER_ISOLATION:-strict", f"GRADER_ISOLATION:-{shlex.quote(isolation)}")
    return re.sub(r" +$", "", chosen.replace("@RUN@", "" if train else "--no-train"), flags=re.MULTILINE)


def _requirements() -> dict[str, list[str]]:
    """The grader's own libraries as they are here, without what only a build for another machine has in its version."""
    needed = [re.split(r"[^\w.-]", line)[0] for line in requires(PROJECT) or () if "extra ==" not in line]
    pinned = {name: f"{name}=={version(name).partition('+')[0]}" for name in needed}
    return {
        "torch.txt": [line for name, line in pinned.items() if name in ALONE],
        "requirements.txt": [line for name, line in pinned.items() if name not in ALONE],
    }


def _files(folder: Path, *left_out: str) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part in (*LEFT_OUT, *left_out) for part in path.relative_to(folder).parts):
            yield path


def _add(archive: zipfile.ZipFile, name: str, data: str | bytes, rights: int = PLAIN) -> None:
    """Always of the same time: the same grader gives the same archive."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr, entry.compress_type = rights, zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)
