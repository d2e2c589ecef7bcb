"""What a confined process tries: `confined.py` runs each attempt, `test_confinement.py` judges."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import mmap
import multiprocessing
import multiprocessing.popen_fork  # later the control's uid may not enter the folder it lies in
import os
import platform
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

NUMBERS = """
vfork=58/- clone=56/220 clone3=435/435 execve=59/221 execveat=322/281 truncate=76/45 fchownat=260/54
symlinkat=266/36 linkat=265/37 mknodat=259/33 openat2=437/437 inotify_init1=294/26 fanotify_init=300/262
chroot=161/51 pivot_root=155/41 tgkill=234/131 tkill=200/130 rt_sigqueueinfo=129/138
rt_tgsigqueueinfo=297/240 pidfd_send_signal=424/424 pidfd_getfd=438/438 ptrace=101/117
process_vm_readv=310/270 process_vm_writev=311/271 kcmp=312/272 process_madvise=440/440
process_mrelease=448/448 setresgid=119/149 setgroups=116/159 capset=126/91 prctl=157/167 seccomp=317/277
personality=135/92 sched_setattr=314/274 setpgid=109/154 setsid=112/157 socket=41/198 bind=49/200
listen=50/201 accept4=288/242 shmget=29/194 semget=64/190 msgget=68/186 mq_open=240/180 mount=165/40
umount2=166/39 unshare=272/97 setns=308/268 bpf=321/280 perf_event_open=298/241 io_uring_setup=425/425
io_setup=206/0 keyctl=250/219 add_key=248/217 request_key=249/218 userfaultfd=323/282 init_module=175/105
finit_module=313/273 kexec_load=246/104 reboot=169/142 swapon=167/224 syslog=103/116 sethostname=170/161
settimeofday=164/170 clock_settime=227/112 adjtimex=159/171 acct=163/89 quotactl=179/60 memfd_secret=447/447
landlock_create_ruleset=444/444 vmsplice=278/75 splice=275/76 fsopen=430/430 open_tree=428/428
move_mount=429/429 sync=162/81 mlock=149/228 mlockall=151/230 renameat2=316/276 signalfd4=289/74
remap_file_pages=216/234 migrate_pages=256/238 move_pages=279/239 vhangup=153/58 lookup_dcookie=212/18
iopl=172/- ioperm=173/- modify_ldt=154/-
"""
COLUMN = {"x86_64": 0, "aarch64": 1}[platform.machine()]
NUMBER = {
    name: int(numbers.split("/")[COLUMN])
    for name, _, numbers in (entry.partition("=") for entry in NUMBERS.split())
    if numbers.split("/")[COLUMN] != "-"
}

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


class Scene(NamedTuple):
    """What there is to attack."""

    folder: Path  # readable and writable by everybody, but granted to nobody
    victim: int  # a process of the same uid
    parent: int
    uid: int

    @property
    def secret(self) -> Path:
        return self.folder / "hidden" / "secret.txt"

    @property
    def submission(self) -> Path:
        return self.folder / "submission"

    @property
    def scratch(self) -> Path:
        return self.folder / "scratch"

    @property
    def source(self) -> Path:
        return self.submission / "student.py"


class Attempt(NamedTuple):
    """One thing that must not work."""

    action: Callable[[Scene], Any]
    expected: tuple[Any, ...]  # errno values, "signal", or the value that shows that nothing happened
    control: bool  # possible, and harmless, without confinement


ATTEMPTS: dict[str, Attempt] = {}


Action = Callable[[Scene], Any]


def attempt(*expected: Any, control: bool = True) -> Callable[[Action], Action]:
    """Register a function as an attempt."""

    def register(action: Action) -> Action:
        ATTEMPTS[action.__name__] = Attempt(action, expected, control)
        return action

    return register


def system(name: str, *arguments: Any) -> int:
    """A system call without the C library's help."""
    converted = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result: int = libc.syscall(ctypes.c_long(NUMBER[name]), *converted)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result


def ends(child: int) -> str:
    """In the process that forked: reap the child. In the child: end."""
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return "forked"


# Files


@attempt(errno.EACCES)
def read_a_hidden_file(scene: Scene) -> object:
    return scene.secret.read_text()


@attempt(errno.EACCES)
def list_a_hidden_folder(scene: Scene) -> object:
    return os.listdir(scene.secret.parent)


@attempt(errno.EACCES)
def read_by_way_of_scratch(scene: Scene) -> object:
    return (scene.scratch / ".." / "hidden" / "secret.txt").read_text()


