"""The nursery: one process that imports torch once and forks a worker in milliseconds.

Started by `client.Nursery` as `python -m grader.worker.nursery LEVEL BUBBLE CARD FOLDER CONTROL_FD...` with a clean
environment, BUBBLE being `bubble` inside of bubblewrap and CARD `card` where workers may use a GPU, both empty elsewhere. It holds no secrets, imports neither rubric nor reference, runs no parallel torch operation and never touches
CUDA: what it holds, every student's code can read.

    judge -> nursery   {"spawn": folder, "scratch": folder, "limits": {...}, "role": student or evaluator, "digits": file or "",
                        "wanted": names of ON_DEMAND}
                       with three descriptors: requests (read), replies (write), output (write)
    nursery -> judge   {"pid": n} with a pidfd
    judge -> nursery   {"reap": pid}
    nursery -> judge   {"status": wait status}
    nursery -> judge   {"failed": why, "passing": whether it may go by}, in place of either

A request holds the pid of its "judge" and a "serial" number too, which its answer repeats. One judge at a time
speaks on a control socket: when another one does, the first has died, and its workers are ended.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import importlib.util
import os
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any, cast

import msgspec

from grader.errors import IsolationUnavailable
from grader.worker.confinement import Level, become_unreadable, pdeathsig
from grader.worker.scratch import remove

MOST_MESSAGE = 1 << 16


def main() -> None:
    """Warm up, say so on every control socket, then serve until the judge is gone.

    A judge that ends in order kills this process. One that was killed leaves it behind, and then its workers and
    FOLDER, where submissions and scratch folders lie, are put away here.
    """
    gc.disable()  # hardly anything that is imported is garbage
    level, bubble, card, folder = cast(Level, sys.argv[1]), bool(sys.argv[2]), bool(sys.argv[3]), sys.argv[4]
    controls = [socket.socket(fileno=int(fd)) for fd in sys.argv[5:]]
    if bubble:
        pdeathsig(os.getppid())  # bubblewrap's own process: it is that which a judge kills
    _warm_up()
    from grader.worker.confine import Confiner

    try:
        confiner = Confiner(level, bubble, card)
    except IsolationUnavailable as missing:
        _tell(controls, {"refused": str(missing)})
        return
    gc.freeze()
    _tell(controls, {"ready": confiner.describe()})
    brood = Brood()
    open_controls = list(controls)
    while open_controls:
        for control in select.select(open_controls, [], [])[0]:
            if not _serve_one(control, controls, confiner, brood):
                open_controls.remove(control)
    brood.end()
    if folder:
        remove(Path(folder))


class Brood:
    """The workers that were forked and not reaped."""

    def __init__(self) -> None:
        self._judges: dict[int, tuple[int, int]] = {}  # of each worker: control socket and pid
        self._dying: set[int] = set()  # killed, but a system call may keep them for long: no judge waits for that

    def add(self, pid: int, channel: int, judge: int) -> None:
        self._judges[pid] = channel, judge

    def reap(self, pid: int) -> int | None:
        """End a worker, if it has not ended; its wait status, or None while it is dying or when it is none of ours."""
        if self._judges.pop(pid, None) is None:
            return None
        _kill(pid)
        ended, status = os.waitpid(pid, os.WNOHANG)
        if not ended:
            self._dying.add(pid)
            return None
        return status

    def forsake(self, channel: int, judge: int) -> None:
        """End the workers of whoever spoke on `channel` before `judge`, and forget those that have died since."""
        for pid in [pid for pid, (its, whose) in self._judges.items() if its == channel and whose != judge]:
            self.reap(pid)
        self._dying = {pid for pid in self._dying if os.waitpid(pid, os.WNOHANG)[0] == 0}

    def end(self) -> None:
        """End all of them and wait for it."""
        for pid in self._judges:
            _kill(pid)
        for pid in (*self._judges, *self._dying):
            os.waitpid(pid, 0)


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _tell(controls: list[socket.socket], message: dict[str, str]) -> None:
    for control in controls:
        with contextlib.suppress(OSError):  # nobody is there any more: whoever reads from it will see
            control.send(msgspec.msgpack.encode(message))


def _serve_one(control: socket.socket, controls: list[socket.socket], confiner: Any, brood: Brood) -> bool:
    try:
        data, fds, _, _ = socket.recv_fds(control, MOST_MESSAGE, 3)
    except ConnectionResetError:
        return False
    if not data:
        return False
    message = msgspec.msgpack.decode(data)
    brood.forsake(control.fileno(), message["judge"])
    answer: dict[str, Any]
    handles: list[int] = []
    if "spawn" in message:
        try:
            pid, handle = _spawn(message, fds, control, controls, confiner)
        except OSError as problem:  # too many processes or descriptors, no memory
            passing = problem.errno in (errno.EAGAIN, errno.ENOMEM)
            answer = {"failed": f"no worker could be started: {problem}", "passing": passing}
        else:
            brood.add(pid, control.fileno(), message["judge"])
            answer, handles = {"pid": pid}, [handle]
    elif (status := brood.reap(message["reap"])) is not None:
        answer = {"status": status}
    else:
        answer = {"failed": f"worker {message['reap']} was killed and has not ended"}
    with contextlib.suppress(OSError):
        socket.send_fds(control, [msgspec.msgpack.encode({**answer, "serial": message["serial"]})], handles)
    for fd in (*fds, *handles):
        os.close(fd)
    return True


def _spawn(
    message: dict[str, Any], fds: list[int], control: socket.socket, controls: list[socket.socket], confiner: Any
) -> tuple[int, int]:
    """A new worker's pid and pidfd. Raises OSError, and then there is none."""
    _import_on_demand(message["wanted"])
    pid = os.fork()
    if pid == 0:
        try:
            _keep_to_one_processor(controls.index(control))
            for other in controls:
                other.close()
            _become_worker(fds, message, confiner, 1 / len(controls))
        finally:
            os._exit(1)  # never on into the nursery's own loop
    try:
        return pid, os.pidfd_open(pid)
    except OSError:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise


