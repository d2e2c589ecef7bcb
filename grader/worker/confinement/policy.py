"""What a worker may do, and the steps by which a forked child gives up everything else.

Only one order of the steps works: mounts and the change of uid need root; the change of uid clears the
parent-death signal; the two filters need no_new_privs; Landlock's own calls are not in seccomp's list, which
therefore comes last.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from grader.errors import HarnessError
from grader.worker.confinement import gpu, identity, landlock, layers, namespaces, seccomp
from grader.worker.confinement.limits import Limits, forbid_core_dumps, limit_openings, limit_resources

Level = Literal["strict", "basic", "none"]
Role = Literal["student", "evaluator"]  # runs student code, or trained networks: never both


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What all workers of a nursery have in common."""

    read_only: tuple[str, ...] = ()  # files and folders, see `interpreter_paths`
    read_only_fds: tuple[int, ...] = ()  # the same, already open
    listed: tuple[str, ...] = ()  # folders of which the names may be told, all the way down
    evaluator: tuple[str, ...] = ()  # what only an evaluator may read
    gpu: tuple[str, ...] = ()  # device files of a card that student code may use, see `gpu`
    uid: int | None = None  # None: when root, a private uid for each worker
    limits: Limits = field(default_factory=Limits)  # unless `enforce` is given others
    namespaces: bool = False  # an empty network as well, where that works


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """All that forked workers share; built by `prepare`."""

    policy: Policy
    level: Level
    parent: int  # the process that forks the workers
    program: seccomp.Program | None = None
    abi: int = 0  # version of Landlock, 0 when there is none
    rules: tuple[bytes, ...] = ()  # Landlock's, one for each of `descriptors`, but for the evaluator's
    evaluator_rules: tuple[bytes, ...] = ()  # those that only an evaluator gets
    gpu_rules: tuple[bytes, ...] = ()  # those that only student code gets, where it may use a card,
    gpu_program: seccomp.Program | None = None  # and the filter in place of `program` then
    descriptors: tuple[int, ...] = ()  # must be open when a child calls `enforce`, which closes them
    keep_search: bool = False  # the interpreter lies in somebody's private folder
    namespaces: bool = False
    sized_scratch: bool = False
    in_force: tuple[str, ...] = ()  # the layers that every worker has

    def enforce(
        self,
        read_only: Sequence[str | int] = (),
        *,
        scratch: str | None = None,
        limits: Limits | None = None,
        role: Role = "student",
    ) -> tuple[str, ...]:
        """Confine this process, a fork of `parent` with one thread, for good. Returns the layers in force.

        read_only: what this worker may read besides, by path or by descriptor (closed then): the submission.
        scratch: an empty folder that it may fill; where possible a private file system is put there.
        role: whether it may read what is the evaluator's.
        Raises IsolationUnavailable when a layer is missing that the level needs, and HarnessError when a
        path cannot be granted. Student code must not run after either.
        """
        if self.level == "none":
            forbid_core_dumps()
            identity.pdeathsig(self.parent)
            return ()
        _refuse_threads()
        steps = _Steps(self.level)
        uses_card = bool(self.policy.gpu) and role == "student"
        limits = limits or self.policy.limits
        if uses_card:
            limits = gpu.limits(limits)
        uid = self._new_uid()
        readable = [path if isinstance(path, int) else _open(path) for path in read_only]
        with steps.layer(layers.LIMITS):
            limit_resources(limits)
        self._separate(steps, scratch, limits.scratch_bytes, uid)
        ruleset = None
        with steps.layer(layers.LANDLOCK):
            ruleset = self._ruleset(readable, scratch, role)
        for descriptor in (*self.descriptors, *readable):
            os.close(descriptor)
        if uid is not None:
            with steps.layer(layers.UID):
                identity.drop_to(uid, keep_search=self.keep_search)
        _refuse_unreadable(read_only)
        separate = {layers.NAMESPACES, layers.SCRATCH}.intersection(steps.in_force())
        limit_openings(limits, private_uid=uid is not None or (bool(separate) and namespaces.count_threads()))
        identity.pdeathsig(self.parent)
        with steps.layer(layers.UNREADABLE):
            identity.become_unreadable()
        with steps.layer(layers.NO_NEW_RIGHTS):
            identity.keep_capabilities(identity.DAC_READ_SEARCH if self.keep_search else 0)
            identity.gain_nothing()
        if ruleset is not None:
            with steps.layer(layers.LANDLOCK):
                ruleset.enforce()
        with steps.layer(layers.SECCOMP):
            self._filter(self.gpu_program if uses_card else self.program)
        return steps.in_force()

    def _new_uid(self) -> int | None:
        """The uid to become, None to stay: only root can change."""
        if os.geteuid() != 0:
            return None
        return identity.private_uid() if self.policy.uid is None else self.policy.uid

    def _separate(self, steps: _Steps, scratch: str | None, size: int, uid: int | None) -> None:
        """Namespaces as far as they worked when they were tried, and a scratch that the worker owns."""
        mounts = scratch is not None and self.sized_scratch
        if self.namespaces:
            with steps.layer(layers.NAMESPACES, tried=True):
                namespaces.enter(apart=True, mounts=mounts)
        if scratch is None:
            return
        if mounts:
            with steps.layer(layers.SCRATCH, tried=True):
                if not self.namespaces:
                    namespaces.enter(apart=False, mounts=True)
                namespaces.mount_scratch(scratch, size, os.getuid() if uid is None else uid)
        elif uid is not None:
            os.chown(scratch, uid, uid)

    def _ruleset(self, readable: Sequence[int], scratch: str | None, role: Role) -> landlock.Ruleset:
        ruleset = landlock.Ruleset(self.abi)
        for rule in (*self.rules, *(self.evaluator_rules if role == "evaluator" else self.gpu_rules)):
            ruleset.add(rule)
        if self.gpu_rules and role == "student":
            for path, rights in gpu.OWN:  # of this process, which was forked a moment ago
                own = _open(path)
                ruleset.add(landlock.rule(own, rights, self.abi))
                os.close(own)
        for descriptor in readable:
            ruleset.add(landlock.rule(descriptor, landlock.READ, self.abi))
        if scratch is not None:
            descriptor = _open(scratch)
            ruleset.add(landlock.rule(descriptor, landlock.SCRATCH, self.abi))
            os.close(descriptor)
        return ruleset

    def _filter(self, program: seccomp.Program | None) -> None:
        if program is None:
            raise OSError(errno.ENOSYS, "there is no table of system calls for this machine")
        seccomp.load(program, os.getpid())