@attempt(errno.EACCES)
def read_by_a_link_in_the_submission(scene: Scene) -> object:
    return (scene.submission / "link.txt").read_text()


@attempt(errno.EACCES)
def read_below_a_path_descriptor(scene: Scene) -> object:
    folder = os.open(scene.secret.parent, os.O_PATH)
    return os.read(os.open("secret.txt", os.O_RDONLY, dir_fd=folder), 10)


@attempt(errno.EACCES)
def read_from_the_folder_itself(scene: Scene) -> object:
    before = os.getcwd()
    os.chdir(scene.secret.parent)
    try:
        return Path("secret.txt").read_text()
    finally:
        os.chdir(before)


@attempt(errno.EACCES)
def overwrite_a_hidden_file(scene: Scene) -> object:
    return (scene.folder / "hidden" / "other.txt").write_text("x")


@attempt(errno.EACCES)
def append_to_a_hidden_file(scene: Scene) -> object:
    return os.write(os.open(scene.folder / "hidden" / "other.txt", os.O_WRONLY | os.O_APPEND), b"x")


@attempt(errno.EACCES)
def create_a_file_outside(scene: Scene) -> object:
    return (scene.folder / "hidden" / "new.txt").write_text("x")


@attempt(errno.EACCES)
def create_a_temporary_file_outside(scene: Scene) -> object:
    return os.open(scene.folder / "hidden", os.O_TMPFILE | os.O_RDWR)


@attempt(errno.EACCES)
def make_a_folder_outside(scene: Scene) -> object:
    return (scene.folder / "hidden" / "new").mkdir()


@attempt(errno.EACCES)
def remove_a_file_outside(scene: Scene) -> object:
    return (scene.folder / "hidden" / "doomed.txt").unlink()


@attempt(errno.EACCES)
def remove_a_folder_outside(scene: Scene) -> object:
    return (scene.folder / "hidden" / "doomed").rmdir()


@attempt(errno.EACCES, errno.EXDEV)
def move_a_file_into_scratch(scene: Scene) -> object:
    return os.rename(scene.folder / "hidden" / "moved.txt", scene.scratch / "moved.txt")


@attempt(errno.EACCES, errno.EXDEV)
def move_a_file_out_of_scratch(scene: Scene) -> object:
    (scene.scratch / "mine.txt").write_text("x")
    return os.rename(scene.scratch / "mine.txt", scene.folder / "hidden" / "mine.txt")


@attempt(errno.EACCES)
def write_into_the_submission(scene: Scene) -> object:
    return os.open(scene.source, os.O_RDWR)


@attempt(errno.EPERM, errno.EACCES)
def empty_the_submission_by_truncating(scene: Scene) -> object:
    return system("truncate", os.fsencode(scene.submission / "notes.txt"), 0)


@attempt(errno.EPERM)
def empty_a_readable_file_by_opening_it(scene: Scene) -> object:
    return os.open(scene.submission / "notes.txt", os.O_RDONLY | os.O_TRUNC)


@attempt(errno.EPERM)
def open_with_access_mode_3(scene: Scene) -> object:
    return os.open(scene.submission / "notes.txt", 3)


@attempt(errno.ENOSYS)
def open_with_flags_in_memory(scene: Scene) -> object:
    how = (ctypes.c_uint64 * 3)(os.O_RDONLY, 0, 0)
    return system("openat2", -100, os.fsencode(scene.source), how, ctypes.sizeof(how))


@attempt("unchanged")
def change_the_mode_of_a_file(scene: Scene) -> object:
    path = scene.submission / "own.txt"
    before = path.stat().st_mode
    os.chmod(path, 0o640 if before & 0o007 else 0o666)
    return "unchanged" if path.stat().st_mode == before else "changed"


@attempt("unchanged")
def change_the_mode_by_descriptor(scene: Scene) -> object:
    path = scene.submission / "own.txt"
    before = path.stat().st_mode
    os.fchmod(os.open(path, os.O_RDONLY), 0o604 if before & 0o040 else 0o664)
    return "unchanged" if path.stat().st_mode == before else "changed"


@attempt("unchanged")
def change_the_time_of_a_file(scene: Scene) -> object:
    path = scene.submission / "own.txt"
    before = path.stat().st_mtime_ns
    os.utime(path, (1, 1))
    return "unchanged" if path.stat().st_mtime_ns == before else "changed"


