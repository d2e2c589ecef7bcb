"""Judge and nursery: whatever goes wrong with one worker, the next one comes up."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from grader.errors import HarnessError, WorkerFailed
from grader.worker import client, protocol
from grader.worker import nursery as nurseries
from grader.worker.client import Nursery
from grader.worker.owntime import Account

PATIENCE = 300.0  # seconds until a killed process is gone, on a busy machine
LOAD = protocol.Request("load", tuple(map(protocol.pack, ("a.py", {}, 0, []))))


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as made:
        made.ready()
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / "a.py").write_text("")
    return tmp_path / "submission"


def descriptors(pid: int) -> list[int]:
    return sorted(map(int, os.listdir(f"/proc/{pid}/fd")))


def children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_slow_imports_are_made_when_they_are_wanted(folder: Path) -> None:
    """Once for all workers to come, and in the nursery, which stays one thread."""
    (folder / "a.py").write_text("import sys\n\ndef there():\n    return 'torch._dynamo' in sys.modules\n")
    load = protocol.Request("load", tuple(map(protocol.pack, ("a.py", {"there": ()}, 0, []))))
    calls = protocol.Request("calls", (), (protocol.Call("there", (), (), "numpy"),))
    found = []
    with Nursery() as nursery:
        for wanted in ((), ("torch._dynamo",), ()):
            worker = nursery.spawn(folder, wanted=wanted)
            assert worker.ask(load, 10, "10 s").raised is None
            found.append(worker.ask(calls, 10, "10 s").value)
            worker.kill()
        assert 1 == len(os.listdir(f"/proc/{nursery._process.pid}/task"))

    assert [False, True, True] == found


def check_one_comes_up(nursery: Nursery, folder: Path) -> None:
    """A worker that is the caller's own; after it none is left, not even a dead one."""
    worker = nursery.spawn(folder)

    assert worker.ask(LOAD, 10, "10 s").raised is None
    assert str(worker.pid) in children(nursery._process.pid)
    assert -signal.SIGKILL == os.waitstatus_to_exitcode(worker.kill() or 0)
    deadline = time.monotonic() + PATIENCE
    while children(nursery._process.pid) and time.monotonic() < deadline:
        nursery.spawn(folder).kill()  # those that were still dying are forgotten on the way
    assert [] == children(nursery._process.pid)


@contextlib.contextmanager
def too_late(nursery: Nursery, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The nursery answers only after this."""
    monkeypatch.setattr(client, "SPAWN_SECONDS", 0.2)
    nursery._process.send_signal(signal.SIGSTOP)
    with pytest.raises(HarnessError, match=r"did not answer within 0.2 s"):
        yield
    nursery._process.send_signal(signal.SIGCONT)
    monkeypatch.undo()


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
        asked = {"spawn": "/nowhere", "wanted": [], "judge": 1, "serial": 2}
        socket.send_fds(ours, [msgspec.msgpack.encode(asked)], [0, 1, 2])

        assert nurseries._serve_one(theirs, [theirs], None, nurseries.Brood())
        assert "temporarily unavailable" in msgspec.msgpack.decode(ours.recv(1 << 16))["failed"]
        assert before == descriptors(os.getpid())


def test_late_worker(nursery: Nursery, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that comes up after the judge gave it up is nobody's: it is ended, and the next request gets its own."""
    before = descriptors(os.getpid())
    with too_late(nursery, monkeypatch):
        nursery.spawn(folder)

    check_one_comes_up(nursery, folder)
    assert before == descriptors(os.getpid())


def test_late_status(nursery: Nursery, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait status that comes too late is not taken for the next worker."""
    worker = nursery.spawn(folder)
    with too_late(nursery, monkeypatch):
        worker.kill()

    check_one_comes_up(nursery, folder)


def test_a_dead_judge(nursery: Nursery, folder: Path) -> None:
    """The worker of a judge that died ends when another judge takes its channel, though student code keeps it busy."""
    (folder / "a.py").write_text("while True: pass")
    judge = os.fork()
    if judge == 0:
        worker = nursery.spawn(folder)
        worker._send_bytes(protocol.frame(LOAD))
        os._exit(0)
    os.waitpid(judge, 0)

    assert 1 == len(children(nursery._process.pid))
    (folder / "a.py").write_text("")
    check_one_comes_up(nursery, folder)


def test_a_worker_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system call may keep a killed process for long: its judge is told, the others do not wait for it."""
    brood = nurseries.Brood()
    with subprocess.Popen(["sleep", "600"]) as sleeper:
        brood.add(sleeper.pid, 3, 1)
        monkeypatch.setattr(os, "kill", lambda *_: None)
        monkeypatch.setattr(os, "killpg", lambda *_: None)
        assert brood.reap(sleeper.pid) is None
        monkeypatch.undo()
        os.kill(sleeper.pid, signal.SIGKILL)
        brood.end()
    assert brood.reap(sleeper.pid) is None


def test_each_job_has_its_processor(folder: Path) -> None:
    """Workers of two jobs compute on two processors, where there are as many."""
    here = os.sched_getaffinity(0)
    with Nursery(channels=2) as nursery:
        kept = []
        for job in (0, 1):
            nursery.use_channel(job)
            worker = nursery.spawn(folder)
            kept.append(os.sched_getaffinity(worker.pid))
            worker.kill()

    assert [1, 1] == [len(processors) for processors in kept]
    assert min(2, len(here)) == len(kept[0] | kept[1]) and kept[0] | kept[1] <= here


THREADS = "import threading, time\nfor _ in range(80): threading.Thread(target=time.sleep, args=(600,)).start()\n"


@pytest.mark.parametrize(
    ("code", "kind", "least"),
    [
        ("import time\ntime.sleep(600)", "timeout", 0.9),
        ("while True: pass", "timeout", 0.9),
        (f"{THREADS}time.sleep(600)", "threads", 0.0),
    ],
)
def test_a_worker_is_stopped(nursery: Nursery, folder: Path, code: str, kind: str, least: float) -> None:
    """One that sleeps, one that computes and one that starts threads; what it used is put down, and no thread is left."""
    (folder / "a.py").write_text(code)
    account = Account()
    worker = nursery.spawn(folder, None, account)
    with pytest.raises(WorkerFailed) as caught:
        worker.ask(LOAD, 1.0 if kind == "timeout" else 100.0, "the limit")

    assert kind == caught.value.kind
    assert least <= account.spent
    assert not Path(f"/proc/{worker.pid}").exists()
    (folder / "a.py").write_text("")
    check_one_comes_up(nursery, folder)
