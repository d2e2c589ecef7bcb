"""The filter itself, run on an interpreter of classic BPF: for both machines, on any machine."""

from __future__ import annotations

import errno
import re
import struct
from pathlib import Path

import pytest

from grader.worker.confinement import gpu, seccomp, syscalls

PID = 4242
ALLOW, KILL = "allow", "kill"
HEADERS = {
    "x86_64": "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
    "aarch64": "/usr/include/asm-generic/unistd.h",
}


def answer(
    machine: str,
    call: str | int,
    *arguments: int,
    audit: int | None = None,
    rules: tuple[seccomp.Rule, ...] = seccomp.RULES,
) -> str | int:
    """What the filter says to a call: allow, kill, or the errno."""
    target = syscalls.MACHINES[machine]
    number = call if isinstance(call, int) else target.numbers[call]
    code = seccomp.compile_rules(target, rules).of(PID)
    arguments += (0,) * (6 - len(arguments))
    data = struct.pack("=iIQ6Q", number, target.audit if audit is None else audit, 0, *arguments)
    verdict = interpret(code, data)
    if verdict == seccomp.ALLOW:
        return ALLOW
    return KILL if verdict == seccomp.KILL else verdict & 0xFFFF


def interpret(code: bytes, data: bytes) -> int:
    """Run classic BPF on struct seccomp_data."""
    accumulator, position = 0, 0
    while True:
        operation, yes, no, constant = struct.unpack_from("=HBBI", code, 8 * position)
        position += 1
        if operation == seccomp.LOAD:
            (accumulator,) = struct.unpack_from("=I", data, constant)
        elif operation == seccomp.AND:
            accumulator &= constant
        elif operation == seccomp.RETURN:
            return int(constant)
        else:
            holds = {
                seccomp.EQUAL: accumulator == constant,
                seccomp.AT_LEAST: accumulator >= constant,
                seccomp.GREATER: accumulator > constant,
            }[operation]
            position += yes if holds else no


@pytest.mark.parametrize("machine", syscalls.MACHINES)
def test_only_named_calls_are_allowed(machine: str) -> None:
    """Over all numbers, what no table names is refused."""
    numbers = syscalls.MACHINES[machine].numbers
    unconditional = {numbers[name] for name in " ".join(seccomp.ALLOWED.values()).split() if name in numbers}
    named = {numbers[name] for rule in seccomp.RULES for name in rule.names.split() if name in numbers}
    for number in range(1024):
        if number in unconditional:
            assert answer(machine, number) == ALLOW
        elif number not in named:
            later = number > max(numbers.values())
            assert answer(machine, number) == (errno.ENOSYS if later else errno.EPERM)


@pytest.mark.parametrize("machine", syscalls.MACHINES)
@pytest.mark.parametrize(
    ("call", "arguments", "expected"),
    [
        ("clone", (0x3D0F00,), ALLOW),  # as pthread_create calls it
        ("clone", (17,), errno.EPERM),
        ("clone", (0x3D0F00 | 0x40000000,), errno.EPERM),
        ("clone3", (), errno.ENOSYS),
        ("kill", (PID, 9), ALLOW),
        ("kill", (PID + 1, 0), errno.EPERM),
        ("kill", (0, 9), errno.EPERM),
        ("kill", (0xFFFFFFFF, 9), errno.EPERM),
        ("tgkill", (PID, 1), ALLOW),
        ("tgkill", (PID - 1, 1), errno.EPERM),
        ("openat", (0, 0, 0o100), ALLOW),
        ("prlimit64", (0, 7, 0, 4096), ALLOW),
        ("prlimit64", (0, 7, 4096, 0), errno.EPERM),
        ("prlimit64", (0, 7, 1 << 40, 0), errno.EPERM),
        ("prlimit64", (PID, 7, 0, 0), errno.EPERM),
        ("prctl", (15,), ALLOW),
        ("prctl", (1,), errno.EPERM),
        ("prctl", (4, 1), errno.EPERM),
        ("prctl", (22,), errno.EPERM),
        ("socketpair", (1, 1), ALLOW),
        ("socketpair", (1, 1 | 0o2000000), ALLOW),  # SOCK_CLOEXEC
        ("socketpair", (1, 2), errno.EPERM),
        ("socketpair", (2, 1), errno.EPERM),
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x5412), errno.EPERM),
        ("ioctl", (0, 0x541C), errno.EPERM),
        ("ioctl", (0, 0x40086602), errno.EPERM),
        ("fcntl", (0, 1030), ALLOW),
        ("fcntl", (0, 8), errno.EPERM),
        ("fcntl", (0, 6), errno.EPERM),
        ("fcntl", (0, 38), errno.EPERM),
        ("getpgid", (0,), ALLOW),
        ("getpgid", (PID,), ALLOW),
        ("getpgid", (1,), errno.EPERM),
        ("fchmodat", (), 0),
        ("utimensat", (0, 4096, 4096), 0),
        ("utimensat", (0, 4096, 0), errno.EPERM),
        ("utimensat", (0, 4096, 1 << 40), 0),
        ("fsetxattr", (), errno.EOPNOTSUPP),
        ("openat2", (), errno.ENOSYS),
    ],
)
def test_arguments_decide(machine: str, call: str, arguments: tuple[int, ...], expected: str | int) -> None:
    """A call with a condition is allowed or refused by its arguments."""
    assert answer(machine, call, *arguments) == expected


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (0, ALLOW),
        (2, ALLOW),
        (0o1001, ALLOW),
        (0o1102, ALLOW),
        (0o1000, errno.EPERM),
        (3, errno.EPERM),
        (0o1003, errno.EPERM),
    ],
)
def test_opening_never_empties_what_it_cannot_write(flags: int, expected: str | int) -> None:
    """O_TRUNC goes only with write access, and access mode 3 not at all, whatever lies in other arguments."""
    address = 0x7FFF_FFFF_FFFF

    assert answer("x86_64", "open", address, flags, 0o777) == expected
    for machine in syscalls.MACHINES:
        assert answer(machine, "openat", 3, address, flags, 0o777) == expected


