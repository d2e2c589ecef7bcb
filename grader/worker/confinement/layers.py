"""The layers of confinement by name: which ones grading needs, what each is for, and what to do without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.errors import IsolationUnavailable


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One protection."""

    required: bool  # at isolation level strict
    why: str
    remedy: str


LIMITS = "resource limits"
NAMESPACES = "namespaces"
SCRATCH = "sized scratch"
UID = "private uid"
UNREADABLE = "unreadable memory"
NO_NEW_RIGHTS = "no new privileges"
LANDLOCK = "Landlock"
SECCOMP = "seccomp"
PIDFD = "pidfd"
BUBBLEWRAP = "bubblewrap"

_CONTAINER = "In a container, use the default profiles of Docker or Podman and not an older or stricter one."

LAYERS: Mapping[str, Layer] = {
    LIMITS: Layer(
        required=True,
        why="Without them a submission can use up the memory and the processor of this machine.",
        remedy="Run on Linux, macOS or in a container that does not forbid setrlimit.",
    ),
    UID: Layer(
        required=True,
        why="As root, student code would own every file that another layer fails to protect.",
        remedy="Run the grader as an ordinary user, or allow setuid (CAP_SETUID) and map the uids from 60000 on.",
    ),
    UNREADABLE: Layer(
        required=True,
        why="Without it student code could read the memory and the environment of its siblings.",
        remedy="Run on Linux.",
    ),
    NO_NEW_RIGHTS: Layer(
        required=True,
        why="The two filters below can be set only with it.",
        remedy="Run on Linux 3.5 or later.",
    ),
    LANDLOCK: Layer(
        required=True,
        why="Without it student code could read the rubric, other submissions and your own files.",
        remedy="Run on Linux 5.13 or later with landlock in the kernel's list of security modules (lsm=). "
        + _CONTAINER,
    ),
    SECCOMP: Layer(
        required=True,
        why="Without it student code could start programs, open connections and signal the grader.",
        remedy="Run on a Linux kernel with CONFIG_SECCOMP_FILTER, on x86-64 or aarch64. " + _CONTAINER,
    ),
    NAMESPACES: Layer(
        required=False,
        why="An empty network behind the filter that refuses sockets.",
        remedy="Allow unprivileged user namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns=0 on "
        "Ubuntu), or run as root outside a container.",
    ),
    SCRATCH: Layer(
        required=False,
        why="Keeps student code from filling the disk with many small files.",
        remedy="As for namespaces; or put the temporary folder on a file system with a quota.",
    ),
    PIDFD: Layer(
        required=False,
        why="Kills exactly the worker that was meant, even when its number has been used again.",
        remedy="Run on Linux 5.3 or later.",
    ),
    BUBBLEWRAP: Layer(
        required=False,
        why="Around the nursery, hidden files do not even exist for student code.",
        remedy="Install bubblewrap (apt install bubblewrap).",
    ),
}


def unavailable(name: str, problem: object) -> IsolationUnavailable:
    """The error for a required layer that is missing: which, what happened, why it matters, what to do."""
    layer = LAYERS[name]
    return IsolationUnavailable(
        f"student code cannot be confined: {name} is missing ({problem}). {layer.why} {layer.remedy} "
        "Or grade with --isolation basic or none, for submissions that you trust."
    )
