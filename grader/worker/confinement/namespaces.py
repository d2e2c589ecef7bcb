"""Namespaces: an empty network, a private scratch file system. Defence in depth, never required.

Root unshares at once. Anybody else needs a user namespace, which some systems hand out without the rights
that make it useful (Ubuntu 24.04), so what works is tried first in a child that is thrown away.
"""

from __future__ import annotations

import os

from grader.worker.confinement import identity, syscalls

NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_NETWORK = 0x00020000, 0x08000000, 0x10000000, 0x40000000
NO_SETUID, NO_DEVICES, NO_EXEC, RECURSIVE, PRIVATE = 2, 4, 8, 1 << 14, 1 << 18  # flags of mount
MOST_FILES = 1024  # in scratch: even an empty file takes up kernel memory


def enter(*, apart: bool, mounts: bool) -> None:
    """Leave everybody else's network and System V objects (`apart`) or mounts. Raises OSError."""
    flags = apart * (NEW_NETWORK | NEW_IPC) | mounts * NEW_MOUNTS
    if os.geteuid() == 0:
        syscalls.call("unshare", flags)
        return
    uid, gid = os.getuid(), os.getgid()
    identity.become_readable()  # /proc/self/uid_map belongs to root otherwise
    syscalls.call("unshare", flags | NEW_USER)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def count_threads() -> bool:
    """Whether `enter` has made a user namespace, and the kernel counts by these what a limit of threads is about."""
    major, minor = os.uname().release.split(".")[:2]
    return os.geteuid() != 0 and (int(major), int(minor)) >= (5, 14)


def mount_scratch(folder: str, size: int, uid: int) -> None:
    """Put an empty file system of `size` bytes in memory on `folder`, for `uid`. Raises OSError.

    Only after `enter` with mounts: otherwise everybody would see it.
    """
    syscalls.mount(b"none", b"/", PRIVATE | RECURSIVE)  # else the next mount shows outside
    options = f"size={size},nr_inodes={MOST_FILES},mode=700,uid={uid}"
    syscalls.mount(b"tmpfs", os.fsencode(folder), NO_SETUID | NO_DEVICES | NO_EXEC, options.encode())


def work(*, apart: bool, mounts: bool) -> bool:
    """Whether `enter`, and with mounts `mount_scratch` too, works here; tried in a fork."""
    child = os.fork()
    if child == 0:
        try:
            enter(apart=apart, mounts=mounts)
            if mounts:
                mount_scratch("/dev", 1 << 16, os.getuid())
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
