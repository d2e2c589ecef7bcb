"""Hostile submissions as a table. Each is a corr2d.py; `{victim}` and `{judge}` are filled in by the test.

DENIED   operations that must fail in a worker; the code around them is a right solution and keeps its marks
CHEATS   wrong solutions that try to earn points all the same; each must end with 0 points
BOMBS    code that exhausts something; each must end with a finding that names what happened
"""

from __future__ import annotations

from typing import NamedTuple

RIGHT = """
import torch
def corr2d(X, K):
    h, w = K.shape
    Y = torch.zeros(X.shape[0] - h + 1, X.shape[1] - w + 1)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y
"""

TRIED = """
import ctypes, os, socket, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)
def raw(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")
def attempt():
{body}
try:
    got = attempt()
    print("GOT AWAY WITH", repr(got)[:200])
except BaseException as problem:
    print("DENIED", type(problem).__name__)
"""

# name -> the body of a function that must raise
DENIED: dict[str, str] = {
    # files
    "read_passwd": "return open('/etc/passwd').read()",
    "read_shadow": "return open('/etc/shadow').read()",
    "read_victim": "return open('{victim}/secret.txt').read()",
    "write_victim": "open('{victim}/secret.txt', 'w').write('pwned')",
    "truncate_victim": "os.close(os.open('{victim}/secret.txt', os.O_RDONLY | os.O_TRUNC))",
    "delete_victim": "os.unlink('{victim}/secret.txt')",
    "rename_victim": "os.rename('{victim}/secret.txt', '{victim}/gone.txt')",
    "link_victim": "os.link('{victim}/secret.txt', 'copy.txt'); return open('copy.txt').read()",
    "symlink_victim": "os.symlink('{victim}/secret.txt', 'copy.txt'); return open('copy.txt').read()",
    "list_victim": "return os.listdir('{victim}')",
    "list_submissions": "return os.listdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))",
    "change_own_file": "open(__file__, 'a').write('# more')",
    "import_rubric": "import grader.rubric.corr2d as r; return r",
    "import_reference": "import reference.corr2d as r; return r",
    "read_rubric": "return open('{package}/rubric/corr2d.py').read()",
    "read_reference": "return open('{package}/../reference/corr2d.py').read()",
    "read_planted": "return open('{package}/../tests/planted/corr2d/right_plain/corr2d.py').read()",
    "read_home": "return os.listdir(os.path.expanduser('~root'))",
    "read_data_labels": "return os.listdir('{package}/../tests')",
    "make_fifo": "os.mkfifo('/tmp/fifo-of-a-student')",
    "make_device": "os.mknod('null', 0o020666, os.makedev(1, 3))",
    "write_tmp": "open('/tmp/left-by-a-student', 'w').write('x')",
    "write_shm": "open('/dev/shm/left-by-a-student', 'w').write('x')",
    "chdir_root_and_list": "os.chdir('/'); return os.listdir('.')",
    # processes
    "read_judge_environment": "return open('/proc/{judge}/environ').read()",
    "read_judge_memory": "return open('/proc/{judge}/mem', 'rb').read(1)",
    "read_judge_descriptors": "return os.listdir('/proc/{judge}/fd')",
    "read_parent_maps": "return open('/proc/' + str(os.getppid()) + '/maps').read()",
    "kill_judge": "os.kill({judge}, 9)",
    "kill_parent": "os.kill(os.getppid(), 9)",
    "kill_everything": "os.kill(-1, 9)",
    "kill_group_of_parent": "os.killpg(os.getpgid(os.getppid()), 9)",
    "ptrace_parent": "raw(101, 16, os.getppid(), 0, 0)",
    "read_memory_of_parent": "raw(310, os.getppid(), 0, 0, 0, 0, 0); raise OSError",
    "fork": "return os.fork() or os._exit(0)",
    "vfork": "raw(58)",
    "clone_a_process": "raw(56, 17, 0, 0, 0, 0)",
    "subprocess": "return subprocess.run(['/bin/true'])",
    "posix_spawn": "return os.posix_spawn('/bin/true', ['true'], {{}})",
    "exec": "os.execv('/bin/true', ['true'])",
    "multiprocessing": "import multiprocessing as m; p = m.get_context('fork').Process(target=print); p.start()",
    "unshare_users": "raw(272, 0x10000000)",
    "mount": "raw(165, b'none', b'/tmp', b'tmpfs', 0, 0)",
    "become_root": "os.setuid(0) if os.getuid() else os._exit(7)",
    "raise_limits": "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (1 << 20, 1 << 20))",
    "set_priority_of_judge": "os.setpriority(os.PRIO_PROCESS, {judge}, 19)",
    # sockets and kernel
    "socket_inet": "socket.socket().connect(('127.0.0.1', 9))",
    "socket_udp": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "socket_unix": "socket.socket(socket.AF_UNIX)",
    "socket_netlink": "socket.socket(16, 3, 0)",
    "socketpair_datagrams": "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)",
    "resolve_a_name": "return socket.getaddrinfo('example.org', 80)",
    "io_uring": "raw(425, 8, 0)",
    "bpf": "raw(321, 0, 0, 0)",
    "keyring": "raw(250, 0, 0)",
    "perf_event": "raw(298, 0, 0, -1, -1, 0)",
    "userfaultfd": "raw(323, 0)",
    "lock_a_file": "import fcntl; fcntl.flock(os.open(__file__, os.O_RDONLY), fcntl.LOCK_EX)",
    "signals_on_input": "import fcntl; fcntl.fcntl(3, 8, {judge})",
    "type_into_terminal": "import fcntl; fcntl.ioctl(0, 0x5412, b'x')",
    "message_queue": "raw(240, b'q', 0o102, 0o600, 0)",
    "shared_memory": "raw(29, 1234, 4096, 0o1600)",
    "memfd_and_exec": "f = os.memfd_create('x'); os.execve(f, ['x'], {{}})",
}

