"""However a run ends, in order, by Ctrl-C or killed outright, no process and no folder of it stays behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.processes import PATIENCE, until

ENDLESS = "import os\ndef corr2d(X, K):\n    for n in range(1, 40):\n        os.makedirs('d/' * n, exist_ok=True)\n    while True: pass\n"

pytestmark = pytest.mark.slow


class Process(NamedTuple):
    """One process: its number may be another's soon."""

    pid: int
    started: str


def living() -> dict[Process, int]:
    """The parent of every process but zombies."""
    found = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            state, parent, *more = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if state != "Z":
            found[Process(int(entry), more[17])] = int(parent)
    return found


def descendants(pid: int) -> set[Process]:
    parents = living()
    found: set[Process] = set()
    more = {pid}
    while more:
        children = {child for child, parent in parents.items() if parent in more} - found
        found |= children
        more = {child.pid for child in children}
    return found


def kill(process: Process) -> None:
    """That one, and nobody who has got its number since."""
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(process.pid)
        if process in living():
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        os.close(handle)


class Grading:
    """A run over two submissions that never end."""

    def __init__(self, folder: Path, jobs: int, isolation: str) -> None:
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        folder.chmod(0o755)
        self.temporary.chmod(0o755)
        for name in ("one", "two"):
            (folder / "submissions" / name).mkdir(parents=True)
            (folder / "submissions" / name / "corr2d.py").write_text(ENDLESS)
        command = [sys.executable, "-m", "grader.cli", "run", str(folder / "submissions"), "--exercise", "corr2d"]
        command += ["--jobs", str(jobs), "--isolation", isolation, "--out", str(folder / "out")]
        # a job in the background ignores Ctrl-C, and so do its children unless somebody listens
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.process = subprocess.Popen(
            command, env={**os.environ, "TMPDIR": str(self.temporary)}, stderr=subprocess.PIPE, start_new_session=True
        )
        signal.signal(signal.SIGINT, before)
        until(lambda: len(self.scratches()) == jobs, "workers")
        self.family = descendants(self.process.pid)

    def scratches(self) -> list[Path]:
        return list(self.temporary.glob("grader-*/scratch-*"))

    def check_nothing_left(self) -> None:
        until(lambda: not self.family & set(living()), "the end of all processes")
        until(lambda: not any(self.temporary.glob("grader-*")), "the end of all folders")

    def end(self) -> None:
        for process in self.family & set(living()):
            kill(process)
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.fixture(params=[(1, "none"), (2, "none"), (2, "basic")], ids=["one job", "two jobs", "two jobs confined"])
def grading(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Grading]:
    # pytest's own folder is private: confined workers could not pass through
    for folder in list(tmp_path.parents)[:3]:
        if folder.owner() == tmp_path.owner() and "pytest" in folder.name:
            folder.chmod(0o755)
    made = Grading(tmp_path, *request.param)
    yield made
    made.end()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "terminated"])
def test_judge_killed(grading: Grading, number: int) -> None:
    """Workers and nursery die with the judge, and the nursery puts the folders away."""
    grading.process.send_signal(number)
    grading.process.wait()

    grading.check_nothing_left()


def test_interrupted(grading: Grading) -> None:
    """Ctrl-C reaches every process of the terminal; the run ends with a sentence and without a traceback."""
    os.killpg(grading.process.pid, signal.SIGINT)
    _, errors = grading.process.communicate(timeout=PATIENCE)

    assert grading.process.returncode == 3
    assert errors.decode() == "grader: interrupted; what is graded so far is kept: run it again and it goes on\n"
    grading.check_nothing_left()


@pytest.mark.parametrize("grading", [(2, "none")], indirect=True, ids=["two jobs"])
def test_one_judge_killed(grading: Grading) -> None:
    """The other submission is graded, the index says which one was not, and the run ends in order."""
    mine = [one for one, parent in living().items() if parent == grading.process.pid]
    judges = [one for one in mine if b"grader.worker.nursery" not in Path(f"/proc/{one.pid}/cmdline").read_bytes()]
    assert len(judges) == 2
    kill(judges[0])
    _, errors = grading.process.communicate(timeout=PATIENCE)

    out = grading.temporary.parent / "out"
    assert grading.process.returncode == 3
    assert {line.partition(b" ")[0] for line in errors.splitlines()} == {b"graded"}  # progress, and nothing else
    assert len(list(out.glob("*/report.json"))) == 1
    assert "the judge process ended by SIGKILL" in (out / "index.html").read_text()
    grading.check_nothing_left()
