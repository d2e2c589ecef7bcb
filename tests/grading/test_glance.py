"""A second look at an unchanged class reads nothing; whatever has changed is seen."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from grader.grading.glance import glance
from grader.grading.options import RunOptions


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A class and a course, long untouched."""
    for file in ("class/ann/corr2d.py", "class/bob/corr2d.py", "course/course.toml"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("x = 1\n")
    ahead = time.time_ns() + 10**10
    monkeypatch.setattr(time, "time_ns", lambda: ahead)
    return tmp_path


def look(folder: Path, **more: object) -> str:
    asked = {"paths": (folder / "class",), "course": folder / "course", "out": folder / "out", **more}
    return glance(RunOptions(**asked))  # type: ignore[arg-type]


def same_size_and_time(folder: Path) -> None:
    file = folder / "class/ann/corr2d.py"
    before = os.stat(file)
    file.write_text("x = 2\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES = {
    "another answer of the same size, its time set back": same_size_and_time,
    "another submission": lambda folder: (folder / "class/cyd").mkdir(),
    "one less": lambda folder: (folder / "class/bob/corr2d.py").unlink(),
    "another name": lambda folder: (folder / "class/bob").rename(folder / "class/rob"),
    "the course": lambda folder: (folder / "course/course.toml").write_text("x = 3\n"),
    "a file of marks": lambda folder: (folder / "course/marks.toml").touch(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen(change: str, folder: Path) -> None:
    before = look(folder)
    assert before and before == look(folder)
    CHANGES[change](folder)
    assert before != look(folder)


def test_another_question(folder: Path) -> None:
    """What is asked for belongs to it; how it is told does not."""
    assert look(folder) != look(folder, seed=3) and look(folder) == look(folder, quiet=True, note="again")


def test_what_cannot_be_told_from_its_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link may lead anywhere, and a file that has changed just now may change once more in the same tick."""
    link = folder / "class/dan"
    link.symlink_to(folder / "class/ann")
    assert "" == look(folder)
    link.unlink()
    assert look(folder)
    monkeypatch.undo()
    (folder / "class/ann/corr2d.py").touch()
    assert "" == look(folder)
