"""The layers of confinement: which ones grading needs, what each is for, what to do without it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.errors import IsolationUnavailable


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One protection."""

    required: bool  # at isolation level strict
    why: str
    remedy: str


LIMITS = "resource limits"
UID = "private uid"
UNREADABLE = "unreadable memory"
NO_NEW_RIGHTS = "no new privileges"
LANDLOCK = "Landlock"
SECCOMP = "seccomp"
NAMESPACES = "namespaces"
SCRATCH = "sized scratch"
PIDFD = "pidfd"
BUBBLEWRAP = "bubblewrap"

BASIC = (LIMITS, UNREADABLE, NO_NEW_RIGHTS, PIDFD)  # the least that level basic promises

CONTAINER = "In a container, use the default profile of Docker or Podman, not an older or a stricter one."

LAYERS = {
    LIMITS: Layer(
        required=True,
        why="Without them a submission can use up the memory and the processor of this machine.",
        remedy="Run on Linux, or in a container that does not forbid setrlimit.",
    ),
    UID: Layer(
        required=True,
        why="As root, student code would own every file that another layer fails to protect.",
        remedy="Run the grader as an ordinary user, or let it change its uid (CAP_SETUID, CAP_SETGID and "
        "the uids from 60000 to 60999).",
    ),
    UNREADABLE: Layer(
        required=True,
        why="Without it student code could read the memory and the environment of other processes.",
        remedy="Run on Linux.",
    ),
    NO_NEW_RIGHTS: Layer(
        required=True,
        why="Landlock and seccomp can be put on only with it.",
        remedy="Run on Linux 3.5 or later.",
    ),
    LANDLOCK: Layer(
        required=True,
        why="Without it student code could read the rubric, other submissions and your own files.",
        remedy=f"Run on Linux 5.13 or later with landlock among its security modules (lsm=). {CONTAINER}",
    ),
    SECCOMP: Layer(
        required=True,
        why="Without it student code could start programs, open connections and signal the grader.",
        remedy=f"Run on a Linux kernel with CONFIG_SECCOMP_FILTER, on x86-64 or aarch64. {CONTAINER}",
    ),
    NAMESPACES: Layer(
        required=False,
        why="An empty network, behind the filter that refuses sockets already.",
        remedy="Allow unprivileged user namespaces (on Ubuntu "
        "sysctl kernel.apparmor_restrict_unprivileged_userns=0), or run as root outside a container.",
    ),
    SCRATCH: Layer(
        required=False,
        why="Keeps student code from filling the disk with many small files.",
        remedy="As for namespaces; or put the temporary folder on a file system with a quota.",
    ),
    PIDFD: Layer(
        required=True,
        why="Without it no worker can be watched, nor killed for certain: none is started, at no isolation level.",
        remedy=f"Run on Linux 5.3 or later. {CONTAINER}",
    ),
    BUBBLEWRAP: Layer(
        required=False,
        why="Around the nursery, hidden files do not even exist for student code.",
        remedy="Install bubblewrap (apt install bubblewrap).",
    ),
}


def needed(name: str, level: str) -> bool:
    """Whether isolation `level` is impossible without layer `name`."""
    return LAYERS[name].required if level == "strict" else name in BASIC


def unavailable(name: str, problem: object) -> IsolationUnavailable:
    """The error for a layer that is missing: which, what happened, why it matters, what to do."""
    layer = LAYERS[name]
    way_out = "" if name == PIDFD else " For submissions that you trust there are --isolation basic and none."
    return IsolationUnavailable(
        f"student code cannot be confined: {name} is missing ({problem}). {layer.why} {layer.remedy}{way_out}"
    )
