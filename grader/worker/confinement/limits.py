"""Resource limits: what one worker may use up, kept by the kernel from the first moment.

Time is not among them but as a last net: the judge keeps it from outside. Nor is the space on disk: see `namespaces`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

try:
    import resource
except ImportError:  # Windows, where nothing can be limited and nothing is confined
    resource = None  # type: ignore[assignment]


MOST_THREADS = 64  # of one worker; kept by the judge as well, who counts them when it has to wait


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What an instructor can set for an exercise. None is no limit."""

    cpu_seconds: int = 60  # over all threads; the kernel kills at the end
    memory_bytes: int | None = 2 << 30  # address space beside the nursery's; None with CUDA
    file_bytes: int = 64 << 20  # size of one file
    open_files: int = 64
    threads: int | None = MOST_THREADS
    scratch_bytes: int = 64 << 20  # kept only where scratch is a file system of its own


ALWAYS = {  # resource -> limit; the reason beside it
    "RLIMIT_CORE": 0,  # a core dump would hold all that the nursery ever loaded
    "RLIMIT_MEMLOCK": 0,  # locked memory is taken from everybody
    "RLIMIT_MSGQUEUE": 0,  # queues outlive the process and are a channel between workers
    "RLIMIT_STACK": 8 << 20,  # the usual size: recursion ends here and not in swap
}


def forbid_core_dumps() -> None:
    """No core file, whatever happens to this process."""
    _lower("RLIMIT_CORE", 0)


def limit_resources(limits: Limits) -> None:
    """Put every limit on this process but the number of open files and threads. Raises OSError."""
    for name, limit in ALWAYS.items():
        _lower(name, limit)
    _lower("RLIMIT_CPU", limits.cpu_seconds)
    _lower("RLIMIT_FSIZE", limits.file_bytes)
    if limits.memory_bytes is not None:
        _lower("RLIMIT_AS", _address_space() + limits.memory_bytes)


def limit_openings(limits: Limits, private_uid: bool) -> None:
    """Limit what the other layers still needed: descriptors, and threads now that the uid, or its namespace, is final.

    The kernel counts threads by uid. Where that is shared, what runs is counted before, and other workers and programs
    of the user have room to start some meanwhile.
    """
    if limits.threads is not None:
        shared = 0 if private_uid else threads_of(os.getuid()) + limits.threads * max(3, os.cpu_count() or 1)
        _lower("RLIMIT_NPROC", shared + limits.threads)
    _lower("RLIMIT_NOFILE", limits.open_files)  # after the count, which opens files


def threads_of(uid: int) -> int:
    """How many threads run under the real uid `uid`, as far as this process can see."""
    found = 0
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/status", "rb") as file:
                    status = file.read()
            except OSError:  # it has ended, or is hidden
                continue
            if re.search(rb"^Uid:\t%d\t" % uid, status, re.MULTILINE):
                threads = re.search(rb"^Threads:\t(\d+)", status, re.MULTILINE)
                found += int(threads[1]) if threads else 1
    return found


def _lower(name: str, limit: int) -> None:
    """Set the soft and the hard limit, which only root could raise again; never above the present one."""
    kind = getattr(resource, name, None)  # not every system has all of them
    if kind is None:
        return
    _, hard = resource.getrlimit(kind)
    limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(kind, (limit, limit))


def _address_space() -> int:
    """Bytes of address space this process uses now."""
    with open("/proc/self/statm", "rb") as status:
        return int(status.read().split()[0]) * resource.getpagesize()
