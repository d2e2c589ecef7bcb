"""Resource limits: what one worker may use up, kept by the kernel from the first moment.

Wall time is not among them: the judge keeps it from outside. Nor is the space on disk: see `namespaces`.
"""

from __future__ import annotations

from dataclasses import dataclass

try:
    import resource
except ImportError:  # Windows, where nothing can be limited and nothing is confined
    resource = None  # type: ignore[assignment]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What an instructor can set for an exercise. None is no limit."""

    cpu_seconds: int = 60  # over all threads; the kernel kills at the end
    memory_bytes: int | None = 2 << 30  # address space beside the nursery's; None with CUDA
    file_bytes: int = 64 << 20  # size of one file
    open_files: int = 64
    threads: int | None = 64  # kept only where the kernel does not count all else that the user runs
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
    """Limit what the other layers still needed: descriptors, and threads now that the uid, or its namespace, is final."""
    _lower("RLIMIT_NOFILE", limits.open_files)
    if private_uid and limits.threads is not None:
        _lower("RLIMIT_NPROC", limits.threads)


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
