"""How much of a GPU's memory a process holds, as the driver tells it from outside of that process (NVML).

The limit that torch keeps in a worker is the word of a process which runs student code; this one is not.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

BESIDE_TENSORS = 1 << 30  # bytes: the driver's context and torch's libraries, which count as the process's own too


def held(pid: int) -> int:
    """Bytes that a process holds on all cards together; 0 where nobody can tell: no nvidia-ml-py, a pid of elsewhere."""
    nvml, cards = _driver(os.getpid())
    if nvml is None:
        return 0
    try:
        running = (process for one in cards for process in nvml.nvmlDeviceGetComputeRunningProcesses(one))
        return sum(process.usedGpuMemory or 0 for process in running if process.pid == pid)
    except nvml.NVMLError:
        return 0


def total() -> int:
    """Bytes of memory of the smallest card; 0 where nobody can tell."""
    nvml, cards = _driver(os.getpid())
    if nvml is None:
        return 0
    return min((int(nvml.nvmlDeviceGetMemoryInfo(one).total) for one in cards), default=0)


@cache
def _driver(judge: int) -> tuple[Any, list[Any]]:
    """The library and its cards for this process, by its own number: what was opened before a fork is not used after it."""
    try:
        import pynvml

        pynvml.nvmlInit()
        return pynvml, [pynvml.nvmlDeviceGetHandleByIndex(i) for i in range(pynvml.nvmlDeviceGetCount())]
    except ImportError:
        return None, []
    except pynvml.NVMLError:  # no driver
        return None, []