@attempt(errno.EPERM)
def touch_a_file(scene: Scene) -> object:
    return os.utime(scene.submission / "own.txt")


@attempt(errno.EPERM)
def give_a_file_away(scene: Scene) -> object:
    return system("fchownat", -100, os.fsencode(scene.submission / "own.txt"), scene.uid, -1, 0)


@attempt(errno.EOPNOTSUPP, control=False)  # not every file system has extended attributes
def set_an_extended_attribute(scene: Scene) -> object:
    return os.setxattr(scene.submission / "own.txt", "user.note", b"x")


@attempt(errno.EPERM, control=False)
def set_flags_of_a_readable_file(scene: Scene) -> object:
    FS_IOC_SETFLAGS, FS_NODUMP = 0x40086602, 0x40
    return fcntl.ioctl(os.open(scene.submission / "own.txt", os.O_RDONLY), FS_IOC_SETFLAGS, FS_NODUMP)


@attempt(errno.EPERM)
def make_a_symbolic_link(scene: Scene) -> object:
    return os.symlink(scene.secret, scene.scratch / "symbolic")


@attempt(errno.EPERM)
def make_a_hard_link(scene: Scene) -> object:
    (scene.scratch / "linked.txt").write_text("x")
    return os.link(scene.scratch / "linked.txt", scene.scratch / "hard.txt")


@attempt(errno.EPERM)
def make_a_fifo(scene: Scene) -> object:
    return os.mkfifo(scene.scratch / "fifo")


@attempt(errno.EPERM, control=False)
def make_a_device(scene: Scene) -> object:
    return os.mknod(scene.scratch / "zero", 0o20666, os.makedev(1, 5))


@attempt(errno.EPERM)
def rename_with_flags(scene: Scene) -> object:
    for name in "ab":
        (scene.scratch / name).write_text("x")
    a, b = os.fsencode(scene.scratch / "a"), os.fsencode(scene.scratch / "b")
    return system("renameat2", -100, a, -100, b, 2)  # RENAME_EXCHANGE


@attempt(errno.EACCES)
def read_the_list_of_users(scene: Scene) -> object:
    return Path("/etc/passwd").read_text()


@attempt(errno.EACCES)
def read_its_environment(scene: Scene) -> object:
    return Path("/proc/self/environ").read_bytes()


@attempt(errno.EACCES)
def read_its_memory_map(scene: Scene) -> object:
    return Path("/proc/self/maps").read_text()


@attempt(errno.EACCES)
def open_its_memory(scene: Scene) -> object:
    return os.open("/proc/self/mem", os.O_RDWR)


@attempt(errno.EACCES)
def list_the_processes(scene: Scene) -> object:
    return os.listdir("/proc")


@attempt(errno.EACCES, errno.EPERM)
def read_the_environment_of_a_sibling(scene: Scene) -> object:
    return Path(f"/proc/{scene.victim}/environ").read_bytes()


@attempt(errno.EACCES, errno.EPERM)
def open_the_memory_of_a_sibling(scene: Scene) -> object:
    return os.open(f"/proc/{scene.victim}/mem", os.O_RDONLY)


@attempt(errno.EACCES, errno.EPERM)
def list_the_descriptors_of_a_sibling(scene: Scene) -> object:
    return os.listdir(f"/proc/{scene.victim}/fd")


@attempt(errno.EACCES, errno.EPERM, control=False)
def read_the_environment_of_the_parent(scene: Scene) -> object:
    return Path(f"/proc/{scene.parent}/environ").read_bytes()


@attempt(errno.EACCES, errno.EPERM, control=False)
def open_the_memory_of_the_parent(scene: Scene) -> object:
    return os.open(f"/proc/{scene.parent}/mem", os.O_RDONLY)


@attempt(errno.EACCES)
def leave_something_in_shared_memory(scene: Scene) -> object:
    path = f"/dev/shm/attempt-{os.getpid()}"
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR)
    os.unlink(path)
    return descriptor


@attempt(errno.EACCES)
def leave_something_in_the_temporary_folder(scene: Scene) -> object:
    path = f"/tmp/attempt-{os.getpid()}"
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR)
    os.unlink(path)
    return descriptor


@attempt(errno.EACCES)
def list_the_devices(scene: Scene) -> object:
    return os.listdir("/dev")


@attempt(errno.EACCES)
def list_the_root_folder(scene: Scene) -> object:
    return os.listdir("/")


@attempt(errno.EACCES)
def read_the_kernel_settings(scene: Scene) -> object:
    return os.listdir("/sys")


