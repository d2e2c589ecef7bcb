"""Bubblewrap around the nursery: what is hidden is not there by name, and a machine without it grades all the same."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.worker import protocol
from grader.worker.client import Nursery
from grader.worker.confinement import bubble, layers, probe, strongest_level
from tests.processes import running, until

ROOT = Path(__file__).parents[2]
LOOKING = """
import os

def look(path):
    try:
        os.stat(path)
    except OSError as problem:
        return type(problem).__name__
    return "there"
"""

pytestmark = pytest.mark.skipif(strongest_level() != "strict", reason="strict isolation is not to be had here")
needs_bubblewrap = pytest.mark.skipif(
    any(status.name == layers.BUBBLEWRAP and not status.available for status in probe()),
    reason="bubblewrap is not installed or does not work here",
)


@pytest.fixture
def run() -> Iterator[Path]:
    """The folder of a run, with a submission in it."""
    with tempfile.TemporaryDirectory(prefix="bubble-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        (folder / "submission").mkdir()
        (folder / "submission" / "looking.py").write_text(LOOKING)
        yield folder


def seen(nursery: Nursery, run: Path, *paths: str) -> list[object]:
    """What student code is told of each of `paths`."""
    worker = nursery.spawn(run / "submission")
    try:
        load = protocol.Request("load", tuple(map(protocol.pack, ("looking.py", {"look": ()}, 0, []))))
        assert worker.ask(load, 10, "10 s").raised is None
        calls = tuple(protocol.Call("look", (protocol.pack(path),), (), "numpy") for path in paths)
        return [protocol.unpack(worker.ask(protocol.Request("calls", (), (call,)), 10, "10 s").value) for call in calls]
    finally:
        worker.kill()


@needs_bubblewrap
def test_hidden_files_do_not_exist(run: Path) -> None:
    """Neither the tests beside the grader nor a temporary file of somebody else's."""
    with tempfile.NamedTemporaryFile() as other, Nursery("strict", folder=run) as nursery:
        assert nursery.ready().endswith(layers.BUBBLEWRAP)
        hidden = [str(ROOT / "tests"), str(ROOT / "pyproject.toml"), "/var", other.name]
        assert all(map(os.path.exists, hidden))

        assert seen(nursery, run, *hidden) == ["FileNotFoundError"] * len(hidden)
        assert seen(nursery, run, str(run / "submission" / "looking.py"), os.__file__) == ["there", "there"]


@needs_bubblewrap
def test_only_the_folder_of_the_run_can_be_written_to(run: Path) -> None:
    command = bubble.around(run)

    writable = [command[i + 1] for i, word in enumerate(command) if word == "--bind"]

    assert writable == ["/proc", str(run)]


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(None, id="not installed"),
        pytest.param("#!/bin/sh\necho 'bwrap: no permission' >&2\nexit 1\n", id="not allowed"),
        pytest.param("not a program", id="broken"),
    ],
)
def test_done_without(program: str | None, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bubblewrap that is missing, refused or broken costs a layer and nothing else; the report does not name it."""
    if program is not None:
        (tmp_path / "bwrap").write_text(program)
        (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (shutil.which("bwrap") is None) == (program is None)

    assert bool(bubble.around(run)) == (program is not None) and not bubble.works(run)
    with Nursery("strict", folder=run) as nursery:
        assert layers.BUBBLEWRAP not in nursery.ready()
        assert seen(nursery, run, os.__file__) == ["there"]


def test_only_strict_asks_for_it(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubble, "around", lambda folder: pytest.fail("asked"))

    with Nursery("basic", folder=run) as nursery:
        assert layers.BUBBLEWRAP not in nursery.ready()


def test_a_bubble_that_is_ended_while_it_is_made(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves no process: bubblewrap makes one that waits for it, and would wait for ever when it is killed alone."""
    waits = f"import time\ntime.sleep(10_000)  # {run.name}"
    makes = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', sys.argv[1]])"
    monkeypatch.setattr(bubble, "around", lambda folder: [sys.executable, "-c", makes, waits])
    nursery = Nursery("strict", folder=run)
    until(lambda: len(running(run.name)) == 2, "the process that bubblewrap makes")
    nursery.close()

    until(lambda: not running(run.name), "the end of both")