FORGE = "import os, struct\n"


class Attack(NamedTuple):
    """A hostile file, and words that prove that it ran: in what it printed or in a finding."""

    code: str
    proof: str


CHEATS: dict[str, Attack] = {
    "exit_zero": Attack("import os\nos._exit(0)", "ended the process with exit status 0"),
    "exit_in_call": Attack(
        "import os\ndef corr2d(X, K): os._exit(0)", "exit status 0 while corr2d(X, K) was being called"
    ),
    "sys_exit": Attack("import sys\ndef corr2d(X, K): sys.exit(0)", "asked Python to exit"),
    "keyboard_interrupt": Attack("def corr2d(X, K): raise KeyboardInterrupt", "raised KeyboardInterrupt"),
    "own_base_exception": Attack(
        "class Passed(BaseException):\n    def __str__(self): raise self\n    __repr__ = __str__\n"
        "def corr2d(X, K): raise Passed",
        "raised Passed",
    ),
    "assertion_of_success": Attack(
        "def corr2d(X, K): raise AssertionError('PASSED all 4 points')", "raised AssertionError"
    ),
    "endless_str": Attack(
        "class Slow(Exception):\n    def __str__(self):\n        while True: pass\ndef corr2d(X, K): raise Slow",
        "stopped at the limit",
    ),
    "equal_to_all": Attack(
        "class Equal:\n    def __eq__(self, other): return True\n    shape = (1, 1)\n    dtype = 'float32'\n"
        "    def __array__(self, *a, **k): raise SystemExit(0)\ndef corr2d(X, K): return Equal()",
        "an object of type Equal",
    ),
    "lying_subclass": Attack(
        "import numpy as np\nclass Lie(np.ndarray):\n    shape = (3, 3)\n    def __eq__(self, other): return True\n"
        "def corr2d(X, K): return np.zeros((1, 1)).view(Lie)",
        "shape",
    ),
    "torch_function": Attack(
        "import torch\nclass Lie(torch.Tensor):\n    @classmethod\n    def __torch_function__(cls, f, t, a=(), k=None): return True\n"
        "def corr2d(X, K): return torch.zeros(2, 2).as_subclass(Lie)",
        "",
    ),
    "patched_allclose": Attack(
        "import numpy as np, torch\nfor m in (np, torch):\n    m.allclose = lambda *a, **k: True\nnp.abs = np.isfinite = lambda x: x\n"
        "print('patched')\ndef corr2d(X, K): return X * 0",
        "patched",
    ),
    "patched_time_and_pickle": Attack(
        "import time, pickle\ntime.monotonic = time.perf_counter = lambda: 0.0\npickle.loads = lambda b: 1\nprint('patched')\n"
        "def corr2d(X, K): return X * 0",
        "patched",
    ),
    "walk_for_answers": Attack(
        "import gc, sys\nfound = [o for o in gc.get_objects() if type(o).__name__ in ('Check', 'Exercise', 'Bank')]\n"
        "print('found', len(found), sorted(m for m in sys.modules if 'rubric' in m or m == 'hypothesis'))\n"
        "def corr2d(X, K): return X * 0",
        "found 0 []",
    ),
    "frames_for_answers": Attack(
        "import sys\ndef corr2d(X, K):\n    f, names = sys._getframe(), set()\n    while f:\n        names |= set(f.f_locals)\n"
        "        f = f.f_back\n    print('names', sorted(names & {'expected', 'answer', 'wanted', 'rubric', 'bank'}))\n    return X * 0",
        "names []",
    ),
    "garbage_frame": Attack(FORGE + "os.write(4, b'\\xff' * 64)\ndef corr2d(X, K): return X", "own channel"),
    "oversized_frame": Attack(
        FORGE + "os.write(4, struct.pack('<Q', 1 << 40))\ndef corr2d(X, K): return X", "own channel"
    ),
    "half_a_frame": Attack(FORGE + "os.write(4, b'\\x10')\nwhile True: pass", "stopped at the limit"),
    "slow_drip": Attack(
        FORGE
        + "import time\nos.write(4, struct.pack('<Q', 1000))\nwhile True:\n    os.write(4, b'x'); time.sleep(0.2)",
        "stopped at the limit",
    ),
    "forged_empty_reply": Attack(
        FORGE + "os.write(4, struct.pack('<Q', 1) + b'\\x90')\ndef corr2d(X, K): return X * 0", ""
    ),
    "close_the_pipe": Attack(
        "import os\nos.closerange(3, 100)\ndef corr2d(X, K): return X * 0", "while corr2d.py was being imported"
    ),
    "stop_itself": Attack(
        "import os, signal\ndef corr2d(X, K): os.kill(os.getpid(), signal.SIGSTOP)", "stopped at the limit"
    ),
    "kill_itself": Attack("import os\ndef corr2d(X, K): os.kill(os.getpid(), 9)", "SIGKILL"),
    "segfault": Attack("import ctypes\ndef corr2d(X, K): ctypes.string_at(0)", "SIGSEGV"),
    "abort": Attack("import os\ndef corr2d(X, K): os.abort()", "SIGABRT"),
    "atexit_prints": Attack(
        "import atexit\natexit.register(print, 'PASSED corr2d.values 4/4')\nprint('registered')\ndef corr2d(X, K): return X * 0",
        "registered",
    ),
    "thread_answers_later": Attack(
        "import os, threading, time\ndef later():\n    time.sleep(0.05)\n    os.write(4, b'\\0' * 4096)\n"
        "def corr2d(X, K):\n    threading.Thread(target=later, daemon=True).start()\n    print('started')\n    return X * 0",
        "started",
    ),
    "forged_lines": Attack(
        "print('\\x1b[2J\\x1b[32mPASSED\\x1b[0m corr2d.values 4/4\\n::error::x\\n::add-mask::y\\n<script>alert(1)</script>')\n"
        "def corr2d(X, K): return X * 0",
        "PASSED",
    ),
    "huge_integers": Attack("def corr2d(X, K): return [[10 ** 400]]", ""),
    "nested_forever": Attack("def corr2d(X, K):\n    a = []\n    a.append(a)\n    return a", ""),
    "infinite_generator": Attack("import itertools\ndef corr2d(X, K): return itertools.count()", "stopped at"),
    "nan_everywhere": Attack("def corr2d(X, K): return X * float('nan')", "shape"),
    "object_array": Attack("import numpy as np\ndef corr2d(X, K): return np.array([[None]])", ""),
    "zero_dimension": Attack("import numpy as np\ndef corr2d(X, K): return np.zeros((0, 1 << 20, 1 << 10))", "shape"),
    "big_endian": Attack("import numpy as np\ndef corr2d(X, K): return np.zeros((3, 3), dtype='>f4')", ""),
    "not_utf8": Attack("def corr2d(X, K): return '\\udcff'", "string"),
    "hostile_name_in_traceback": Attack(
        "def corr2d(X, K): exec(compile('1/0', '<b>&\\x1b[31m', 'exec'))", "ZeroDivisionError"
    ),
    "reads_hidden_expectation": Attack(
        "import sys\ndef corr2d(X, K):\n    print([k for k in dir(sys.modules['__main__']) if 'expect' in k])\n    return X * 0",
        "[]",
    ),
    "patched_import": Attack(
        "import builtins\nbuiltins.__import__ = lambda *a, **k: None\nprint('patched')\ndef corr2d(X, K): return X * 0",
        "patched",
    ),
    "no_stdout": Attack("import sys\nsys.stdout = sys.stderr = None\ndef corr2d(X, K): return X * 0", ""),
    "recursion": Attack("def corr2d(X, K): return corr2d(X, K)", "RecursionError"),
}

