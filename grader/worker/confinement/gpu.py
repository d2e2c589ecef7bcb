"""What a confined worker needs besides to use an NVIDIA card: each line was measured to be needed, and nothing is here beyond.

Measured on an H100 and an H200 (Linux 6.18, Landlock 7, driver 580, torch 2.11). It is a level of its own, wider than any
other: the driver takes some 900 commands with arguments that no filter understands, and answers for them in the kernel.
"""

from __future__ import annotations

import glob
import os
import stat
from dataclasses import replace

from grader.errors import IsolationUnavailable
from grader.worker.confinement import landlock, seccomp
from grader.worker.confinement.limits import Limits

DEVICES = ("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia[0-9]*")
READABLE = (
    "/proc/driver/nvidia",
    "/proc/devices",
    "/sys/devices",
    "/sys/bus/pci",
)  # the driver's library looks at them
LEAST_LANDLOCK = 5  # before it, a command to any device that is open could not be refused
COMMANDED = ("read file", "write file", "command a device")
OWN = (  # of the worker itself, to be opened after its fork
    # the driver names its threads through TASK/comm, and gives up where it cannot
    ("/proc/self/task", ("read file", "write file", "read folder", "truncate")),
    ("/proc/self/maps", ("read file",)),  # it looks where addresses are free, and else says "out of memory"
)
OPEN_FILES, THREADS = 256, 256
UNIX, SEQPACKET, TYPE = 1, 5, 0xF
OTHERS = (0x1200, 0x5400, 0x5800, 0x6600, 0x8900, 0x9400)  # second bytes of commands that are none of the driver's

RULES = (
    *(rule for rule in seccomp.RULES if rule.names != "ioctl"),
    seccomp.Rule(
        "ioctl",
        "the driver's commands, to devices that Landlock names; none to terminals, files, sockets and disks but the usual",
        (seccomp.Where(1, OTHERS, mask=0xFF00), seccomp.Where(1, seccomp.QUESTIONS, none_of=True)),
        then=seccomp.REFUSE,
        otherwise=seccomp.ALLOW,
    ),
    seccomp.Rule(
        "socket",
        "the driver opens a socket for itself; nobody outside reaches it, and nothing can be connected",
        (seccomp.Where(0, (UNIX,)), seccomp.Where(1, (SEQPACKET,), mask=TYPE)),
    ),
    seccomp.Rule("setsockopt bind listen", "of that socket; binding to a file is Landlock's to refuse"),
)


def devices() -> tuple[str, ...]:
    """The card's device files, none where no card is to be used."""
    found = sorted({path for pattern in DEVICES for path in glob.glob(pattern)})
    found = [path for path in found if stat.S_ISCHR(os.stat(path).st_mode)]
    return tuple(found) if any(path[-1].isdigit() for path in found) else ()


def readable() -> tuple[str, ...]:
    return tuple(path for path in READABLE if os.path.exists(path))


def require(abi: int) -> None:
    """Raises IsolationUnavailable where Landlock cannot tell devices apart."""
    if abi < LEAST_LANDLOCK:
        raise IsolationUnavailable(
            f"student code cannot be given the GPU: Landlock {LEAST_LANDLOCK} is needed (Linux 6.10 or later) to keep it "
            f"from other devices, and here is {abi or 'none'}. Grade with --device cpu, or --isolation none for code you trust."
        )


def rules(descriptors: dict[str, int], abi: int) -> tuple[bytes, ...]:
    """Landlock's, for what `devices` and `readable` named, by open descriptors."""
    return tuple(
        landlock.rule(descriptor, COMMANDED if path.startswith("/dev/") else landlock.READ, abi)
        for path, descriptor in descriptors.items()
    )


def limits(usual: Limits) -> Limits:
    """The driver reserves far more addresses than memory, and opens more files and threads than honest code does."""
    return replace(usual, memory_bytes=None, open_files=OPEN_FILES, threads=None)


def environment(scratch: str) -> dict[str, str]:
    """torch asks who it runs for, and the driver where it may keep what it compiles."""
    return {
        "USER": "student",
        "LOGNAME": "student",
        "HOME": scratch,
        "CUDA_CACHE_PATH": os.path.join(scratch, "cuda"),
        "TORCHINDUCTOR_CACHE_DIR": os.path.join(scratch, "inductor"),
    }