# Processes


@attempt(errno.EPERM)
def fork(scene: Scene) -> object:
    return ends(os.fork())


@attempt(errno.EPERM)
def clone_a_process(scene: Scene) -> object:
    return ends(system("clone", signal.SIGCHLD, 0, 0, 0, 0))


@attempt(errno.ENOSYS)
def clone_with_flags_in_memory(scene: Scene) -> object:
    arguments = (ctypes.c_uint64 * 11)(0, 0, 0, 0, signal.SIGCHLD)
    return ends(system("clone3", arguments, 64))


@attempt(errno.EPERM, control=False)
def clone_into_a_namespace(scene: Scene) -> object:
    CLONE_NEWUSER = 0x10000000
    return ends(system("clone", CLONE_NEWUSER | signal.SIGCHLD, 0, 0, 0, 0))


@attempt(errno.EPERM, control=False)
def clone_a_thread_into_a_namespace(scene: Scene) -> object:
    CLONE_VM_FS_FILES_SIGHAND_THREAD, CLONE_NEWNET = 0x10F00, 0x40000000
    return system("clone", CLONE_VM_FS_FILES_SIGHAND_THREAD | CLONE_NEWNET, 0, 0, 0, 0)


@attempt(errno.EPERM)
def start_a_program(scene: Scene) -> object:
    return subprocess.run(["/bin/true"], check=True).returncode


@attempt(errno.EPERM)
def spawn_a_program(scene: Scene) -> object:
    return os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)[1]


@attempt(-1, 32512)
def run_a_shell_command(scene: Scene) -> object:
    return os.system("true")


@attempt(errno.EPERM)
def start_a_multiprocessing_worker(scene: Scene) -> object:
    process = multiprocessing.get_context("fork").Process(target=int)
    process.start()
    return process.join()


@attempt(errno.EPERM, control=False)
def become_another_program(scene: Scene) -> object:
    return os.execv("/bin/true", ["true"])


@attempt(errno.EPERM, control=False)
def become_another_program_by_descriptor(scene: Scene) -> object:
    descriptor = os.open(sys.executable if os.access(sys.executable, os.R_OK) else os.__file__, os.O_PATH)
    return system("execveat", descriptor, b"", None, None, 0x1000)  # AT_EMPTY_PATH


@attempt(errno.EPERM)
def make_a_file_in_memory(scene: Scene) -> object:
    return os.memfd_create("program")


# Signals and other processes


@attempt(errno.EPERM)
def signal_a_sibling(scene: Scene) -> object:
    return os.kill(scene.victim, 0)


@attempt(errno.EPERM)
def signal_a_thread_of_a_sibling(scene: Scene) -> object:
    return system("tgkill", scene.victim, scene.victim, 0)


@attempt(errno.EPERM)
def signal_a_thread_by_number(scene: Scene) -> object:
    return system("tkill", scene.victim, 0)


@attempt(errno.EPERM, control=False)
def signal_the_parent(scene: Scene) -> object:
    return os.kill(scene.parent, 0)


@attempt(errno.EPERM)
def signal_everybody(scene: Scene) -> object:
    return os.kill(-1, 0)


@attempt(errno.EPERM)
def signal_the_group(scene: Scene) -> object:
    return os.kill(0, 0)


@attempt(errno.EPERM)
def queue_a_signal(scene: Scene) -> object:
    information = (ctypes.c_int * 32)(0, 0, -1)
    return system("rt_sigqueueinfo", scene.victim, 0, information)


@attempt(errno.EPERM)
def get_a_handle_on_a_sibling(scene: Scene) -> object:
    return os.pidfd_open(scene.victim)


@attempt(errno.EPERM)
def trace_a_sibling(scene: Scene) -> object:
    PTRACE_SEIZE, PTRACE_DETACH = 0x4206, 17
    system("ptrace", PTRACE_SEIZE, scene.victim, 0, 0)
    try:
        return system("ptrace", PTRACE_DETACH, scene.victim, 0, 0)
    except ProcessLookupError:  # detaching needs a stopped process; seizing worked
        return 0


@attempt(errno.EPERM, control=False)
def ask_to_be_traced(scene: Scene) -> object:
    return system("ptrace", 0, 0, 0, 0)


