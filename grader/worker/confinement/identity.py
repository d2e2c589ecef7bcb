"""Who a worker is: its uid, its capabilities, who may look into it, and who takes it along when dying."""

from __future__ import annotations

import os
import signal
import struct
import sys
from collections.abc import Iterable

from grader.worker.confinement.syscalls import call, prctl

SET_PDEATHSIG, SET_DUMPABLE, SET_KEEPCAPS, SET_NO_NEW_PRIVS = 1, 4, 8, 38  # options of prctl
CAPABILITY_VERSION_3 = 0x20080522
DAC_READ_SEARCH = 1 << 2  # CAP_DAC_READ_SEARCH: enter folders and read files whatever their mode
FIRST_PRIVATE_UID, PRIVATE_UIDS = 60_000, 1000  # the range of isolate, the sandbox of the IOI


def pdeathsig(parent: int) -> None:
    """Die when `parent` does, or now when it has died already.

    The signal comes when the *thread* that started this process exits, so that thread must live long.
    A change of uid clears the setting.
    """
    if sys.platform != "linux":
        return
    prctl(SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def become_unreadable() -> None:
    """Close this process's memory, environment and descriptors to all but root: no ptrace, no core dump."""
    if sys.platform == "linux":
        prctl(SET_DUMPABLE, 0)


def become_readable() -> None:
    """Undo `become_unreadable`: /proc/self belongs to this process's uid again."""
    prctl(SET_DUMPABLE, 1)


def gain_nothing() -> None:
    """Set no_new_privs: nothing this process starts can have more rights; the filters need it."""
    prctl(SET_NO_NEW_PRIVS, 1)


def private_uid() -> int:
    """A uid that nobody has, by the number of this process, so that workers of the same time differ."""
    return FIRST_PRIVATE_UID + os.getpid() % PRIVATE_UIDS


def drop_to(uid: int, *, keep_search: bool) -> None:
    """Become `uid` for good, with a group of the same number and no capability. Raises OSError.

    keep_search: but the one to enter and read whatever the mode; Landlock still decides what is opened.
    """
    prctl(SET_KEEPCAPS, int(keep_search))
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    keep_capabilities(DAC_READ_SEARCH if keep_search else 0)


def keep_capabilities(kept: int) -> None:
    """Give up every capability but those in the bit set `kept`, which must fit 32 bits. Raises OSError."""
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    effective, permitted, inheritable = kept, kept, 0
    call("capset", header, struct.pack("=IIIIII", effective, permitted, inheritable, 0, 0, 0))


def private_folder_before(paths: Iterable[str]) -> str | None:
    """The first folder on the way to `paths` that strangers may not enter, None when there is none."""
    for folder in sorted({parent for path in paths for parent in _parents(path)}):
        if not os.stat(folder).st_mode & 0o001:
            return folder
    return None


def _parents(path: str) -> list[str]:
    parts = os.path.realpath(path).split("/")[:-1]
    return ["/".join(parts[: count + 1]) or "/" for count in range(len(parts))]
