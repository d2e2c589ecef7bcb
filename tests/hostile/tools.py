"""What the attacks share. A copy of this file lies in every hostile submission, beside the facts about its victims.

Each attempt leaves a line in the submission's output, so that a test can tell that it was really made:

    ATTEMPT fork: refused with PermissionError 1
    ATTEMPT read a secret: DONE 'the secret'
"""

import ctypes
import os
import platform

import facts

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long

NUMBERS = {  # x86-64, aarch64
    "clone": (56, 220),
    "vfork": (58, 58),
    "clone3": (435, 435),
    "execveat": (322, 281),
    "memfd_create": (319, 279),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "kcmp": (312, 272),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "unshare": (272, 97),
    "mount": (165, 40),
    "io_uring_setup": (425, 425),
    "bpf": (321, 280),
    "keyctl": (250, 219),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "openat2": (437, 437),
}


def attempt(name, action):
    """Make an attempt and tell how it went."""
    try:
        value = action()
    except BaseException as problem:
        print(f"ATTEMPT {name}: refused with {type(problem).__name__} {getattr(problem, 'errno', '')}")
    else:
        print(f"ATTEMPT {name}: DONE {str(value)[:60]!r}")


def system(name, *arguments):
    """A system call by name, without the C library's help."""
    number = NUMBERS[name][platform.machine() == "aarch64"]
    converted = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result = libc.syscall(ctypes.c_long(number), *converted)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result


def read(path):
    """The start of a file."""
    with open(path, "rb") as file:
        return file.read(200)


def write(path, data=b"attacked"):
    with open(path, "wb") as file:
        return file.write(data)


def child(pid):
    """The end of a child, should there ever be one."""
    if pid == 0:
        write(f"{facts.VICTIM}/free/from-a-child")
        os._exit(0)
    return os.waitpid(pid, 0)


def send(body, length=None):
    """A frame on the worker's own channel to the judge."""
    rest = memoryview((len(body) if length is None else length).to_bytes(8, "little") + body)
    while rest:
        rest = rest[os.write(4, rest[: 1 << 16]) :]


def packed(value):
    """MessagePack; a reply is [value, raised, changed, aliases, operators]."""
    import msgspec

    return msgspec.msgpack.encode(value)


def forge(value, changed=(), aliases=()):
    """Send a whole reply."""
    send(packed([value, None, changed, aliases]))


def tensor(dtype, shape, data):
    """An array as it crosses the channel."""
    return [1, dtype, shape, data, "numpy"]