@attempt(errno.EPERM)
def read_the_memory_of_a_sibling(scene: Scene) -> object:
    """The sibling is a fork of the same interpreter, so what lies at an address here lies there too."""
    buffer = ctypes.create_string_buffer(8)
    local = (ctypes.c_uint64 * 2)(ctypes.addressof(buffer), 8)
    remote = (ctypes.c_uint64 * 2)(id(None), 8)
    return system("process_vm_readv", scene.victim, local, 1, remote, 1, 0)


@attempt(errno.EPERM, control=False)
def write_the_memory_of_a_sibling(scene: Scene) -> object:
    return system("process_vm_writev", scene.victim, 0, 0, 0, 0, 0)


@attempt(errno.EPERM)
def ask_for_the_group_of_a_sibling(scene: Scene) -> object:
    return os.getpgid(scene.victim)


@attempt(errno.EPERM)
def ask_for_the_processors_of_a_sibling(scene: Scene) -> object:
    return sorted(os.sched_getaffinity(scene.victim))


@attempt(errno.EPERM)
def pin_a_sibling_to_a_processor(scene: Scene) -> object:
    return os.sched_setaffinity(scene.victim, {next(iter(os.sched_getaffinity(0)))})


@attempt(errno.EPERM)
def slow_a_sibling_down(scene: Scene) -> object:
    return os.setpriority(os.PRIO_PROCESS, scene.victim, 19)


@attempt(errno.EPERM)
def read_the_limits_of_a_sibling(scene: Scene) -> object:
    return resource.prlimit(scene.victim, resource.RLIMIT_NOFILE)


@attempt(errno.EPERM)
def lower_the_limits_of_a_sibling(scene: Scene) -> object:
    return resource.prlimit(scene.victim, resource.RLIMIT_NICE, (0, 0))


@attempt("refused")
def change_its_own_limits(scene: Scene) -> object:
    try:
        resource.setrlimit(resource.RLIMIT_NICE, (0, 0))
    except ValueError as problem:  # how Python reports EPERM here
        return "refused" if "not allowed" in str(problem) else str(problem)
    return "changed"


# Identity


@attempt(errno.EPERM)
def set_its_uid(scene: Scene) -> object:
    return os.setuid(scene.uid)


@attempt(errno.EPERM, control=False)
def become_root(scene: Scene) -> object:
    return os.setresuid(0, 0, 0)


@attempt(errno.EPERM)
def set_its_group(scene: Scene) -> object:
    return os.setgid(os.getgid())


@attempt(errno.EPERM)
def become_readable(scene: Scene) -> object:
    PR_SET_DUMPABLE = 4
    return system("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0)


@attempt(errno.EPERM)
def outlive_the_parent(scene: Scene) -> object:
    PR_SET_PDEATHSIG = 1
    return system("prctl", PR_SET_PDEATHSIG, 0, 0, 0, 0)


@attempt(errno.EPERM, control=False)
def put_on_another_filter(scene: Scene) -> object:
    return system("seccomp", 1, 0, 0)


@attempt(errno.EPERM)
def change_its_personality(scene: Scene) -> object:
    return system("personality", 0xFFFFFFFF)


# Network and channels


@attempt(errno.EPERM)
def open_a_tcp_socket(scene: Scene) -> object:
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()


@attempt(errno.EPERM)
def open_a_udp_socket(scene: Scene) -> object:
    return socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).close()


@attempt(errno.EPERM)
def open_a_unix_socket(scene: Scene) -> object:
    return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).close()


@attempt(errno.EPERM)
def open_a_netlink_socket(scene: Scene) -> object:
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()


@attempt(errno.EPERM)
def send_to_a_named_socket_from_a_datagram_pair(scene: Scene) -> object:
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    return one.sendto(b"hello", os.fspath(scene.folder / "datagrams"))


@attempt(errno.EPERM)
def send_to_an_abstract_socket(scene: Scene) -> object:
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    return one.sendto(b"hello", f"\0{scene.folder}")


@attempt(errno.EISCONN, errno.EOPNOTSUPP, control=False)
def send_to_a_named_socket_from_a_stream_pair(scene: Scene) -> object:
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    return one.sendto(b"hello", os.fspath(scene.folder / "datagrams"))


@attempt(errno.EPERM)
def open_a_sequence_pair(scene: Scene) -> object:
    return [end.close() for end in socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)]


@attempt(errno.EPERM, control=False)
def connect_one_end_of_a_pair(scene: Scene) -> object:
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    return one.connect(os.fspath(scene.folder / "datagrams"))


@attempt(errno.EPERM)
def lock_a_readable_file(scene: Scene) -> object:
    return fcntl.flock(os.open(scene.source, os.O_RDONLY), fcntl.LOCK_SH)