def test_foreign_conventions_kill() -> None:
    """32-bit code on either machine and x32 numbers are ended."""
    assert answer("x86_64", 20, audit=0x40000003) == KILL
    assert answer("aarch64", 20, audit=0x40000028) == KILL
    assert answer("x86_64", 0x40000000) == KILL
    assert answer("x86_64", -1) == KILL


@pytest.mark.parametrize("machine", HEADERS)
def test_numbers_are_the_kernels(machine: str) -> None:
    """Every number that this system's kernel headers know is the same in the table."""
    header = Path(HEADERS[machine])
    if not header.exists():
        pytest.skip(f"{header} is not installed")
    found = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text()))
    found["newfstatat"] = found.get("newfstatat", found.get("fstatat"))
    for name, number in syscalls.MACHINES[machine].numbers.items():
        assert int(found.get(name, number)) == number, name
    assert len(found.keys() & syscalls.MACHINES[machine].numbers.keys()) > 100


def test_both_tables_name_the_same_calls() -> None:
    """What the newer machine has, the older one has too."""
    assert set(syscalls.MACHINES["aarch64"].numbers) <= set(syscalls.MACHINES["x86_64"].numbers)


@pytest.mark.parametrize("machine", syscalls.MACHINES)
@pytest.mark.parametrize(
    ("call", "arguments", "expected"),
    [
        ("ioctl", (0, 0xC020462A), ALLOW),
        ("ioctl", (0, 0x30000001), ALLOW),
        ("ioctl", (0, 27), ALLOW),
        ("socket", (1, 5), ALLOW),
        ("socket", (1, 5 | 0o2000000), ALLOW),  # SOCK_CLOEXEC
        ("socket", (1, 1), errno.EPERM),
        ("socket", (1, 2), errno.EPERM),
        ("socket", (2, 5), errno.EPERM),
        ("socket", (16, 3), errno.EPERM),
        ("setsockopt", (9,), ALLOW),
        ("bind", (9,), ALLOW),
        ("listen", (9,), ALLOW),
    ],
)
def test_a_card_needs_a_few_calls_more(
    machine: str, call: str, arguments: tuple[int, ...], expected: str | int
) -> None:
    """Where student code may use a GPU; everywhere else all of them are refused."""
    assert answer(machine, call, *arguments, rules=gpu.RULES) == expected
    assert answer(machine, call, *arguments) == errno.EPERM


@pytest.mark.parametrize("machine", syscalls.MACHINES)
@pytest.mark.parametrize("command", [0x5401, 0x5421, 0x5451, 0x5412, 0x541C, 0x5452, 0x40086602, 0x401C5820, 0x8901])
def test_a_card_changes_no_command_to_terminals_and_files(machine: str, command: int) -> None:
    """Typing into a terminal and setting a file's flags stay refused, questions about them allowed."""
    assert answer(machine, "ioctl", 0, command, rules=gpu.RULES) == answer(machine, "ioctl", 0, command)


@pytest.mark.parametrize("machine", syscalls.MACHINES)
def test_a_card_changes_no_other_call(machine: str) -> None:
    """Over all numbers, and a few values of the first arguments."""
    numbers = syscalls.MACHINES[machine].numbers
    more = {numbers[name] for name in ("ioctl", "socket", "setsockopt", "bind", "listen")}
    for number in set(range(1024)) - more:
        for arguments in ((), (1, 1), (PID, 9), (0, 0x5412)):
            assert answer(machine, number, *arguments, rules=gpu.RULES) == answer(machine, number, *arguments)
