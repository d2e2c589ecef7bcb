"""System calls by name, and the numbers they have on the machines we confine.

Only calls that a rule names are listed: what is not in a table cannot be allowed. A machine without a table
here is refused, because a filter built from the wrong numbers would allow what it means to forbid.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from grader.errors import IsolationUnavailable

# Source: arch/x86/entry/syscalls/syscall_64.tbl
X86_64 = """
read=0 write=1 open=2 close=3 stat=4 fstat=5 lstat=6 poll=7 lseek=8 mmap=9 mprotect=10 munmap=11 brk=12
rt_sigaction=13 rt_sigprocmask=14 rt_sigreturn=15 ioctl=16 pread64=17 pwrite64=18 readv=19 writev=20
access=21 pipe=22 select=23 sched_yield=24 mremap=25 msync=26 madvise=28 dup=32 dup2=33 pause=34
nanosleep=35 getitimer=36 alarm=37 setitimer=38 getpid=39 sendfile=40 socket=41 sendto=44 recvfrom=45 sendmsg=46
recvmsg=47 shutdown=48 bind=49 listen=50 getsockname=51 getpeername=52 socketpair=53 setsockopt=54 getsockopt=55 clone=56 exit=60
kill=62 uname=63 fcntl=72 fsync=74 fdatasync=75 ftruncate=77 getdents=78 getcwd=79 chdir=80 fchdir=81
rename=82 mkdir=83 rmdir=84 creat=85 unlink=87 readlink=89 chmod=90 fchmod=91 umask=95 gettimeofday=96
getrlimit=97 getrusage=98 sysinfo=99 times=100 getuid=102 getgid=104 geteuid=107 getegid=108 getppid=110
getpgrp=111 getgroups=115 getresuid=118 getresgid=120 getpgid=121 getsid=124 capset=126
rt_sigpending=127 rt_sigtimedwait=128 rt_sigsuspend=130 sigaltstack=131 utime=132 statfs=137 fstatfs=138
sched_getparam=143 sched_getscheduler=145 sched_get_priority_max=146 sched_get_priority_min=147
prctl=157 arch_prctl=158 gettid=186 setxattr=188 lsetxattr=189 fsetxattr=190 getxattr=191 lgetxattr=192
fgetxattr=193 listxattr=194 llistxattr=195 flistxattr=196 removexattr=197 lremovexattr=198
fremovexattr=199 time=201 futex=202 sched_getaffinity=204 epoll_create=213 getdents64=217
restart_syscall=219 fadvise64=221 timer_create=222 timer_settime=223 timer_gettime=224
timer_getoverrun=225 timer_delete=226 clock_gettime=228 clock_getres=229 clock_nanosleep=230
exit_group=231 epoll_wait=232 epoll_ctl=233 tgkill=234 utimes=235 mbind=237 get_mempolicy=239 openat=257
mkdirat=258 futimesat=261 newfstatat=262 unlinkat=263 renameat=264 readlinkat=267 fchmodat=268
faccessat=269 pselect6=270 ppoll=271 unshare=272 set_robust_list=273 utimensat=280 epoll_pwait=281
timerfd_create=283 eventfd=284 fallocate=285 timerfd_settime=286 timerfd_gettime=287 eventfd2=290
epoll_create1=291 dup3=292 pipe2=293 preadv=295 pwritev=296 prlimit64=302 getcpu=309 seccomp=317
getrandom=318 membarrier=324 copy_file_range=326 statx=332 rseq=334 clone3=435 close_range=436
openat2=437 faccessat2=439 epoll_pwait2=441 landlock_create_ruleset=444 landlock_add_rule=445
landlock_restrict_self=446 futex_waitv=449 fchmodat2=452
"""

# Source: include/uapi/asm-generic/unistd.h, which has none of the older names (open, stat, fork, poll, ...)
AARCH64 = """
setxattr=5 lsetxattr=6 fsetxattr=7 getxattr=8 lgetxattr=9 fgetxattr=10 listxattr=11 llistxattr=12
flistxattr=13 removexattr=14 lremovexattr=15 fremovexattr=16 getcwd=17 eventfd2=19 epoll_create1=20
epoll_ctl=21 epoll_pwait=22 dup=23 dup3=24 fcntl=25 ioctl=29 mkdirat=34 unlinkat=35 renameat=38
statfs=43 fstatfs=44 ftruncate=46 fallocate=47 faccessat=48 chdir=49 fchdir=50 fchmod=52 fchmodat=53
openat=56 close=57 pipe2=59 getdents64=61 lseek=62 read=63 write=64 readv=65 writev=66 pread64=67
pwrite64=68 preadv=69 pwritev=70 sendfile=71 pselect6=72 ppoll=73 readlinkat=78 newfstatat=79 fstat=80
fsync=82 fdatasync=83 timerfd_create=85 timerfd_settime=86 timerfd_gettime=87 utimensat=88 capset=91
exit=93 exit_group=94 unshare=97 futex=98 set_robust_list=99 nanosleep=101 getitimer=102 setitimer=103
timer_create=107 timer_gettime=108 timer_getoverrun=109 timer_settime=110 timer_delete=111
clock_gettime=113 clock_getres=114 clock_nanosleep=115 sched_getscheduler=120 sched_getparam=121
sched_getaffinity=123 sched_yield=124 sched_get_priority_max=125 sched_get_priority_min=126
restart_syscall=128 kill=129 tgkill=131 sigaltstack=132 rt_sigsuspend=133 rt_sigaction=134
rt_sigprocmask=135 rt_sigpending=136 rt_sigtimedwait=137 rt_sigreturn=139 getresuid=148 getresgid=150
times=153 getpgid=155 getsid=156 getgroups=158 uname=160 getrlimit=163 getrusage=165 umask=166 prctl=167
getcpu=168 gettimeofday=169 getpid=172 getppid=173 getuid=174 geteuid=175 getgid=176 getegid=177
gettid=178 sysinfo=179 socket=198 socketpair=199 bind=200 listen=201 getsockname=204 getpeername=205 sendto=206 recvfrom=207
setsockopt=208 getsockopt=209 shutdown=210 sendmsg=211 recvmsg=212 brk=214 munmap=215 mremap=216 clone=220 mmap=222
fadvise64=223 mprotect=226 msync=227 madvise=233 mbind=235 get_mempolicy=236 prlimit64=261 seccomp=277
getrandom=278 membarrier=283 copy_file_range=285 statx=291 rseq=293 clone3=435 close_range=436
openat2=437 faccessat2=439 epoll_pwait2=441 landlock_create_ruleset=444 landlock_add_rule=445
landlock_restrict_self=446 futex_waitv=449 fchmodat2=452
"""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What a filter must know about the processor it runs on."""

    audit: int  # AUDIT_ARCH_*: how the kernel names the calling convention of each system call
    foreign_from: int | None  # numbers from here on belong to a second calling convention (x32)
    numbers: Mapping[str, int]


