"""Judge and nursery: whatever goes wrong with one worker, the next one comes up."""

from __future__ import annotations

import errno
import os
import resource
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from grader.errors import HarnessError
from grader.worker import nursery as nurseries
from grader.worker.client import Nursery


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as made:
        made.ready()
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "submission").mkdir()
    return tmp_path / "submission"


def descriptors(pid: int) -> list[int]:
    return sorted(map(int, os.listdir(f"/proc/{pid}/fd")))


def children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def check_one_comes_up(nursery: Nursery, folder: Path) -> None:
    worker = nursery.spawn(folder)

    assert [str(worker.pid)] == children(nursery._process.pid)
    assert -signal.SIGKILL == os.waitstatus_to_exitcode(worker.kill() or 0)
    assert [] == children(nursery._process.pid)


def test_no_handle_left(nursery: Nursery, folder: Path) -> None:
    """A nursery that has used up its descriptors says so, keeps neither child nor descriptor, and lives on."""
    pid, before = nursery._process.pid, descriptors(os.getpid())
    used = descriptors(pid)
    free = [fd for fd in range(used[-1] + 4) if fd not in used]
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (free[2] + 1, limits[1]))  # the three of a request, no pidfd

    with pytest.raises(HarnessError, match=r"no worker could be started: .*Too many open files"):
        nursery.spawn(folder)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)

    assert ([], used, before) == (children(pid), descriptors(pid), descriptors(os.getpid()))
    assert [folder] == list(folder.parent.iterdir())  # the scratch has gone
    check_one_comes_up(nursery, folder)


def test_no_process_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system allows no more processes the nursery answers so and keeps no descriptor."""

    def refuse() -> int:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refuse)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        before = descriptors(os.getpid())
        socket.send_fds(ours, [msgspec.msgpack.encode({"spawn": "/nowhere"})], [0, 1, 2])

        assert nurseries._serve_one(theirs, [theirs], None, set())
        assert "temporarily unavailable" in msgspec.msgpack.decode(ours.recv(1 << 16))["failed"]
        assert before == descriptors(os.getpid())
