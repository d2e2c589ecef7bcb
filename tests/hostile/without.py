"""Run the command `grader` on a machine that lacks something: one system call always fails.

python -m tests.hostile.without SYSTEM_CALL ERRNO ARGUMENTS_OF_GRADER...
"""

from __future__ import annotations

import os
import struct
import sys

from grader.worker.confinement import identity, seccomp, syscalls


def refuse(name: str, error: int) -> None:
    """From now on the system call `name` answers with `error`, here and in all processes that are started."""
    numbers = {**syscalls.table(), "pidfd_open": 434}  # the same on every architecture
    steps = (
        (seccomp.LOAD, 0, 0, seccomp.NUMBER_AT),
        (seccomp.EQUAL, 0, 1, numbers[name]),
        (seccomp.RETURN, 0, 0, seccomp.ERROR | error),
        (seccomp.RETURN, 0, 0, seccomp.ALLOW),
    )
    identity.gain_nothing()
    seccomp.load(seccomp.Program(b"".join(struct.pack("=HBBI", *step) for step in steps), ()), os.getpid())


if __name__ == "__main__":
    refuse(sys.argv[1], int(sys.argv[2]))
    os.execv(sys.executable, [sys.executable, "-m", "grader.cli", *sys.argv[3:]])
