"""seccomp: the kernel's allow-list of system calls, as tables with the reason beside each rule.

Whatever no table names is refused: fork and exec, sockets, ptrace, mounts, namespaces, keys, io_uring, shared
memory, links, setuid, and all that later kernels add. The filter sees numbers and argument registers, not
what an address points to, so a call whose meaning lies in memory (clone3, openat2) is answered with ENOSYS
and the C library falls back to its older form. Numbers of another calling convention (32-bit code, x32) kill.
https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

from __future__ import annotations

import ctypes
import errno
import struct
from typing import NamedTuple

from grader.worker.confinement import syscalls

ALLOWED = {
    "read and write what is open": """
        read write readv writev pread64 pwrite64 preadv pwritev lseek close close_range dup dup2 dup3 pipe
        pipe2 fsync fdatasync ftruncate fallocate fadvise64 sendfile copy_file_range""",
    "files by name: Landlock decides which": """
        access faccessat faccessat2 stat lstat fstat newfstatat statx statfs fstatfs readlink readlinkat
        getcwd chdir fchdir getdents getdents64 creat mkdir mkdirat rmdir unlink unlinkat rename renameat
        umask""",
    "memory of its own": "mmap munmap mprotect mremap madvise brk msync membarrier get_mempolicy mbind",
    "threads": """
        futex futex_waitv set_robust_list rseq sched_yield sched_get_priority_max sched_get_priority_min
        getcpu gettid""",
    "receiving signals": """
        rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack pause
        restart_syscall""",
    "who am I": """
        getpid getppid getuid geteuid getgid getegid getresuid getresgid getgroups getpgrp uname sysinfo
        getrlimit getrusage""",
    "time and timers": """
        clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times timer_create
        timer_settime timer_gettime timer_getoverrun timer_delete timerfd_create timerfd_settime
        timerfd_gettime setitimer getitimer alarm""",
    "waiting": """
        poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
        eventfd eventfd2""",
    "a socketpair that is open (asyncio has one); none can be connected": """
        sendto recvfrom sendmsg recvmsg getsockname getpeername getsockopt shutdown""",
    "random numbers": "getrandom",
    "the end": "exit exit_group",
}

SELF = -1  # stands for the id of the process that the filter is for

ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000  # answers of a filter; ERROR with an errno in it
REFUSE, UNKNOWN, UNSUPPORTED = (ERROR | number for number in (errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP))
PRETEND = ERROR | 0  # the call answers success, and nothing happens


class Where(NamedTuple):
    """A condition: argument number `argument`, cut to `mask`, is one of `values`, or is `none_of` them.

    It looks at the lower 32 bits, which are all that the kernel takes of an int.
    """

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF
    upper: bool = False  # look at the upper 32 bits of an address instead
    none_of: bool = False


class Rule(NamedTuple):
    """Calls that are answered with `then` when all conditions hold, else with `otherwise`."""

    names: str
    reason: str
    conditions: tuple[Where, ...] = ()
    then: int = ALLOW
    otherwise: int = REFUSE


def null(argument: int) -> tuple[Where, Where]:
    """Conditions: the address in `argument` is none."""
    return Where(argument, (0,)), Where(argument, (0,), upper=True)


CLONE_THREAD = 0x00010000
NEW_NAMESPACES = 0x7E020080  # NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET, NEWTIME
READ, WRITE, READ_WRITE, ACCESS, TRUNCATE = 0, 1, 2, 3, 0o1000
OPENINGS = (READ, WRITE, READ_WRITE, TRUNCATE | WRITE, TRUNCATE | READ_WRITE)
UNIX, STREAM, TYPE = 1, 1, 0xF
QUESTIONS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIONCLEX FIOCLEX

RULES = (
    Rule(
        "clone",
        "threads only: no new process and no namespace",
        (Where(0, (CLONE_THREAD,), mask=CLONE_THREAD | NEW_NAMESPACES),),
    ),
    Rule("kill tgkill", "signals to itself, not to the judge, the nursery or siblings", (Where(0, (SELF,)),)),
    Rule(
        "open",
        "Landlock before version 3 lets O_TRUNC empty a file opened for reading; mode 3 passes all versions",
        (Where(1, OPENINGS, mask=TRUNCATE | ACCESS),),
    ),
    Rule("openat", "as open", (Where(2, OPENINGS, mask=TRUNCATE | ACCESS),)),
    Rule(
        "prlimit64",
        "reading its own limits: process 0 (itself) and no new limit",
        (Where(0, (0,)), *null(2)),
    ),
    Rule(
        "sched_getaffinity sched_getparam sched_getscheduler getpgid getsid",
        "asked about another process they tell that it exists",
        (Where(0, (0, SELF)),),
    ),
    Rule(
        "prctl",
        "names of threads and memory, harmless questions; not the parent-death signal, dumpable or a filter",
        (Where(0, (15, 16, 3, 39, 0x53564D41)),),  # SET_NAME GET_NAME GET_DUMPABLE GET_NO_NEW_PRIVS SET_VMA
    ),
    Rule(
        "arch_prctl",
        "oneDNN asks for the matrix registers (AMX) when it first needs them",
        (Where(0, (0x1021, 0x1022, 0x1023)),),  # GET_XCOMP_SUPP GET_XCOMP_PERM REQ_XCOMP_PERM
    ),
    Rule(
        "socketpair",
        "AF_UNIX streams, for asyncio; a datagram pair could send to any named socket",
        (Where(0, (UNIX,)), Where(1, (STREAM,), mask=TYPE)),
    ),
    Rule(
        "ioctl",
        "questions about terminals, and blocking; no typing into a terminal, no changing a file's flags",
        (Where(1, QUESTIONS),),
    ),
    Rule(
        "fcntl",
        "descriptors; no locks (a channel between workers), no signals on input (F_SETOWN), no leases",
        (Where(1, (0, 1, 2, 3, 4, 1030, 1032)),),  # DUPFD GETFD SETFD GETFL SETFL DUPFD_CLOEXEC GETPIPE_SZ
    ),
    Rule("clone3 openat2", "flags lie in memory; the C library then uses clone and openat", then=UNKNOWN),
    Rule(
        "chmod fchmod fchmodat fchmodat2",
        "Landlock does not cover them, and shutil.copy gives up when they fail",
        then=PRETEND,
    ),
    Rule(
        "utime utimes",
        "Landlock does not cover them; shutil.copy2 gives up when it cannot set a time, and Path.touch makes "
        "no file when it could set the present time (no address)",
        null(1),
        then=REFUSE,
        otherwise=PRETEND,
    ),
    Rule("utimensat futimesat", "as utime", null(2), then=REFUSE, otherwise=PRETEND),
    Rule(
        "setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr "
        "removexattr lremovexattr fremovexattr",
        "Landlock does not cover them; as on a file system that has none, which shutil.copy2 expects",
        then=UNSUPPORTED,
    ),
)

# Classic BPF: (operation, jump if true, jump if false, constant)
LOAD, AND, EQUAL, AT_LEAST, GREATER, RETURN = 0x20, 0x54, 0x15, 0x35, 0x25, 0x06
NUMBER_AT, ARCHITECTURE_AT, ARGUMENTS_AT = 0, 4, 16  # offsets in struct seccomp_data, little-endian
SET_MODE_FILTER = 1

Step = tuple[int, int, int, int]


class Program(NamedTuple):
    """A compiled filter, but for the id of the process it is for."""

    code: bytes
    selves: tuple[int, ...]  # where in the code that id goes

    def of(self, process: int) -> bytes:
        """The code for `process`."""
        code = bytearray(self.code)
        for offset in self.selves:
            struct.pack_into("=I", code, offset, process)
        return bytes(code)


def compile_rules(machine: syscalls.Machine, rules: tuple[Rule, ...] = RULES) -> Program:
    """The tables above for `machine`, or other `rules` in the place of ours. A name that it does not have is left out: nothing can call it."""
    numbers = machine.numbers
    steps: list[Step] = [(LOAD, 0, 0, ARCHITECTURE_AT), (EQUAL, 1, 0, machine.audit), (RETURN, 0, 0, KILL)]
    steps.append((LOAD, 0, 0, NUMBER_AT))
    if machine.foreign_from is not None:
        steps += [(AT_LEAST, 0, 1, machine.foreign_from), (RETURN, 0, 0, KILL)]
    for rule in rules:
        body = _body(rule)
        for name in rule.names.split():
            if name in numbers:
                steps += [(EQUAL, 0, len(body), numbers[name]), *body]
    names = " ".join(ALLOWED.values()).split()
    for first, last in _ranges(sorted(numbers[name] for name in names if name in numbers)):
        steps += [(AT_LEAST, 0, 2, first), (GREATER, 1, 0, last), (RETURN, 0, 0, ALLOW)]
    # A C library newer than this table falls back from what it does not find, as on an older kernel.
    steps += [(GREATER, 0, 1, max(numbers.values())), (RETURN, 0, 0, UNKNOWN)]
    steps.append((RETURN, 0, 0, REFUSE))
    selves = tuple(8 * index + 4 for index, step in enumerate(steps) if step[0] == EQUAL and step[3] == SELF)
    return Program(b"".join(struct.pack("=HBBI", *step[:3], step[3] & 0xFFFFFFFF) for step in steps), selves)


def load(program: Program, process: int) -> None:
    """Filter this thread, and all it starts, from now on. Needs no_new_privs. Raises OSError."""
    code = ctypes.create_string_buffer(program.of(process))
    header = struct.pack("=HxxxxxxQ", len(program.code) // 8, ctypes.addressof(code))  # struct sock_fprog
    syscalls.call("seccomp", SET_MODE_FILTER, 0, header)


def _body(rule: Rule) -> list[Step]:
    """The steps that answer a call of `rule`; they overwrite the accumulator and always return."""
    steps: list[Step] = []
    for where in rule.conditions:
        steps.append((LOAD, 0, 0, ARGUMENTS_AT + 8 * where.argument + 4 * where.upper))
        if where.mask != 0xFFFFFFFF:
            steps.append((AND, 0, 0, where.mask))
        left = len(where.values)
        if where.none_of:  # a match goes to the answer `otherwise`, and only the end of the list beyond it
            last = left - 1
            steps += [(EQUAL, last - index, index == last, value) for index, value in enumerate(where.values)]
        else:
            steps += [(EQUAL, left - index, 0, value) for index, value in enumerate(where.values)]
        steps.append((RETURN, 0, 0, rule.otherwise))
    return [*steps, (RETURN, 0, 0, rule.then)]


def _ranges(numbers: list[int]) -> list[tuple[int, int]]:
    """Runs of neighbouring numbers, so that the filter needs fewer steps."""
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges
