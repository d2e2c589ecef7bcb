"""The nursery: one process that imports torch once and forks a worker in milliseconds.

Started by `client.Nursery` as `python -m grader.worker.nursery CONTROL_FD...` with a clean environment. It
holds no secrets, imports neither rubric nor reference, runs no parallel torch operation and never touches
CUDA: what it holds, every student's code can read.

    judge -> nursery   {"spawn": folder, "scratch": folder, "limits": {...}} with three descriptors: requests (read), replies (write), output (write)
    nursery -> judge   {"pid": n} with a pidfd
    judge -> nursery   {"reap": pid}
    nursery -> judge   {"status": wait status}
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import msgspec

MOST_MESSAGE = 1 << 16


def main() -> None:
    """Warm up, say so on every control socket, then serve until the judge is gone."""
    controls = [socket.socket(fileno=int(fd)) for fd in sys.argv[2:]]
    level = sys.argv[1]
    _warm_up()
    from grader.worker.confine import Confiner

    confiner = Confiner(level)
    gc.collect()
    gc.freeze()
    for control in controls:
        control.send(msgspec.msgpack.encode({"ready": confiner.describe()}))
    open_controls = list(controls)
    while open_controls:
        for control in select.select(open_controls, [], [])[0]:
            if not _serve_one(control, controls, confiner):
                open_controls.remove(control)


def _serve_one(control: socket.socket, controls: list[socket.socket], confiner: Any) -> bool:
    data, fds, _, _ = socket.recv_fds(control, MOST_MESSAGE, 3)
    if not data:
        return False
    message = msgspec.msgpack.decode(data)
    if "spawn" in message:
        pid = os.fork()
        if pid == 0:
            for other in controls:
                other.close()
            _become_worker(fds, message, confiner)
        pidfd = os.pidfd_open(pid)
        socket.send_fds(control, [msgspec.msgpack.encode({"pid": pid})], [pidfd])
        os.close(pidfd)
    else:
        _, status = os.waitpid(message["reap"], 0)
        control.send(msgspec.msgpack.encode({"status": status}))
    for fd in fds:
        os.close(fd)
    return True


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
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise RuntimeError(f"the nursery runs {threads} threads: forking it would not be safe")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to the judge
    main()
