"""Landlock: the kernel's allow-list of files, which a process puts on itself and can never take off.

A ruleset names the rights it handles; whatever it handles and no rule allows is refused. It covers opening,
creating, removing and moving files, and in later versions truncating, TCP, device commands, signals and
abstract sockets. It does not cover chmod, chown, utime and extended attributes, which `seccomp` stops, nor
stat: that a file exists, and its size, can be seen.
 https://docs.kernel.org/userspace-api/landlock.html
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from typing import NamedTuple

from grader.worker.confinement import syscalls


class Right(NamedTuple):
    """One right over files."""

    bit: int
    since: int  # the first version of Landlock that knows it


RIGHTS = {
    "execute": Right(1 << 0, 1),
    "write file": Right(1 << 1, 1),
    "read file": Right(1 << 2, 1),
    "read folder": Right(1 << 3, 1),
    "remove folder": Right(1 << 4, 1),
    "remove file": Right(1 << 5, 1),
    "make character device": Right(1 << 6, 1),
    "make folder": Right(1 << 7, 1),
    "make file": Right(1 << 8, 1),
    "make socket": Right(1 << 9, 1),
    "make fifo": Right(1 << 10, 1),
    "make block device": Right(1 << 11, 1),
    "make symbolic link": Right(1 << 12, 1),
    "move between folders": Right(1 << 13, 2),
    "truncate": Right(1 << 14, 3),
    "command a device": Right(1 << 15, 5),
}
ON_FILES = ("execute", "write file", "read file", "truncate", "command a device")  # the others need a folder

READ = ("read file", "read folder")
LIST = ("read folder",)  # the names of what lies there
DEVICE = ("read file", "write file")  # /dev/null
SCRATCH = (  # nothing that leads elsewhere or waits: no links, sockets, fifos or devices
    *READ,
    "write file",
    "truncate",
    "make file",
    "make folder",
    "remove file",
    "remove folder",
    "move between folders",
)

NETWORK_SINCE, SCOPES_SINCE = 4, 6
TCP_BIND_AND_CONNECT = 0b11
ABSTRACT_SOCKETS_AND_SIGNALS = 0b11

CREATE_VERSION = 1  # flag of landlock_create_ruleset: answer the version instead
RULE_PATH_BENEATH = 1


def version(cap: int | None = None) -> int:
    """The version of Landlock here, 0 when there is none; at most `cap`, to test older behaviour."""
    try:
        found = syscalls.call("landlock_create_ruleset", None, 0, CREATE_VERSION)
    except OSError:
        return 0
    return found if cap is None else min(found, cap)


def bits(names: tuple[str, ...], abi: int) -> int:
    """The rights `names` that version `abi` knows, as the kernel wants them."""
    return sum(RIGHTS[name].bit for name in names if RIGHTS[name].since <= abi)


def rule(descriptor: int, names: tuple[str, ...], abi: int) -> bytes:
    """A rule in the kernel's form: the rights `names` on what `descriptor` refers to and all beneath it."""
    if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
        names = tuple(name for name in names if name in ON_FILES)
    return struct.pack("=Qi", bits(names, abi), descriptor)


class Ruleset:
    """An allow-list in the making; empty at first, in force from `enforce` on."""

    def __init__(self, abi: int) -> None:
        """Handle every right that version `abi` knows. Raises OSError when it is 0."""
        if abi < 1:
            raise OSError(errno.ENOSYS, "the kernel has no Landlock, or it is switched off")
        self.abi = abi
        network = TCP_BIND_AND_CONNECT if abi >= NETWORK_SINCE else 0
        scopes = ABSTRACT_SOCKETS_AND_SIGNALS if abi >= SCOPES_SINCE else 0
        attributes = struct.pack("=QQQ", bits(tuple(RIGHTS), abi), network, scopes)
        size = 24 if abi >= SCOPES_SINCE else 16 if abi >= NETWORK_SINCE else 8
        self.descriptor = syscalls.call("landlock_create_ruleset", attributes[:size], size, 0)

    def add(self, prepared: bytes) -> None:
        """Add what `rule` prepared."""
        syscalls.call("landlock_add_rule", self.descriptor, RULE_PATH_BENEATH, prepared, 0)

    def enforce(self) -> None:
        """Restrict this thread and all it starts. Needs no_new_privs. Raises OSError."""
        syscalls.call("landlock_restrict_self", self.descriptor, 0)
        os.close(self.descriptor)