def _keep_to_one_processor(job: int) -> None:
    """Whatever threads student code starts, the workers of other jobs have processors of their own.

    Several graders at once begin at different ones.
    """
    with contextlib.suppress(OSError, AttributeError):  # not every system has it, and not every container allows it
        here = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {here[(os.getppid() + job) % len(here)]})


def _become_worker(fds: list[int], message: dict[str, Any], confiner: Any, share: float) -> None:
    """`share`: of a card's memory, which the workers of all jobs use at once."""
    from grader.worker import child
    from grader.worker.procedures import Workspace

    gc.enable()
    folder, role, digits = Path(message["spawn"]), message["role"], message["digits"]
    given = [digits] if digits else []

    def confine() -> None:
        confiner.enforce(folder, message["scratch"], message["limits"], role, given)

    child.live(fds, confiner.descriptors, Workspace(folder, digits, share), role, confine)


def _warm_up() -> None:
    """Do once what is slow the first time and all workers need, so that none pays for it."""
    import numpy as np
    import torch

    from grader.worker import child, ready_made, uncompiled  # noqa: F401 - children find child imported
    from grader.worker.procedures import seed_everything

    torch.set_num_threads(1)
    seed_everything(0)
    uncompiled.free_optimisers()
    uncompiled.compile_nothing()
    np.einsum("ij,ij->", np.ones((2, 2)), np.ones((2, 2)))
    _load_torchvisions_operators()
    ready_made.know_operators()
    _stay_alone()


def _import_on_demand(wanted: list[str]) -> None:
    """Do once what is slow the first time and only some workers need, those to come included."""
    for name in [name for name in wanted if name not in _there]:
        ON_DEMAND[name]()
        _there.add(name)
        gc.freeze()
        _stay_alone()


def _stay_alone() -> None:
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise RuntimeError(f"the nursery runs {threads} threads: forking it would not be safe")


def _import_compiler() -> None:
    """In about the time of torch itself."""
    importlib.import_module("torch._dynamo")


def _load_torchvisions_operators() -> None:
    """What is registered once a worker is armed, `ready_made` does not see: deformable convolutions are there before."""
    import torch

    found = importlib.util.find_spec("torchvision")
    for folder in (found and found.submodule_search_locations) or ():
        for library in Path(folder).glob("_C*.so"):
            with contextlib.suppress(OSError):  # built for another torch
                torch.ops.load_library(library)


def _import_torchvision() -> None:
    """Students import it, and beside a CPU torch it needs help: the reference's, loaded without the reference."""
    found = importlib.util.find_spec("reference")
    assert found is not None and found.origin is not None
    path = Path(found.origin).with_name("_torchvision.py")
    spec = importlib.util.spec_from_file_location("_torchvision", path)
    assert spec is not None and spec.loader is not None
    helper = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(helper)
    with contextlib.suppress(ImportError):
        helper.torchvision()


ON_DEMAND = {"torch._dynamo": _import_compiler, "torchvision": _import_torchvision}  # by the word in code that wants it
_there: set[str] = set()


if __name__ == "__main__":
    become_unreadable()
    main()
