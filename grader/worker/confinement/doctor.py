"""Which layers this machine really has: each is put on in a child that then tries what it should not do.

The trials run in a small interpreter of their own, so that nothing happens to the process that asks.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.worker.confinement import bubble, identity, landlock, layers, limits, namespaces, seccomp, syscalls
from grader.worker.confinement.paths import interpreter_paths
from grader.worker.confinement.policy import Level

GET_DUMPABLE, GET_NO_NEW_PRIVS = 3, 39  # options of prctl


@dataclass(frozen=True, kw_only=True)
class LayerStatus:
    """What became of trying one layer."""

    name: str
    available: bool
    required: bool  # for isolation level strict
    detail: str  # what was tried and seen, or what went wrong
    remedy: str  # what to do; empty when nothing is to be done


def probe() -> list[LayerStatus]:
    """Try every layer. Never raises for a layer that is missing."""
    if sys.platform != "linux":
        found = dict.fromkeys(layers.LAYERS, (False, f"{sys.platform} has nothing of the kind"))
    else:
        found = _ask_a_fresh_interpreter()
    return [
        LayerStatus(
            name=name,
            available=found[name][0],
            required=layer.required,
            detail=found[name][1],
            remedy="" if found[name][0] else layer.remedy,
        )
        for name, layer in layers.LAYERS.items()
    ]


@cache
def strongest_level() -> Level:
    """The highest isolation level that works here, for a student's own machine."""
    missing = {status.name for status in probe() if not status.available}
    levels: tuple[Level, ...] = ("strict", "basic")
    for level in levels:
        if not any(layers.needed(name, level) for name in missing):
            return level
    return "none"


def _ask_a_fresh_interpreter() -> dict[str, tuple[bool, str]]:
    source = f"import sys; sys.path.insert(0, {str(bubble.ROOT)!r}); from {__name__} import report; report()"
    command = [sys.executable, "-I", "-c", source]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    try:
        return {name: (available, detail) for name, available, detail in json.loads(answer.stdout)}
    except ValueError:
        problem = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
        return dict.fromkeys(layers.LAYERS, (False, f"the trial could not be run: {problem}"))


def report() -> None:
    """Print the outcome of every trial as JSON: [[name, available, detail], ...]."""
    print(json.dumps([[name, *_in_a_child(TRIALS[name])] for name in layers.LAYERS]))


def _in_a_child(trial: Callable[[], str]) -> tuple[bool, str]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = (True, trial())
        except BaseException as problem:
            answer = (False, str(problem) or type(problem).__name__)
        os.write(writing, json.dumps(answer).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    available, detail = json.loads(text) if text else (False, "the trial died")
    return available, detail


def _refused(action: Callable[[], object], what: str) -> None:
    """Raises RuntimeError when `action` is not refused."""
    try:
        action()
    except (OSError, ValueError):
        return
    raise RuntimeError(f"{what} was possible all the same")


def _try_limits() -> str:
    limits.limit_resources(limits.Limits(memory_bytes=1 << 28, file_bytes=1 << 12))
    with tempfile.TemporaryFile() as file:
        _refused(lambda: os.pwrite(file.fileno(), b"x", 1 << 12), "a file above the limit")
    _refused(lambda: mmap.mmap(-1, 1 << 29), "memory above the limit")
    limits.limit_openings(limits.Limits(open_files=16), private_uid=False)
    _refused(lambda: [os.dup(0) for _ in range(17)], "more open files than the limit")
    return "a large file, much memory and many open files were refused"


def _try_uid() -> str:
    if os.geteuid() != 0:
        return "not needed: the grader does not run as root; student code has its uid"
    folder = identity.private_folder_before(interpreter_paths())
    uid = identity.private_uid()
    identity.drop_to(uid, keep_search=folder is not None)
    _refused(lambda: os.setuid(0), "becoming root again")
    if folder is None:
        return f"became uid {uid} and could not return"
    return (
        f"became uid {uid} and could not return; because Python lies in {folder}, which is private, student "
        "code can learn whether a file exists: install Python elsewhere to stop that"
    )


def _try_unreadable() -> str:
    identity.become_unreadable()
    if syscalls.prctl(GET_DUMPABLE) != 0:
        raise RuntimeError("the process is still dumpable")
    return "memory, environment and descriptors belong to root"


def _try_no_new_rights() -> str:
    identity.gain_nothing()
    if syscalls.prctl(GET_NO_NEW_PRIVS) != 1:
        raise RuntimeError("the setting did not last")
    return "set for good"


def _try_landlock() -> str:
    path = os.__file__
    Path(path).read_bytes()
    identity.gain_nothing()
    ruleset = landlock.Ruleset(landlock.version())
    ruleset.enforce()
    _refused(Path(path).read_bytes, "opening a file")
    return f"version {ruleset.abi}; opening a file was refused"


def _try_seccomp() -> str:
    program = seccomp.compile_rules(syscalls.machine())
    identity.gain_nothing()
    seccomp.load(program, os.getpid())
    _refused(socket.socket, "a socket")
    _refused(os.fork, "a new process")
    return "a socket and a new process were refused"


def _try_namespaces() -> str:
    namespaces.enter(apart=True, mounts=False)
    names = [name for _, name in socket.if_nameindex()]
    if names not in ([], ["lo"]):
        raise RuntimeError(f"the network still has {', '.join(names)}")
    return "a network without connections" + ("" if os.geteuid() == 0 else ", in a user namespace")


def _try_scratch() -> str:
    folder = tempfile.gettempdir()  # covered in this child only
    namespaces.enter(apart=False, mounts=True)
    namespaces.mount_scratch(folder, 1 << 16, os.getuid())
    _refused(lambda: Path(folder, "large").write_bytes(bytes(1 << 17)), "writing more than the size")
    return "a file system in memory refused more than its size"


def _try_pidfd() -> str:
    child = os.fork()
    if child == 0:
        signal.pause()
    try:
        signal.pidfd_send_signal(os.pidfd_open(child), signal.SIGKILL)
    except OSError:
        os.kill(child, signal.SIGKILL)  # it would keep the pipe of this trial open
        raise
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != -signal.SIGKILL:
        raise RuntimeError("the signal did not arrive")
    return "killed a process by its handle"


def _try_bubblewrap() -> str:
    with tempfile.TemporaryDirectory() as folder:
        bubble.try_out(Path(folder))
    return "Python ran where only its own folders are"


TRIALS = {
    layers.LIMITS: _try_limits,
    layers.UID: _try_uid,
    layers.UNREADABLE: _try_unreadable,
    layers.NO_NEW_RIGHTS: _try_no_new_rights,
    layers.LANDLOCK: _try_landlock,
    layers.SECCOMP: _try_seccomp,
    layers.NAMESPACES: _try_namespaces,
    layers.SCRATCH: _try_scratch,
    layers.PIDFD: _try_pidfd,
    layers.BUBBLEWRAP: _try_bubblewrap,
}
