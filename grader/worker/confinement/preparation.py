"""What the nursery does once so that confining each worker takes milliseconds, and proof that it works."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Collection
from dataclasses import replace

from grader.errors import IsolationUnavailable
from grader.worker.confinement import gpu, identity, landlock, layers, namespaces, seccomp, syscalls
from grader.worker.confinement.paths import NULL, prime_imports
from grader.worker.confinement.policy import Level, Policy, Prepared


def prepare(policy: Policy, level: Level, *, landlock_cap: int | None = None) -> Prepared:
    """Open, compile and try out what workers under `policy` share, in the process that will fork them.

    A child that is thrown away confines itself first, so that a missing layer is found before any student
    code runs. landlock_cap: behave as on a kernel with that version of Landlock, 0 for none (for tests).
    Raises IsolationUnavailable: which layer is missing, why it matters and what to do.
    """
    _require_pidfd()
    prepared = Prepared(policy=policy, level=level, parent=os.getpid())
    if level == "none":
        return prepared
    prime_imports()
    machine = syscalls.machine()
    abi = landlock.version(landlock_cap)
    readable = [_open(path) for path in policy.read_only] + [os.dup(fd) for fd in policy.read_only_fds]
    listed, evaluator = ([_open(path) for path in paths] for paths in (policy.listed, policy.evaluator))
    null = _open(NULL)
    card = {path: _open(path) for path in (*policy.gpu, *gpu.readable())} if policy.gpu else {}
    if policy.gpu:
        gpu.require(abi)
    prepared = replace(
        prepared,
        program=seccomp.compile_rules(machine),
        abi=abi,
        rules=(
            *(landlock.rule(descriptor, landlock.READ, abi) for descriptor in readable),
            *(landlock.rule(descriptor, landlock.LIST, abi) for descriptor in listed),
            landlock.rule(null, landlock.DEVICE, abi),
        ),
        evaluator_rules=tuple(landlock.rule(descriptor, landlock.READ, abi) for descriptor in evaluator),
        gpu_rules=gpu.rules(card, abi),
        gpu_program=seccomp.compile_rules(machine, gpu.RULES) if policy.gpu else None,
        descriptors=(*readable, *listed, *evaluator, null, *card.values()),
        keep_search=os.geteuid() == 0 and identity.private_folder_before(policy.read_only) is not None,
        namespaces=policy.namespaces and namespaces.work(apart=True, mounts=False),
        sized_scratch=namespaces.work(apart=policy.namespaces, mounts=True),
    )
    return replace(prepared, in_force=_rehearse(prepared))


def close_all_but(kept: Collection[int]) -> None:
    """Close every descriptor that is not in `kept`, however high its number."""
    for descriptor in map(int, os.listdir("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")):
        if descriptor not in kept:
            with contextlib.suppress(OSError):  # the listing's own is closed already
                os.close(descriptor)


def _open(path: str) -> int:
    return os.open(path, os.O_PATH | os.O_CLOEXEC)


def _require_pidfd() -> None:
    try:
        handle = os.pidfd_open(os.getpid())
        signal.pidfd_send_signal(handle, 0)
        os.close(handle)
    except OSError as problem:
        raise layers.unavailable(layers.PIDFD, problem) from problem


def _rehearse(prepared: Prepared) -> tuple[str, ...]:
    """The layers that a child could put on. Raises IsolationUnavailable with its words when it could not."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            text = "\n".join(("", *prepared.enforce()))
        except BaseException as problem:
            text = str(problem)
        os.write(writing, text.encode())
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:
        refusal, *in_force = pipe.read().split("\n")
    os.waitpid(child, 0)
    if refusal or not in_force:
        raise IsolationUnavailable(refusal or "student code cannot be confined: a first try died")
    return tuple(in_force)