class _Steps:
    """Which layers worked so far; a failure is an error when `level` cannot do without the layer."""

    def __init__(self, level: Level) -> None:
        self._level = level
        self._worked: dict[str, bool] = {}

    @contextlib.contextmanager
    def layer(self, name: str, *, tried: bool = False) -> Iterator[None]:
        """Around the calls that put on layer `name`, or a part of it. Raises IsolationUnavailable.

        tried: it worked in a rehearsal, so there is no going on half-way when it fails now.
        """
        try:
            yield
        except OSError as problem:
            if tried or layers.needed(name, self._level):
                raise layers.unavailable(name, problem) from problem
            self._worked[name] = False
        else:
            self._worked.setdefault(name, True)

    def in_force(self) -> tuple[str, ...]:
        return tuple(name for name, worked in self._worked.items() if worked)


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError as problem:
        raise HarnessError(f"a worker cannot be given {path}: {problem}") from problem


def _refuse_threads() -> None:
    """The filters bind only the thread that sets them. Raises HarnessError when there are others."""
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise HarnessError(f"only a process with one thread can be confined, and this one has {threads}")


def _refuse_unreadable(paths: Sequence[str | int]) -> None:
    """Raises HarnessError for a path that is granted but whose mode keeps it from this uid."""
    for path in paths:
        if isinstance(path, str):
            wanted = os.R_OK | (os.X_OK if os.path.isdir(path) else 0)
            if not os.access(path, wanted, effective_ids=True):
                raise HarnessError(
                    f"a confined worker runs under uid {os.getuid()}, which cannot read {path}: "
                    "let others read it and enter every folder on the way (mode 0711 or more)"
                )
