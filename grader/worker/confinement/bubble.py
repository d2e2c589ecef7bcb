"""Bubblewrap around the nursery: of the file system, student code finds what its interpreter needs and nothing else.

The layers inside refuse to open what must stay hidden; behind this one it is not there to be asked for.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from grader.worker.confinement.paths import outermost, package_folders

SYSTEM = ("/usr", "/etc", "/nix/store", "/sys/devices")  # programs and settings: no user's data
LINKS = ("/bin", "/lib", "/lib32", "/lib64", "/sbin")  # of which most systems lead into /usr
ROOT = Path(__file__).parents[3]  # where `grader` is imported from, and beside it `reference`
TRIAL_SECONDS = 300  # of wall time; one on an idle machine


def around(folder: Path | None) -> list[str]:
    """What stands before a command that is to run in a bubble with `folder`; nothing where there can be none."""
    return [] if folder is None or shutil.which("bwrap") is None else _command(folder)


def works(folder: Path | None) -> bool:
    """Whether a command can run in a bubble here: of those that ended in one, the bubble may have been the reason."""
    try:
        try_out(folder or Path.cwd())
    except (OSError, RuntimeError, subprocess.TimeoutExpired):
        return False
    return True


def try_out(folder: Path) -> None:
    """Start this interpreter in a bubble, and import the nursery. Raises RuntimeError with the reason if it fails."""
    trial = [*_command(folder), sys.executable, "-s", "-P", "-c", "import grader.worker.nursery"]
    done = subprocess.run(trial, capture_output=True, text=True, timeout=TRIAL_SECONDS, check=False, env={})
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().rpartition("\n")[2] or f"bwrap ended with {done.returncode}")


def _command(folder: Path) -> list[str]:
    program = shutil.which("bwrap")
    if program is None:
        raise RuntimeError("bwrap is not installed")
    command = [program]
    if os.geteuid() == 0:
        command += ["--cap-add", "ALL"]  # to give each worker a uid and a scratch of its own
    command += ["--tmpfs", "/tmp", "--dev", "/dev", "--bind", "/proc", "/proc"]
    for path in LINKS:
        if os.path.islink(path):
            command += ["--symlink", os.readlink(path), path]
    for path in _shown():
        command += ["--ro-bind", path, path]
    return [*command, "--bind", os.fspath(folder), os.fspath(folder), "--remount-ro", "/", "--"]


def _shown() -> tuple[str, ...]:
    """Folders that are there, read-only, each also where the links on the way to it lead."""
    own = {str(ROOT / "grader"), str(ROOT / "reference"), str(ROOT / "exercises" / "starter")}
    wanted = {*SYSTEM, *LINKS, sys.prefix, sys.exec_prefix, sys.base_prefix, *package_folders(), *own}
    there = {path for path in wanted if os.path.isdir(path)}
    return outermost({path for path in there if not os.path.islink(path)} | set(map(os.path.realpath, there)))