def _numbers(text: str) -> dict[str, int]:
    return {name: int(number) for name, _, number in (entry.partition("=") for entry in text.split())}


MACHINES = {
    "x86_64": Machine(audit=0xC000003E, foreign_from=0x40000000, numbers=_numbers(X86_64)),
    "aarch64": Machine(audit=0xC00000B7, foreign_from=None, numbers=_numbers(AARCH64)),
}

NAMES = {"amd64": "x86_64", "arm64": "aarch64"}  # how other systems call the same processors


@cache
def machine() -> Machine:
    """The machine this process runs on. Raises IsolationUnavailable when there is no table for it."""
    name = platform.machine()
    known = MACHINES.get(NAMES.get(name.lower(), name))
    if sys.platform != "linux" or known is None or sys.maxsize < 1 << 32 or sys.byteorder != "little":
        raise IsolationUnavailable(
            f"student code can be confined on 64-bit Linux on {' or '.join(MACHINES)}, "
            f"and this is {sys.platform} on {name}. Grade on such a machine or in a container, "
            "or use --isolation none for code that you trust."
        )
    return known


def table() -> Mapping[str, int]:
    """System call numbers of this machine by name. Raises IsolationUnavailable as `machine` does."""
    return machine().numbers


@cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


def call(name: str, *arguments: int | bytes | None) -> int:
    """Make the system call `name`; bytes are passed by address. Raises OSError with the kernel's errno."""
    result: int = _libc().syscall(ctypes.c_long(table()[name]), *map(_argument, arguments))
    if result < 0:
        _raise(name)
    return result


def mount(kind: bytes, target: bytes, flags: int, options: bytes = b"") -> None:
    """Mount a file system of `kind` on `target` (or change the mount there). Raises OSError."""
    if _libc().mount(kind, target, kind, ctypes.c_ulong(flags), options) < 0:
        _raise(f"mount on {os.fsdecode(target)}")


def prctl(option: int, value: int = 0) -> int:
    """Set or query a property of this process. Raises OSError."""
    return call("prctl", option, value, 0, 0, 0)


def _argument(value: int | bytes | None) -> ctypes.c_long | ctypes.c_char_p:
    return ctypes.c_long(value) if isinstance(value, int) else ctypes.c_char_p(value)


def _raise(what: str) -> None:
    number = ctypes.get_errno()
    raise OSError(number, f"{what}: {os.strerror(number)}")
