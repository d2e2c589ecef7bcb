"""A protection that is missing: `strict` refuses to grade, says which and what to do, and grades nothing unprotected."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from grader.worker.confinement import strongest_level

REPOSITORY = Path(__file__).resolve().parents[2]
RIGHT = "def corr2d(X, K):\n    return X\n"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(strongest_level() != "strict", reason="this machine lacks something of its own"),
]


def grader(lacking: str, error: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command on a machine where one system call always fails."""
    command = [sys.executable, "-m", "tests.hostile.without", lacking, str(error), *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=1200, check=False)


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    folder = tmp_path / "someone"
    folder.mkdir()
    (folder / "corr2d.py").write_text("open('ran', 'w')\n" + RIGHT)
    return folder


@pytest.mark.parametrize(
    ("lacking", "error", "layer"),
    [
        ("landlock_create_ruleset", errno.ENOSYS, "Landlock"),
        ("landlock_create_ruleset", errno.EOPNOTSUPP, "Landlock"),
        ("seccomp", errno.EPERM, "seccomp"),
    ],
)
def test_strict_refuses(lacking: str, error: int, layer: str, submission: Path, tmp_path: Path) -> None:
    """Exit code 2 and a sentence with the layer, why it matters and the way out; no report, no traceback."""
    done = grader(lacking, error, "run", str(submission), "--exercise", "corr2d", "--out", str(tmp_path / "out"))

    assert done.returncode == 2
    assert f"{layer} is missing" in done.stderr
    assert "Without it student code could" in done.stderr
    assert "--isolation basic and none" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out" / "someone").exists()


@pytest.mark.parametrize("level", ["strict", "basic", "none"])
def test_no_level_without_pidfd(level: str, submission: Path, tmp_path: Path) -> None:
    """Without pidfd_open no worker could start: every level says so before grading, and promises no way around."""
    arguments = ("run", str(submission), "--exercise", "corr2d", "--isolation", level, "--out", str(tmp_path / "out"))
    done = grader("pidfd_open", errno.ENOSYS, *arguments)

    assert done.returncode == 2
    assert "pidfd is missing" in done.stderr and "Run on Linux 5.3 or later" in done.stderr
    assert "--isolation" not in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "out" / "someone").exists()


def test_doctor_without_pidfd() -> None:
    """`grader doctor` counts it as required, and sends nobody to another level."""
    done = grader("pidfd_open", errno.ENOSYS, "doctor")

    assert (done.returncode, done.stderr) == (2, "")
    assert "pidfd                  MISSING" in done.stdout
    assert "will refuse here, at every isolation level: pidfd missing" in done.stdout
    assert "--isolation" not in done.stdout


def test_basic_says_what_is_left(submission: Path, tmp_path: Path) -> None:
    """Level basic goes on without Landlock, and every report tells which layers were in force."""
    arguments = ("run", str(submission), "--exercise", "corr2d", "--isolation", "basic", "--out", str(tmp_path / "out"))
    done = grader("landlock_create_ruleset", errno.ENOSYS, *arguments)
    report = (tmp_path / "out" / "someone" / "report.json").read_text()

    assert done.returncode == 1
    assert '"isolation": "basic: resource limits' in report
    assert "seccomp" in report
    assert "Landlock" not in report


def test_doctor_tells_the_same() -> None:
    """`grader doctor` finds the layer missing, tells the remedy and ends with exit code 2."""
    done = grader("landlock_create_ruleset", errno.ENOSYS, "doctor")

    assert done.returncode == 2
    assert "Landlock               MISSING" in done.stdout
    assert "Run on Linux 5.13 or later" in done.stdout
    assert "will refuse here: Landlock missing" in done.stdout
    assert done.stderr == ""
