"""The file: what is refused, and that nothing of it is lost by that."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main
from grader.errors import HarnessError, UsageError
from grader.gradebook import Entry, Gradebook, Result, Run, book, schema
from grader.report.standing import standing
from tests.report import samples


def run(**more: Any) -> Run:
    return Run(started="2026-01-01T10:00:00+00:00", seed=1, note="", course="A", options={}, versions={}, **more)


@pytest.fixture
def made(tmp_path: Path) -> Gradebook:
    """With one report."""
    found = Gradebook(tmp_path)
    assert found.create("A")
    found.begin(run(), [Entry(name="ann", place="x")])
    put(found, "ann")
    found.finish("2026-01-01T10:01:00+00:00")
    return found


def put(found: Gradebook, name: str) -> None:
    report = samples.mixed(name)
    results = [
        Result(
            name=check.id, outcome=check.outcome, points=check.points, earned=check.earned, counted=check.counted,
            seconds=0, silent=True, public=True, hint="", told="",
        )
        for check in report.checks
    ]  # fmt: skip
    found.put(Entry(name=name, place="x"), report, standing(report), results, "")


def test_what_was_put_comes_back(made: Gradebook) -> None:
    """Record for record."""
    assert [samples.mixed("ann")] == list(made.reports())
    assert [standing(samples.mixed("ann"))] == list(made.standings())
    assert {check.id for check in samples.mixed("ann").checks} == set(made.results(made.counting()["ann"]))
    assert samples.mixed("ann").count("failed") == sum(failed for _, _, failed, _ in made.hardness())


def newer(file: Path) -> None:
    database = sqlite3.connect(file)
    database.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    database.commit()
    database.close()


def torn(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[4096:12288] = os.urandom(8192)
    file.write_bytes(data)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5000])


def another_program_s(file: Path) -> None:
    file.unlink()
    database = sqlite3.connect(file)
    database.execute("CREATE TABLE runs (id INTEGER PRIMARY KEY)")
    database.commit()
    database.close()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (newer, "was written by a newer version of the grader"),
        (torn, "is damaged"),
        (cut, "is damaged"),
        (lambda file: file.write_text("marks: all of them"), "is damaged or no gradebook"),
        (another_program_s, "is no gradebook of this program"),
    ],
)
def test_what_is_no_sound_gradebook(
    change: Callable[[Path], object], words: str, made: Gradebook, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is refused in a sentence with exit code 2, and not a byte of it changes."""
    change(made.file)
    before = made.file.read_bytes()
    student = Path(__file__).parents[2] / "exercises" / "student42"

    assert 2 == main(["run", str(student), "--exercise", "corr2d", "--out", str(made.file.parent)])
    told = capsys.readouterr().err
    assert words in told and 1 == told.count("\n") and str(made.file) in told
    assert before == made.file.read_bytes()
    assert [made.file.name] == [path.name for path in made.file.parent.iterdir()]


def test_of_another_course(made: Gradebook) -> None:
    """Marks of two courses are not mixed."""
    with pytest.raises(UsageError, match="is the gradebook of the course 'A', not of 'B'"):
        made.create("B")


def test_a_file_that_is_empty(tmp_path: Path) -> None:
    """A run that was killed at once has left it: as good as none."""
    (tmp_path / "gradebook.sqlite").touch()

    assert Gradebook(tmp_path).create("A")


def test_a_full_disk(made: Gradebook, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit is lost, all else is there; there is no half a report."""
    connect = sqlite3.connect

    def small(*given: Any, **more: Any) -> sqlite3.Connection:
        database = connect(*given, **more)
        database.execute("PRAGMA max_page_count = 40")
        return database

    made.begin(run(), [])
    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", small)
        with pytest.raises(HarnessError, match="cannot be used: database or disk is full; make room there"):
            list(map(partial(put, made), map(str, range(1000))))
    names = {one.submission for one in made.reports()}
    assert 1 < len(names) and len(names) == len(made.counting()) == len(list(made.standings()))
    put(made, "last")
    assert names | {"last"} == {one.submission for one in made.reports()}


def test_two_runs_at_a_time(made: Gradebook, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is refused, in a sentence."""
    monkeypatch.setattr(book, "PATIENCE", 0.0)
    other = os.open(made.file.parent, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(UsageError, match="another grader run writes there; wait until it has ended"), made.alone():
        pytest.fail("both write")
    os.close(other)
    with made.alone():
        pass