@attempt(errno.EPERM)
def lock_a_range_of_a_file(scene: Scene) -> object:
    return fcntl.lockf(os.open(scene.source, os.O_RDONLY), fcntl.LOCK_SH)


@attempt(errno.EPERM)
def ask_who_locks_a_file(scene: Scene) -> object:
    return fcntl.fcntl(os.open(scene.source, os.O_RDONLY), fcntl.F_GETLK, bytes(32))


@attempt(errno.EPERM)
def lock_an_open_file(scene: Scene) -> object:
    F_OFD_SETLK = 37
    return fcntl.fcntl(os.open(scene.source, os.O_RDONLY), F_OFD_SETLK, bytes(32))


@attempt(errno.EPERM)
def have_a_sibling_signalled_on_input(scene: Scene) -> object:
    reading, _ = os.pipe()
    return fcntl.fcntl(reading, fcntl.F_SETOWN, scene.victim)


@attempt(errno.EPERM, control=False)
def take_a_lease_on_a_file(scene: Scene) -> object:
    return fcntl.fcntl(os.open(scene.source, os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK)


@attempt(errno.EPERM)
def watch_a_folder_by_descriptor(scene: Scene) -> object:
    return fcntl.fcntl(os.open(scene.submission, os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_CREATE)


@attempt(errno.EPERM)
def watch_a_folder(scene: Scene) -> object:
    return os.close(system("inotify_init1", 0))


@attempt(errno.EPERM, control=False)
def type_into_a_terminal(scene: Scene) -> object:
    TIOCSTI = 0x5412
    return fcntl.ioctl(0, TIOCSTI, b"x")


@attempt(errno.EPERM, control=False)
def paste_into_a_terminal(scene: Scene) -> object:
    TIOCLINUX = 0x541C
    return fcntl.ioctl(0, TIOCLINUX, b"\3")


@attempt(errno.EPERM)
def make_a_shared_memory_segment(scene: Scene) -> object:
    segment = system("shmget", 0, 4096, 0o1600)  # IPC_PRIVATE, IPC_CREAT
    return libc.shmctl(segment, 0, None)  # IPC_RMID


# Code of another calling convention: the kernel ends the process


def _call_by_x32() -> object:
    return libc.syscall(ctypes.c_long(0x40000000 | 39))


def _call_by_int_80() -> object:
    """mov eax, 20 (getpid for 32-bit code); int 0x80; ret"""
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()


DEADLY = {"call_by_x32": _call_by_x32, "call_by_int_80": _call_by_int_80} if COLUMN == 0 else {}

# Calls whose arguments do not matter: the filter answers before the kernel looks at them

BY_NAME = """
        vfork execve linkat symlinkat mknodat fanotify_init chroot pivot_root rt_tgsigqueueinfo
    pidfd_send_signal     pidfd_getfd kcmp process_madvise process_mrelease setresgid setgroups capset
    sched_setattr setpgid setsid socket     bind listen accept4 semget msgget mq_open mount umount2 unshare
    setns bpf perf_event_open io_uring_setup io_setup     keyctl add_key request_key userfaultfd init_module
    finit_module kexec_load reboot swapon syslog sethostname     settimeofday clock_settime adjtimex acct
    quotactl memfd_secret landlock_create_ruleset vmsplice splice fsopen     open_tree move_mount sync mlock
    mlockall signalfd4 remap_file_pages migrate_pages move_pages vhangup     lookup_dcookie iopl ioperm
    modify_ldt
"""
for _name in BY_NAME.split():
    if _name in NUMBER:
        ATTEMPTS[f"system_call_{_name}"] = Attempt(
            lambda scene, name=_name: system(name, 0, 0, 0, 0, 0, 0), (errno.EPERM,), control=False
        )


def outcome(action: Callable[[], Any]) -> tuple[str, Any]:
    """What came of one attempt."""
    try:
        value = action()
    except OSError as problem:
        return "refused", problem.errno
    return "done", value if isinstance(value, int | str | type(None)) else repr(value)[:80]


def run_all(scene: Scene, *, only_control: bool) -> dict[str, tuple[str, Any]]:
    """Every attempt, or those that must succeed without confinement."""
    return {
        name: outcome(lambda attempt=attempt: attempt.action(scene))  # type: ignore[misc]
        for name, attempt in ATTEMPTS.items()
        if attempt.control or not only_control
    }
