"""The nursery: one process that imports torch once and forks a worker in milliseconds.

Started by `client.Nursery` as `python -m grader.worker.nursery LEVEL FOLDER CONTROL_FD...` with a clean
environment. It holds no secrets, imports neither rubric nor reference, runs no parallel torch operation and never touches
CUDA: what it holds, every student's code can read.

    judge -> nursery   {"spawn": folder, "scratch": folder, "limits": {...}} with three descriptors: requests (read), replies (write), output (write)
    nursery -> judge   {"pid": n} with a pidfd
    judge -> nursery   {"reap": pid}
    nursery -> judge   {"status": wait status}
    nursery -> judge   {"failed": why}, in place of either
"""

from __future__ import annotations

import contextlib
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
from grader.worker.confinement import Level, become_unreadable
from grader.worker.scratch import remove

MOST_MESSAGE = 1 << 16


def main() -> None:
    """Warm up, say so on every control socket, then serve until the judge is gone.

    A judge that ends in order kills this process. One that was killed leaves it behind, and then its workers and
    FOLDER, where submissions and scratch folders lie, are put away here.
    """
    level, folder = cast(Level, sys.argv[1]), sys.argv[2]
    controls = [socket.socket(fileno=int(fd)) for fd in sys.argv[3:]]
    _warm_up()
    from grader.worker.confine import Confiner

    try:
        confiner = Confiner(level)
    except IsolationUnavailable as missing:
        _tell(controls, {"refused": str(missing)})
        return
    gc.collect()
    gc.freeze()
    _tell(controls, {"ready": confiner.describe()})
    workers: set[int] = set()
    open_controls = list(controls)
    while open_controls:
        for control in select.select(open_controls, [], [])[0]:
            if not _serve_one(control, controls, confiner, workers):
                open_controls.remove(control)
    _put_away(workers, folder)


def _tell(controls: list[socket.socket], message: dict[str, str]) -> None:
    for control in controls:
        with contextlib.suppress(OSError):  # nobody is there any more: whoever reads from it will see
            control.send(msgspec.msgpack.encode(message))


def _put_away(workers: set[int], folder: str) -> None:
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    if folder:
        remove(Path(folder))


def _serve_one(control: socket.socket, controls: list[socket.socket], confiner: Any, workers: set[int]) -> bool:
    try:
        data, fds, _, _ = socket.recv_fds(control, MOST_MESSAGE, 3)
    except ConnectionResetError:
        return False
    if not data:
        return False
    message = msgspec.msgpack.decode(data)
    try:
        if "spawn" in message:
            answer, handles = _spawn(message, fds, controls, confiner, workers)
        else:
            answer, handles = _reap(message["reap"], workers), []
    except OSError as problem:  # too many processes or descriptors, no memory: it may go by
        answer, handles = {"failed": str(problem)}, []
    with contextlib.suppress(OSError):
        socket.send_fds(control, [msgspec.msgpack.encode(answer)], handles)
    for fd in (*fds, *handles):
        os.close(fd)
    return True


def _spawn(
    message: dict[str, Any], fds: list[int], controls: list[socket.socket], confiner: Any, workers: set[int]
) -> tuple[dict[str, Any], list[int]]:
    pid = os.fork()
    if pid == 0:
        try:
            for other in controls:
                other.close()
            _become_worker(fds, message, confiner)
        finally:
            os._exit(1)  # never on into the nursery's own loop
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise
    workers.add(pid)
    return {"pid": pid}, [handle]


def _reap(pid: int, workers: set[int]) -> dict[str, Any]:
    _, status = os.waitpid(pid, 0)
    workers.discard(pid)
    return {"status": status}


def _become_worker(fds: list[int], message: dict[str, Any], confiner: Any) -> None:
    from grader.worker import child

    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder, scratch, limits = Path(message["spawn"]), message["scratch"], message["limits"]
    child.live(fds, confiner.descriptors, folder, lambda: confiner.enforce(folder, scratch, limits))


def _warm_up() -> None:
    """Do once what is slow the first time, so that no worker pays for it."""
    import numpy as np
    import torch

    from grader.worker import child, procedures  # noqa: F401 - children find it imported

    torch.set_num_threads(1)
    np.einsum("ij,ij->", np.ones((2, 2)), np.ones((2, 2)))
    procedures.watched(lambda: torch.ones(1, 1, 2, 2).sum())  # imports torch's dispatch machinery
    torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))])  # imports torch._dynamo
    _import_torchvision()
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise RuntimeError(f"the nursery runs {threads} threads: forking it would not be safe")


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


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to the judge
    become_unreadable()
    main()