BOMBS: dict[str, Attack] = {
    "endless_loop": Attack("def corr2d(X, K):\n    while True: pass", "stopped at the limit"),
    "endless_import": Attack("while True: pass", "stopped at the limit"),
    "sleep": Attack("import time\ndef corr2d(X, K): time.sleep(1000)", "stopped at the limit"),
    "memory": Attack("def corr2d(X, K):\n    a = []\n    while True: a.append(bytearray(1 << 24))", "emory"),
    "memory_at_once": Attack("import numpy as np\ndef corr2d(X, K): return np.ones((1 << 17, 1 << 17))", "emory"),
    "prints": Attack("def corr2d(X, K):\n    while True: print('x' * 1000)", "stopped at the limit"),
    "threads": Attack(
        "import threading, time\ndef corr2d(X, K):\n    for _ in range(100000): threading.Thread(target=time.sleep, args=(9,)).start()",
        "",
    ),
    "descriptors": Attack("import os\ndef corr2d(X, K):\n    return [os.dup(0) for _ in range(100000)]", "OSError"),
    "disk": Attack(
        "def corr2d(X, K):\n    for i in range(100000): open(str(i), 'wb').write(bytes(1 << 20))", "OSError"
    ),
    "many_files": Attack("def corr2d(X, K):\n    for i in range(10000000): open(str(i), 'w').close()", ""),
    "huge_answer": Attack("import torch\ndef corr2d(X, K): return torch.zeros(2048, 2048)", "over the limit of"),
    "many_items": Attack("def corr2d(X, K): return [[0.0] * 1000] * 1000", ""),
    "stack": Attack("import sys\nsys.setrecursionlimit(10**9)\ndef corr2d(X, K): return corr2d(X, K)", ""),
    "regex": Attack("import re\ndef corr2d(X, K): return re.match('(a*)*b', 'a' * 60)", "stopped at the limit"),
}
