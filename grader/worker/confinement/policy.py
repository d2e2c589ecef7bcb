"""Confining a worker: what is prepared once in the nursery, and what each forked child does to itself.

    common = Policy(read_only=interpreter_paths())
    prepared = prepare(common, "strict")                  # once, in the nursery
    ...
    os.fork() == 0 and prepared.enforce([submission])     # in the child, before any student code

The order in `enforce` matters: each step needs a right that a later one takes away.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from grader.errors import HarnessError
from grader.worker.confinement import identity, landlock, layers, limits, namespaces, seccomp, syscalls
from grader.worker.confinement.limits import Limits
from grader.worker.confinement.paths import NULL, prime_imports

Level = Literal["strict", "basic", "none"]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What all workers of a nursery have in common."""

    read_only: tuple[str, ...] = ()  # files and folders, see `interpreter_paths`
    read_only_fds: tuple[int, ...] = ()  # the same as open descriptors; they stay the caller's
    uid: int | None = None  # None: when root, a private uid for each worker
    limits: Limits = field(default_factory=Limits)  # unless `enforce` is given others
    namespaces: bool = False  # an empty network as well, where that works; costs about a millisecond


def prepare(policy: Policy, level: Level, *, landlock_cap: int | None = None) -> Prepared:
    """Do once, in a process with one thread, what every worker needs.

    landlock_cap: behave as on a kernel with this version of Landlock, 0 for none (for tests).
    Raises IsolationUnavailable when level strict needs a layer that this machine clearly does not have.
    """
    prime_imports()
    prepared = Prepared(policy=policy, level=level, parent=os.getpid())
    if level == "none" or sys.platform != "linux":
        if level == "strict":
            syscalls.machine()
        return prepared
    with prepared.layer(layers.SECCOMP):
        prepared.program = seccomp.compile_rules(syscalls.machine())
    prepared.abi = landlock.version(landlock_cap)
    with prepared.layer(layers.LANDLOCK):
        prepared.open_common()
