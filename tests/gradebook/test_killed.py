"""Killed outright, at any moment, a run has lost what was in flight and no more: the next one goes on."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.engine.local import Verdicts
from grader.engine.workplace import Workplace
from grader.gradebook import Gradebook, schema
from grader.grading import way
from grader.records import SubmissionReport, from_json
from grader.report import html
from tests.grading.small import CLASS, Klass, counting_runs, timeless
from tests.processes import running

ROOT = Path(__file__).parents[2]
SEED = 7
EVERY = 19  # so manieth moments are tried: it shares no factor with the statements of a submission


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Klass:
    """Graded once."""
    with Workplace("none", 1) as place:
        klass = Klass(tmp_path_factory.mktemp("undisturbed"), place)
        klass.grade(seed=SEED)
    return klass


@pytest.fixture
def canned(undisturbed: Klass, monkeypatch: pytest.MonkeyPatch) -> Klass:
    """Another folder of reports; what is to be found is known, so that a run takes no time."""
    found = {one.submission: one for one in undisturbed.book.reports()}
    monkeypatch.setattr(way, "_graded", lambda run, wanted, tasks, engine: _known(tasks, found))
    return undisturbed


def _known(tasks: list[way.Task], found: dict[str, SubmissionReport]) -> Iterator[Any]:
    return ((task, Verdicts(report=found[task.entry.name], asked=task.plan.run)) for task in tasks if task.plan.run)


def in_child(action: Callable[[], object], kill_at: int) -> bool:
    """Do it in a process that is killed before its n-th statement or write; whether it was."""
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    left = kill_at

    def tick(*_: object) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    connect, write_whole = sqlite3.connect, html.write_whole

    def watched(*given: Any, **more: Any) -> sqlite3.Connection:
        database = connect(*given, **more)
        database.set_trace_callback(tick)
        return database

    def written(path: Path, data: Any) -> Path:
        tick()
        return write_whole(path, data)

    try:
        schema.sqlite3.connect, html.write_whole = watched, written  # type: ignore[attr-defined, assignment]
        action()
    finally:
        os._exit(0)


def test_at_any_moment(canned: Klass, tmp_path: Path) -> None:
    """Before a statement or a file: each submission is there once, the run is the same, and all files are written."""
    right = {one.submission: timeless(one) for one in canned.book.reports()}
    at, tried = 1, 0
    while True:
        out = tmp_path / str(at)
        if not in_child(lambda out=out: canned.grade(out=out, seed=SEED), at):  # type: ignore[misc]
            break
        graded = canned.grade(out=out, seed=SEED)
        book = Gradebook(out)
        assert set(CLASS) == set(book.counting()), at
        assert 1 == len(counting_runs(book))
        assert {"done"} == {run.state for run in book.runs()}
        assert 1 == len(book.runs()) or {} == graded.asked  # the first had just ended
        assert right == {one.submission: timeless(one) for one in book.reports()}
        assert right == {path.parent.name: timeless(from_json(path.read_bytes())) for path in out.glob("*/report.json")}
        assert set(CLASS) == {path.parent.name for path in out.glob("*/report.html")} and (out / "index.html").is_file()
        at, tried = at + EVERY, tried + 1

    assert tried > 10


@pytest.mark.slow
def test_with_judges_and_workers(undisturbed: Klass, tmp_path: Path) -> None:
    """The whole program, ten times at random: then it ends, what it found is the same, and no process is left."""
    moments = random.Random(1)
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "grader.cli",
        "run",
        undisturbed.root / "class",
        "--course",
        undisturbed.root / "course",
    ]
    command += ["--isolation", "none", "--no-train", "--seed", str(SEED), "--jobs", "2", "--out", out]
    for _ in range(10):
        wanted = len(list(out.glob("*/report.json"))) + moments.randrange(3)
        run = subprocess.Popen(list(map(str, command)), cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        while run.poll() is None and (len(list(out.glob("*/report.json"))) < wanted or not list(out.glob("grade*"))):
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 0.2))  # into whatever comes then
        run.kill()
        run.wait()
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True)

    assert 1 == done.returncode, done.stderr
    found = {one.submission: timeless(one) for one in Gradebook(out).reports()}
    assert {one.submission: timeless(one) for one in undisturbed.book.reports()} == found
    assert [] == running(str(out))
