"""The hostile submissions, group by group: what each does, what must be seen of it, and what it may earn.

Every attack knows all there is to know: the facts that `stage` writes beside its code (process numbers of judge,
nursery and a sibling, where secrets, victims and the rubric lie) and the tools in `tools.py`.
"""

from __future__ import annotations

import textwrap
from typing import NamedTuple

from tests.hostile import artefacts

ALL, NOTHING = "all", "nothing"  # of the points for corr2d
RIGHT = """
import torch

def corr2d(X, K):
    X, K = torch.as_tensor(X), torch.as_tensor(K)
    kind = torch.result_type(X, K)
    windows = X.to(kind).unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1)
    return (windows * K.to(kind)).sum((2, 3))
"""
WRONG = """
import torch

def corr2d(X, K):
    return torch.zeros(X.shape[0] - K.shape[0] + 1, X.shape[1] - K.shape[1] + 1)
"""


class Attack(NamedTuple):
    """One hostile submission."""

    group: str
    name: str
    files: dict[str, str | bytes]
    earns: str | frozenset[str]  # ALL, NOTHING, or the only checks that may pass
    seen: tuple[str, ...]  # must all be in what it printed or in its findings; of "a or b" either
    attempts: tuple[str, ...]  # names of attempts that must have been made and refused
    harmless: tuple[str, ...]  # names of attempts that may succeed: nothing outside may change all the same


ATTACKS: dict[str, Attack] = {}
ZEROS = frozenset({"corr2d.shape"})


def attack(
    group: str,
    name: str,
    code: str,
    *,
    earns: str | frozenset[str] = NOTHING,
    seen: str | tuple[str, ...] = (),
    attempts: str = "",
    harmless: str = "",
    artefacts: dict[str, bytes] | None = None,
    **more: str,
) -> None:
    """Register an attack by its corr2d.py, or by other files when `code` is empty. Names of attempts stand between bars."""
    files: dict[str, str | bytes] = {f"{file}.py": textwrap.dedent(text) for file, text in more.items()}
    files |= artefacts or {}
    if code:
        files["corr2d.py"] = "import os, sys\nimport facts\nfrom tools import *\n" + textwrap.dedent(code)
    ATTACKS[name] = Attack(
        group,
        name,
        files,
        earns,
        (seen,) if isinstance(seen, str) else seen,
        tuple(filter(None, map(str.strip, attempts.split("|")))),
        tuple(filter(None, map(str.strip, harmless.split("|")))),
    )


def plain(code: str) -> str:
    return textwrap.dedent(code)


def in_call(body: str) -> str:
    """A corr2d that does nothing but `body`."""
    return "def corr2d(X, K):\n" + textwrap.indent(textwrap.dedent(body).strip(), "    ") + "\n"


# ------------------------------------------------------------------------------------ ends: how a process can stop

attack("ends", "exit_0_at_import", "print('going'); os._exit(0)", seen=("going", "exit status 0"))
attack("ends", "exit_0_in_call", in_call("os._exit(0)"), seen="exit status 0")
attack("ends", "system_exit_0_in_call", in_call("raise SystemExit(0)"), seen="asked Python to exit")
attack("ends", "system_exit_at_import", "raise SystemExit('PASSED')", seen="asked Python to exit")
attack("ends", "keyboard_interrupt", in_call("raise KeyboardInterrupt('stop the grader')"), seen="KeyboardInterrupt")
attack("ends", "generator_exit", in_call("raise GeneratorExit"), seen="GeneratorExit")
attack(
    "ends",
    "exception_without_words",
    plain(
        """
    class Hostile(BaseException):
        def __str__(self): raise self
        __repr__ = __str__
    """
    )
    + in_call("raise Hostile"),
    seen=("Hostile", "could not be turned into text"),
)
attack(
    "ends",
    "exception_whose_text_never_ends",
    plain(
        """
    class Endless(Exception):
        def __str__(self):
            while True: pass
    """
    )
    + in_call("raise Endless"),
    seen="stopped at the limit of 1 s",
)
attack("ends", "exception_with_much_text", in_call("raise ValueError('x' * 50_000_000)"), seen=": xxxx")
attack(
    "ends",
    "exception_whose_type_has_no_name",
    plain(
        """
    class Meta(type):
        @property
        def __name__(cls): raise RuntimeError('nameless')
    class Nameless(Exception, metaclass=Meta): pass
    print('made', isinstance(Nameless(), Exception))
    """
    )
    + in_call("raise Nameless"),
    seen=("made True", "exit status 1"),
)
attack(
    "ends",
    "exceptions_in_a_ring",
    in_call(
        """
        one, two = ValueError('one'), ValueError('two')
        one.__cause__, two.__cause__ = two, one
        raise ExceptionGroup('ring', [one, two])
        """
    ),
    seen="ring",
)
attack(
    "ends",
    "assertion_of_the_grader",
    in_call("raise AssertionError('the check holds')"),
    seen=": the check holds",
)
attack("ends", "stop_iteration", in_call("raise StopIteration('all replies are there')"), seen="StopIteration")
attack("ends", "memory_error", in_call("raise MemoryError('of the judge')"), seen="MemoryError")
attack("ends", "segmentation_fault", in_call("import ctypes; ctypes.string_at(0)"), seen="SIGSEGV")
attack("ends", "abort", in_call("os.abort()"), seen="SIGABRT")
attack("ends", "kill_itself", in_call("os.kill(os.getpid(), 9)"), seen="SIGKILL")
attack("ends", "terminate_itself", in_call("os.kill(os.getpid(), 15)"), seen="SIGTERM")
attack("ends", "stop_itself", in_call("os.kill(os.getpid(), 19); print('woken')"), seen="stopped at the limit of 1 s")
attack("ends", "signal_without_a_name", in_call("os.kill(os.getpid(), 40)"), seen="SIG40")
attack(
    "ends",
    "deep_recursion",
    "sys.setrecursionlimit(10**9)\n" + in_call("return corr2d(X, K)"),
    seen="corr2d",
)
attack(
    "ends",
    "numpy_out_of_bounds",
    in_call(
        """
        import numpy as np
        return np.lib.stride_tricks.as_strided(np.zeros(1), (1 << 30,), (1 << 20,)).sum()
        """
    ),
    seen="SIGSEGV",
)
attack(
    "ends",
    "hooks_at_the_end",
    RIGHT
    + """
import atexit, gc, threading, weakref
class Last:
    def __del__(self): print('last words'); forge(None)
last = Last()
atexit.register(lambda: [forge(None) for _ in range(100)])
weakref.finalize(last, forge, None)
gc.callbacks.append(lambda *_: None)
sys.excepthook = sys.unraisablehook = threading.excepthook = lambda *_: os._exit(0)
print('hooked')
""",
    earns=ALL,
    seen="hooked",
)

# ---------------------------------------------------------------------------------------- lies: results that pretend

attack(
    "lies",
    "equal_to_everything",
    plain(
        """
    class Yes:
        shape, dtype, ndim, size = (3, 3), 'float64', 2, 9
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        def __le__(self, other): return True
        __lt__ = __ge__ = __gt__ = __le__
        def __sub__(self, other): return 0
        __rsub__ = __abs__ = __sub__
        def __bool__(self): return True
        def __array__(self, *args, **kwargs): raise SystemExit(0)
    """
    )
    + in_call("return Yes()"),
    seen="type Yes",
)
attack(
    "lies",
    "array_by_protocol",
    plain(
        """
    class Array:
        __array_priority__ = 1e9
        def __array_ufunc__(self, *args, **kwargs): return True
        def __array_function__(self, *args, **kwargs): return True
        @property
        def __array_interface__(self): os._exit(0)
    """
    )
    + in_call("return Array()"),
    seen="type Array",
)
attack(
    "lies",
    "array_subclass",
    plain(
        """
    import numpy as np
    class Liar(np.ndarray):
        shape = property(lambda self: (1, 1))
        dtype = property(lambda self: np.dtype('float32'))
        size = property(lambda self: 0)
        def __eq__(self, other): return np.True_
        def __array_ufunc__(self, *args, **kwargs): return np.zeros(())
        def __array_finalize__(self, other): pass
        def tobytes(self, *args): return b''
        def astype(self, *args): return self
        def __reduce__(self): return os._exit, (0,)
    """
    )
    + in_call("return np.full((2, 2), 7.0).view(Liar)"),
    seen="the result has shape (2, 2)",
)
attack(
    "lies",
    "tensor_subclass",
    plain(
        """
    import torch
    class Liar(torch.Tensor):
        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):
            return torch.zeros(()) if kwargs else True
        shape = property(lambda self: torch.Size([3, 3]))
        def detach(self): return self
        def cpu(self): return self
        def numpy(self): os._exit(0)
    """
    )
    + in_call("return torch.ones(2, 2).as_subclass(Liar)"),
    seen="corr2d",
)
attack(
    "lies",
    "tensor_that_dispatches",
    plain(
        """
    import torch
    class Dispatching(torch.Tensor):
        @staticmethod
        def __new__(cls): return torch.Tensor._make_wrapper_subclass(cls, (3, 3))
        @classmethod
        def __torch_dispatch__(cls, function, types, args=(), kwargs=None): return torch.zeros(3, 3)
    """
    )
    + in_call("return Dispatching()"),
    seen="corr2d",
)
attack(
    "lies",
    "class_that_claims_to_be_an_array",
    plain(
        """
    import numpy as np
    class Claim:
        __class__ = property(lambda self: np.ndarray)
    """
    )
    + in_call("return Claim()"),
    seen="RecursionError",
)
attack(
    "lies",
    "numbers_and_lists_that_lie",
    plain(
        """
    class Number(float):
        def __eq__(self, other): return True
    class List(list):
        def __iter__(self): return iter([[0.0]])
        def __len__(self): return 10**9
    class Text(str):
        def __getitem__(self, key): return 'x' * 10**7
        def encode(self, *args): return b'x' * 10**7
    kinds = [Number(1), List([1]), Text('a'), {Text('k'): Number(1)}]
    """
    )
    + in_call("return kinds[X.shape[0] % 4]"),
    seen="corr2d",
)
attack(
    "lies",
    "two_thousand_million_empty_rows",
    in_call("import torch; return torch.empty(2_000_000_000, 0)"),
    seen="shape (2000000000, 0) is not allowed",
)
attack(
    "lies",
    "thirty_million_axes_deep",
    in_call("import numpy as np; return np.zeros((30 << 20, 1, 1, 1, 1, 1, 1, 1), dtype='int8')"),
    seen="array of 30 MiB",
)
attack("lies", "endless_generator", in_call("return (0.0 for _ in iter(int, 1))"), seen="limit")
attack("lies", "list_that_contains_itself", in_call("ring = []; ring.append(ring); return ring"), seen="a list of 1")
attack("lies", "list_of_ten_million", in_call("return [0.0] * 10_000_000"), seen="limit")
attack(
    "lies", "array_over_the_limit", in_call("import numpy as np; return np.zeros(20 << 20)"), seen="array of 160 MiB"
)
attack(
    "lies",
    "array_of_objects_that_exit",
    in_call(
        """
    import numpy as np
    class Leaves:
        def __float__(self): os._exit(0)
        __int__ = __index__ = __array__ = __float__
    return np.array([Leaves()], dtype=object)
    """
    ),
    seen="corr2d",
)
attack(
    "lies",
    "unpickled_by_nobody",
    in_call(
        """
    class Bomb:
        def __reduce__(self): return os.system, (f'touch {facts.VICTIM}/free/pickled',)
    return Bomb()
    """
    ),
    seen="type Bomb",
)

# ---------------------------------------------------------------------------------- patches: libraries turned around

attack(
    "patches",
    "numpy",
    WRONG
    + """
import numpy as np
np.allclose = np.array_equal = np.all = lambda *a, **k: True
np.abs = np.subtract = lambda *a, **k: 0
np.frombuffer = lambda *a, **k: None
np.ascontiguousarray = lambda a: np.zeros_like(a)
np.testing.assert_allclose = lambda *a, **k: None
print('patched')
""",
    seen="patched",
)
attack(
    "patches",
    "torch",
    WRONG
    + """
torch.allclose = torch.equal = torch.testing.assert_close = lambda *a, **k: True
torch.Tensor.__eq__ = lambda *a: True
torch.Tensor.numpy = lambda self: __import__('numpy').zeros(self.shape)
print('patched')
""",
    earns=ZEROS,
    seen="patched",
)
attack(
    "patches",
    "hypothesis",
    WRONG
    + """
import hypothesis
hypothesis.given = lambda *a, **k: lambda test: lambda *a, **k: None
hypothesis.settings = lambda *a, **k: lambda test: test
hypothesis.seed = lambda number: lambda test: lambda *a: None
print('patched')
""",
    earns=ZEROS,
    seen="patched",
)
attack(
    "patches",
    "clocks",
    plain(
        """
    import time
    time.monotonic = time.perf_counter = time.time = lambda: 0.0
    time.sleep = lambda seconds: None
    print('patched')
    """
    )
    + in_call("while True: pass"),
    seen=("patched", "stopped at the limit of 1 s"),
)
attack(
    "patches",
    "pickle_and_json",
    WRONG
    + """
import json, marshal, pickle
for module in (json, marshal, pickle):
    module.loads = module.load = module.dumps = module.dump = lambda *a, **k: True
print('patched')
""",
    earns=ZEROS,
    seen="patched",
)
attack(
    "patches",
    "builtins",
    plain(
        """
    import builtins
    print('patched')
    builtins.isinstance = builtins.issubclass = lambda *a: True
    builtins.len = lambda thing: 0
    builtins.open = builtins.__import__ = builtins.type = builtins.str = None
    """
    )
    + in_call("return 0"),
    seen="patched",
)
attack(
    "patches",
    "modules",
    WRONG
    + """
class Yes:
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
for name in ('grader', 'grader.authoring.expect', 'grader.judge', 'reference', 'reference.corr2d', 'msgspec'):
    sys.modules[name] = Yes()
sys.meta_path.insert(0, Yes())
print('patched')
""",
    earns=ZEROS,
    seen="patched",
)
attack(
    "patches",
    "worker_found_through_gc",
    WRONG
    + """
import gc
modules = [o for o in gc.get_objects() if isinstance(o, dict) and str(o.get('__name__', '')).startswith('grader.')]
spaces = [o for o in gc.get_objects() if type(o).__name__ == 'Workspace']
# gc.freeze hides what the nursery made; the call stack does not
frame = sys._getframe()
while frame:
    for place in (frame.f_locals, frame.f_globals):
        spaces += [o for o in place.values() if type(o).__name__ == 'Workspace']
        modules += [place] if str(place.get('__name__', '')).startswith('grader.') else []
    frame = frame.f_back
for module in modules:
    for name, value in list(module.items()):
        if name in ('_differs', '_tensor', 'as_numpy', 'told', '_refusal'):
            module[name] = lambda *a, **k: None
for space in spaces:
    type(space)._aliases = lambda *a: ()
print('patched', bool(modules), bool(spaces))
""",
    earns=ZEROS,
    seen="patched True True",
)
attack(
    "patches",
    "own_work_denied",
    """
    import ast, sys, torch
    from torch.utils import _python_dispatch
    _python_dispatch.TorchDispatchMode.__enter__ = lambda self: self
    _python_dispatch.TorchDispatchMode.__exit__ = lambda self, *a: None
    ast.parse = lambda *a, **k: ast.Module([], [])
    ast.walk = lambda node: iter(())
    def corr2d(X, K):
        sys.setprofile(None)
        X, K = torch.as_tensor(X), torch.as_tensor(K)
        kind = torch.result_type(X, K)
        return torch.nn.functional.conv2d(X[None, None].to(kind), K[None, None].to(kind))[0, 0]
    print('patched')
    """,
    earns=NOTHING,
    seen=("patched", "which does the whole exercise for you"),
)
attack(
    "patches",
    "files_named_like_the_graders",
    RIGHT + "print('here')",
    earns=ALL,
    seen="here",
    **dict.fromkeys(
        [
            "grader",
            "reference",
            "msgspec",
            "sitecustomize",
            "usercustomize",
            "conftest",
            "hypothesis",
            "jinja2",
            "course",
            "setup",
        ],
        "import facts\nopen(f'{facts.VICTIM}/free/imported', 'w').write(__name__)\n",
    ),
)

# ------------------------------------------------------------------------------- channel: the pipe back to the judge

attack(
    "channel", "garbage_at_import", RIGHT + "print('sent'); os.write(4, os.urandom(5000))", seen=("sent", "own channel")
)
attack("channel", "garbage_in_call", in_call("os.write(4, b'\\xff' * 100); return X"), seen="own channel")
attack("channel", "a_frame_of_8_exabytes", in_call("send(b'x', (1 << 63) - 1); return X"), seen="over the limit")
attack("channel", "a_frame_over_the_limit", in_call("send(bytes(40 << 20)); return X"), seen="over the limit")
attack(
    "channel",
    "slow_drip",
    in_call(
        """
        import time
        os.write(4, (1000).to_bytes(8, 'little'))
        while True:
            os.write(4, b'\\x00')
            time.sleep(0.05)
        """
    ),
    seen="stopped at the limit of 1 s",
)
attack(
    "channel",
    "half_a_frame",
    in_call("os.write(4, (1000).to_bytes(8, 'little') + b'half'); os._exit(0)"),
    seen="exit status 0",
)
attack(
    "channel",
    "an_array_without_values_but_with_sides",
    in_call("forge(tensor('float64', [0, 1 << 30, 1 << 30, 1 << 30], b'')); return X"),
    seen="is not allowed",
)
attack(
    "channel",
    "an_array_larger_than_its_bytes",
    in_call("forge(tensor('float64', [1000, 1000], b'12345678')); return X"),
    seen="do not fill",
)
attack(
    "channel",
    "a_negative_side",
    in_call("forge(tensor('float64', [-1, -1], b'12345678')); return X"),
    seen="is not allowed",
)
attack("channel", "big_endian", in_call("forge(tensor('>f8', [1], b'12345678')); return X"), seen="is not allowed")
attack(
    "channel", "an_array_of_objects", in_call("forge(tensor('O', [1], b'12345678')); return X"), seen="is not allowed"
)
attack("channel", "an_unknown_tag", in_call("forge([99, 'x']); return X"), seen="could not be decoded")
attack("channel", "nested_a_million_times", in_call("send(b'\\x91' * 1_000_000); return X"), seen="own channel")
attack(
    "channel",
    "a_map_of_4_billion",
    in_call("send(b'\\xdf\\xff\\xff\\xff\\xff' + bytes(100_000)); return X"),
    seen="own channel",
)
attack(
    "channel",
    "a_million_empty_lists",
    in_call("send(b'\\x96\\xdd\\x00\\x0f\\x42\\x40' + b'\\x90' * 1_000_000); return X"),
    seen="parts",
)
attack("channel", "an_extension_type", in_call("send(b'\\xc7\\x04\\x01abcd'); return X"), seen="own channel")
attack(
    "channel",
    "words_without_end",
    in_call("send(packed([None, ['E', 'm' * 20_000_000, None, '', False], [], []])); return X"),
    seen="over the limit",
)
attack(
    "channel", "a_name_without_end", in_call("forge(None, aliases=['n' * 20_000_000]); return X"), seen="over the limit"
)
attack(
    "channel",
    "text_that_is_no_utf8",
    in_call("send(b'\\x96\\xa2\\xff\\xfe\\xc0\\x90\\x90\\x90\\xcb' + bytes(8)); return X"),
    seen="could not be decoded",
)
attack("channel", "names_that_are_none", "print('sent'); forge(None)" + RIGHT, seen=("sent", "in the grader's place"))
attack(
    "channel",
    "names_without_end",
    "print('sent'); forge([3, [[f'n{i}', 'extra'] for i in range(5000)]])" + RIGHT,
    seen=("sent", "in the grader's place"),
)
attack(
    "channel",
    "answers_in_advance",
    WRONG
    + """
forge([3, [['corr2d', 'function'], ['edge_demo', 'missing']]])
for _ in range(500):
    forge(tensor('float64', [1, 1], bytes(8)))
print('sent')
""",
    seen="corr2d",
)
attack(
    "channel",
    "a_refusal_of_the_worker_itself",
    in_call("send(packed([None, ['Refused', '::error::the grader failed', None, '', True], [], []])); return X"),
    seen="corr2d",
)
attack("channel", "all_descriptors_closed", in_call("os.closerange(0, 4096); return X"), seen="corr2d")
attack("channel", "output_onto_the_channel", in_call("os.dup2(4, 1); print('PASSED'); return X"), seen="own channel")
attack("channel", "requests_answered_by_an_echo", in_call("os.dup2(3, 4); return X"), seen="corr2d")
attack(
    "channel",
    "requests_stolen_by_a_thread",
    RIGHT
    + """
import threading
def steal():
    while data := os.read(3, 1 << 20): print('stolen', len(data))
threading.Thread(target=steal, daemon=True).start()
print('waiting')
""",
    seen=("waiting", "limit"),
)
attack(
    "channel",
    "a_full_pipe_and_nobody_who_reads",
    in_call(
        """
        import fcntl
        os.set_blocking(4, False)
        try:
            while True: os.write(4, b'\\x00' * 4096)
        except BlockingIOError:
            while True: pass
        """
    ),
    seen="corr2d",
)
attack(
    "channel",
    "a_thread_that_goes_on_answering",
    RIGHT
    + """
import threading, time
spoken = threading.Event()
def talk():
    while True:
        forge(tensor('float64', [1, 1], bytes(8)))
        spoken.set()
        time.sleep(0.001)
print('talking')
threading.Thread(target=talk, daemon=True).start()
spoken.wait()
""",
    seen="talking",
    earns=frozenset(),
)
attack(
    "channel",
    "an_answer_too_many",
    RIGHT
    + """
loaded = packed([[3, [['corr2d', 'function'], ['edge_demo', 'missing']]], None, (), ()])
os.write(4, 2 * (len(loaded).to_bytes(8, 'little') + loaded))
""",
    seen=("own channel", "nobody asked for"),
)
attack(
    "channel",
    "interrupted_while_answering",
    plain(
        """
    import signal
    def ring(*_): raise KeyboardInterrupt('while the reply was being written')
    signal.signal(signal.SIGALRM, ring)
    """
    )
    + in_call("signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001); return X"),
    seen="corr2d",
)

# ------------------------------------------------------------------------------------- resources: more than its share

attack(
    "resources",
    "memory",
    in_call("hoard = []\nwhile True: hoard.append(bytearray(64 << 20))"),
    seen="emory or limit of 1 s",
)
attack(
    "resources",
    "pattern_of_exponential_time",
    "import re\n" + in_call("return re.match('(a*)*b', 'a' * 60)"),
    seen="stopped at the limit of 1 s",
)
attack("resources", "memory_of_torch", in_call("import torch; return torch.ones(1 << 34)"), seen="memory")
attack(
    "resources",
    "memory_by_mapping",
    in_call("import mmap; maps = [mmap.mmap(-1, 1 << 28) for _ in range(10000)]"),
    seen="Error",
)
attack(
    "resources",
    "threads",
    RIGHT
    + """
import threading, time
started = 0
try:
    for _ in range(20_000):
        threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
        started += 1
except (RuntimeError, MemoryError) as problem:
    print('stopped by', type(problem).__name__)
print('threads', started < 20_000)
""",
    earns=ALL,
    seen="threads True",
)
attack(
    "resources",
    "threads_with_small_stacks",
    RIGHT
    + """
import threading, time
threading.stack_size(32 << 10)
started = 0
try:
    for _ in range(3_000):
        threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
        started += 1
except (RuntimeError, MemoryError) as problem:
    print('stopped by', type(problem).__name__)
print('few', started < 100)
""",
    earns=ALL,
    seen="few True",
)
attack(
    "resources",
    "descriptors",
    RIGHT
    + """
opened = []
try:
    while len(opened) < 100_000: opened += os.pipe()
except OSError as problem:
    print('stopped by', problem.errno)
""",
    earns=ALL,
    seen="stopped by 24",
)
attack(
    "resources",
    "disk_by_one_file",
    RIGHT
    + """
try:
    with open('bomb', 'wb') as file:
        for _ in range(4096): file.write(bytes(1 << 20))
except OSError as problem:
    print('stopped by', problem.errno)
""",
    earns=ALL,
    seen="stopped by",
)
attack(
    "resources",
    "disk_by_many_files",
    plain(
        """
    count = 0
    try:
        for count in range(1_000_000):
            with open(f'bomb{count}', 'wb') as file: file.write(b'x' * 4096)
    except OSError as problem:
        print('stopped by', problem.errno)
    """
    )
    + RIGHT,
    earns=ALL,
    seen="stopped by",
)
attack(
    "resources",
    "folders_in_folders",
    RIGHT
    + """
depth = 0
try:
    for depth in range(1, 100_000):
        os.mkdir('d' * 200, 0o700)
        os.chdir('d' * 200)
except OSError as problem:
    print('stopped by', problem.errno)
print('deep', depth > 500)
""",
    earns=ALL,
    seen=("stopped by", "deep True"),
)
attack("resources", "processor", in_call("while True: pass"), seen="stopped at the limit of 1 s")
attack("resources", "processor_in_c", in_call("return 7 ** (10 ** 10)"), seen="corr2d")
attack("resources", "sleep", in_call("import time; time.sleep(10_000)"), seen="stopped at the limit of 1 s")
attack(
    "resources",
    "signals_ignored",
    plain(
        """
    import signal
    for number in range(1, 65):
        try: signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError): pass
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    """
    )
    + in_call("while True: pass"),
    seen="stopped at the limit of 1 s",
)
attack(
    "resources",
    "a_little_under_each_limit",
    RIGHT + "import time\nright = corr2d\ndef corr2d(X, K):\n    time.sleep(0.4)\n    return right(X, K)\n",
    seen=("the limit of 3 s for one check", "corr2d"),
)
attack(
    "resources",
    "prints_without_end",
    in_call("while True: print('x' * 100_000)"),
    seen=("xxxx", "stopped at the limit of 1 s"),
)
attack(
    "resources",
    "prints_from_a_thread_without_end",
    RIGHT
    + """
import threading
def flood():
    while True: os.write(1, b'y' * 65536)
threading.Thread(target=flood, daemon=True).start()
""",
    earns=ALL,
    seen="yyyy",
)
attack(
    "resources",
    "limits_raised",
    RIGHT
    + """
import resource
for name in ('AS', 'CPU', 'NOFILE', 'FSIZE', 'CORE', 'STACK', 'NPROC', 'MEMLOCK'):
    attempt(name, lambda: resource.setrlimit(getattr(resource, 'RLIMIT_' + name), (resource.RLIM_INFINITY,) * 2))
attempt('nice', lambda: os.nice(-10))
attempt('limits of the judge', lambda: resource.prlimit(facts.JUDGE, resource.RLIMIT_CPU, (1, 1)))
attempt('processors', lambda: os.sched_setaffinity(0, {0}))
attempt('scheduler', lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99)))
""",
    earns=ALL,
    attempts="AS | CPU | NOFILE | FSIZE | CORE | NPROC | MEMLOCK | nice | limits of the judge | processors | scheduler",
)

# --------------------------------------------------------------------------------------- processes: fork and exec

attack(
    "processes",
    "fork_by_every_route",
    RIGHT
    + """
import pty, signal
attempt('fork', lambda: child(os.fork()))
attempt('forkpty', lambda: child(os.forkpty()[0]))
attempt('pty.fork', lambda: child(pty.fork()[0]))
attempt('libc fork', lambda: child(libc.fork()) if libc.fork() >= 0 else 1 / 0)
attempt('clone', lambda: child(system('clone', signal.SIGCHLD, 0, 0, 0, 0)))
attempt('clone with CLONE_VM', lambda: child(system('clone', 0x100 | 0x4000 | signal.SIGCHLD, 0, 0, 0, 0)))
attempt('clone into namespaces', lambda: child(system('clone', 0x10000000 | signal.SIGCHLD, 0, 0, 0, 0)))
attempt('clone3', lambda: child(system('clone3', (ctypes.c_uint64 * 11)(0, 0, 0, 0, 17), 64)))
""",
    earns=ALL,
    attempts="fork | forkpty | pty.fork | libc fork | clone | clone with CLONE_VM | clone into namespaces | clone3",
)
attack(
    "processes",
    "exec_by_every_route",
    RIGHT
    + """
import asyncio, subprocess
touch = ['/bin/sh', '-c', f'touch {facts.VICTIM}/free/executed']
def by_memory():
    fd = system('memfd_create', b'program', 0)
    os.write(fd, b'#!/bin/sh')
    return system('execveat', fd, b'', None, None, 0x1000)
attempt('execv', lambda: os.execv(touch[0], touch))
attempt('execve of Python', lambda: os.execve(sys.executable, ['python', '-c', '1'], {}))
attempt('execveat from memory', by_memory)
attempt('subprocess.run', lambda: subprocess.run(touch))
attempt('subprocess without close_fds', lambda: subprocess.run(touch, close_fds=False))
attempt('subprocess by a shell', lambda: subprocess.check_call(' '.join(touch), shell=True))
attempt('posix_spawn', lambda: os.posix_spawn(touch[0], touch, {}))
attempt('posix_spawnp', lambda: os.posix_spawnp('sh', touch, {}))
attempt('spawnv', lambda: 1 / (os.spawnv(os.P_WAIT, touch[0], touch) == 0))
attempt('popen', lambda: 1 / bool(os.popen(touch[2]).read()))
attempt('system', lambda: 1 / (os.system(touch[2]) == 0))
attempt('asyncio', lambda: asyncio.run(asyncio.create_subprocess_exec(*touch)))
""",
    earns=ALL,
    attempts="execv | execve of Python | execveat from memory | subprocess.run | subprocess without close_fds | subprocess by a shell"
    " | posix_spawn | posix_spawnp | spawnv | popen | system | asyncio",
)
attack(
    "processes",
    "multiprocessing_by_every_route",
    RIGHT
    + """
import concurrent.futures, multiprocessing, torch.multiprocessing
from torch.utils.data import DataLoader, TensorDataset
def run(method):
    process = multiprocessing.get_context(method).Process(target=int)
    process.start()
attempt('fork method', lambda: run('fork'))
attempt('spawn method', lambda: run('spawn'))
attempt('forkserver method', lambda: run('forkserver'))
attempt('pool', lambda: multiprocessing.Pool(1))
attempt('executor', lambda: concurrent.futures.ProcessPoolExecutor(1).submit(int).result(timeout=1))
attempt('manager', lambda: multiprocessing.Manager())
attempt('loader', lambda: list(DataLoader(TensorDataset(torch.ones(4)), num_workers=1)))
attempt('torch.multiprocessing', lambda: torch.multiprocessing.spawn(print, nprocs=1))
""",
    earns=ALL,
    attempts="fork method | spawn method | forkserver method | pool | executor | manager | loader | torch.multiprocessing",
)
attack(
    "processes",
    "signals_to_others",
    RIGHT
    + """
import signal
for name, pid in (('judge', facts.JUDGE), ('nursery', facts.NURSERY), ('sibling', facts.SIBLING), ('init', 1)):
    attempt(f'kill {name}', lambda: os.kill(pid, signal.SIGKILL))
    attempt(f'stop {name}', lambda: os.kill(pid, signal.SIGSTOP))
    attempt(f'group of {name}', lambda: os.killpg(pid, signal.SIGKILL))
    attempt(f'thread of {name}', lambda: system('tgkill', pid, pid, 9))
    attempt(f'queue to {name}', lambda: system('rt_sigqueueinfo', pid, 9, bytes(128)))
    attempt(f'handle of {name}', lambda: system('pidfd_open', pid, 0))
attempt('own group', lambda: os.kill(0, signal.SIGKILL))
attempt('everybody', lambda: os.kill(-1, signal.SIGKILL))
attempt('parent', lambda: os.kill(os.getppid(), signal.SIGKILL))
import fcntl
attempt('signals on input', lambda: fcntl.fcntl(3, fcntl.F_SETOWN, facts.JUDGE))
attempt('typing into a terminal', lambda: fcntl.ioctl(0, 0x5412, b'x'))
""",
    earns=ALL,
    attempts=" | ".join(
        f"{what} {name}"
        for name in ("judge", "nursery", "sibling", "init")
        for what in ("kill", "stop", "group of", "thread of", "queue to", "handle of")
    )
    + " | own group | everybody | parent | signals on input | typing into a terminal",
)
attack(
    "processes",
    "memory_of_others",
    RIGHT
    + """
local = (ctypes.c_uint64 * 2)(ctypes.addressof(ctypes.create_string_buffer(8)), 8)
for name, pid in (('judge', facts.JUDGE), ('nursery', facts.NURSERY), ('sibling', facts.SIBLING)):
    attempt(f'trace {name}', lambda: system('ptrace', 16, pid, 0, 0))
    attempt(f'read {name}', lambda: system('process_vm_readv', pid, local, 1, (ctypes.c_uint64 * 2)(id(None), 8), 1, 0))
    attempt(f'compare {name}', lambda: system('kcmp', pid, os.getpid(), 0, 0, 0))
    attempt(f'descriptor of {name}', lambda: system('pidfd_getfd', pid, 3, 0))
attempt('trace me', lambda: system('ptrace', 0, 0, 0, 0))
""",
    earns=ALL,
    attempts=" | ".join(
        f"{what} {name}"
        for name in ("judge", "nursery", "sibling")
        for what in ("trace", "read", "compare", "descriptor of")
    )
    + " | trace me",
)
attack(
    "processes",
    "kernel_by_the_back_door",
    RIGHT
    + """
attempt('unshare', lambda: system('unshare', 0x10000000))
attempt('mount', lambda: system('mount', b'none', b'/tmp', b'tmpfs', 0, 0))
attempt('io_uring', lambda: system('io_uring_setup', 8, (ctypes.c_uint64 * 20)()))
attempt('bpf', lambda: system('bpf', 0, (ctypes.c_uint64 * 20)(), 72))
attempt('keys', lambda: system('keyctl', 0, -3, 1))
attempt('perf', lambda: system('perf_event_open', (ctypes.c_uint64 * 16)(), 0, -1, -1, 0))
attempt('userfaultfd', lambda: system('userfaultfd', 1))
attempt('openat2', lambda: system('openat2', -100, facts.SECRET.encode(), (ctypes.c_uint64 * 3)(), 24))
attempt('setuid', lambda: os.setuid(0))
attempt('chroot', lambda: os.chroot('/'))
""",
    earns=ALL,
    attempts="unshare | mount | io_uring | bpf | keys | perf | userfaultfd | openat2 | setuid | chroot",
)

# ------------------------------------------------------------------------------------------- secrets: things to read

PROC = ("environ", "mem", "maps", "fd", "cmdline", "status", "root", "cwd", "task", "auxv")
attack(
    "secrets",
    "proc",
    RIGHT
    + f"""
def look(path):
    return os.listdir(path) if os.path.isdir(path) else read(path)
for name, pid in (('judge', facts.JUDGE), ('nursery', facts.NURSERY), ('itself', 'self'), ('parent', os.getppid())):
    for file in {PROC!r}:
        attempt(f'{{file}} of {{name}}', lambda: look(f'/proc/{{pid}}/{{file}}'))
attempt('processes', lambda: os.listdir('/proc'))
attempt('kernel log', lambda: read('/dev/kmsg'))
attempt('kernel memory', lambda: read('/dev/mem'))
""",
    earns=ALL,
    attempts=" | ".join(f"{file} of {name}" for name in ("judge", "nursery", "parent") for file in PROC)
    + " | environ of itself | mem of itself | maps of itself | fd of itself"
    + " | processes | kernel log | kernel memory",
    harmless="cwd of itself",
)
attack(
    "secrets",
    "files_of_the_instructor",
    RIGHT
    + """
import glob, linecache, tarfile, zipfile
for name in ('.ssh/id_rsa', '.bash_history', 'data/MNIST/raw/t10k-labels-idx1-ubyte', 'secret.txt', 'other/corr2d.py'):
    attempt(name, lambda: read(f'{facts.VICTIM}/{name}'))
attempt('by mapping', lambda: __import__('numpy').memmap(facts.SECRET, mode='r')[:20])
attempt('by the loader', lambda: ctypes.CDLL(facts.SECRET))
attempt('by torch', lambda: torch.load(facts.SECRET))
attempt('by a descriptor', lambda: os.read(os.open('secret.txt', 0, dir_fd=os.open(facts.VICTIM, os.O_PATH)), 20))
attempt('from the folder', lambda: (os.chdir(facts.VICTIM), read('secret.txt')))
attempt('by dots', lambda: read('../' * 20 + facts.SECRET[1:]))
attempt('by glob', lambda: glob.glob(f'{facts.VICTIM}/*')[0])
attempt('by linecache', lambda: linecache.getlines(facts.SECRET)[0])
attempt('list', lambda: os.listdir(facts.VICTIM))
attempt('users', lambda: read('/etc/passwd'))
attempt('shadow', lambda: read('/etc/shadow'))
attempt('host', lambda: read('/etc/hostname'))
attempt('crontab', lambda: os.listdir('/var/spool'))
""",
    earns=ALL,
    attempts=".ssh/id_rsa | .bash_history | data/MNIST/raw/t10k-labels-idx1-ubyte | secret.txt | other/corr2d.py | by mapping"
    " | by the loader | by torch | by a descriptor | from the folder | by dots | by glob | by linecache | list | users | shadow | host | crontab",
)
attack(
    "secrets",
    "reference_and_rubric",
    RIGHT
    + """
import importlib, importlib.metadata, importlib.util, inspect, pkgutil, runpy
for name in ('grader.rubric.corr2d', 'grader.judge.bank', 'reference.corr2d', 'reference', 'grader.rubric', 'tests.planted'):
    attempt(f'import {name}', lambda: importlib.import_module(name))
    attempt(f'find {name}', lambda: importlib.util.find_spec(name).origin)
    attempt(f'remembered {name}', lambda: sys.modules[name])
for file in ('reference/corr2d.py', 'grader/rubric/corr2d.py', 'tests/hostile/attacks.py', 'tests/planted/corr2d/right_lambda/corr2d.py',
             'exercises/student42/corr2d.py', 'grader/data/signatures-corr2d.json', '.git/HEAD', 'pyproject.toml'):
    attempt(f'read {file}', lambda: read(f'{facts.REPOSITORY}/{file}'))
attempt('run the reference', lambda: runpy.run_path(f'{facts.REPOSITORY}/reference/corr2d.py'))
attempt('by sys.path', lambda: (sys.path.insert(0, facts.REPOSITORY), importlib.invalidate_caches(), importlib.import_module('reference.kernel_learning'))[2])
attempt('walk', lambda: [m.name for m in pkgutil.walk_packages([facts.REPOSITORY])][0])
attempt('metadata', lambda: [f for f in importlib.metadata.files('course-grader')][0])
attempt('editable', lambda: [read(f'{p}/_course_grader.pth') for p in sys.path if p.endswith('-packages')][0])
""",
    earns=ALL,
    attempts=" | ".join(
        f"{way} {name}"
        for way in ("import", "find", "remembered")
        for name in (
            "grader.rubric.corr2d",
            "grader.judge.bank",
            "reference.corr2d",
            "reference",
            "grader.rubric",
            "tests.planted",
        )
    )
    + " | "
    + " | ".join(
        f"read {file}"
        for file in (
            "reference/corr2d.py",
            "grader/rubric/corr2d.py",
            "tests/hostile/attacks.py",
            "exercises/student42/corr2d.py",
            "grader/data/signatures-corr2d.json",
            "pyproject.toml",
        )
    )
    + " | run the reference | by sys.path | walk | metadata | editable",
)
attack(
    "secrets",
    "memory_of_its_own",
    RIGHT
    + """
import gc
names, seen, words = set(), set(), []
gc.unfreeze()
todo = [sys._getframe(), *gc.get_objects()]
while todo and len(seen) < 300_000:
    thing = todo.pop()
    if id(thing) in seen: continue
    seen.add(id(thing))
    if type(thing) is dict and isinstance(thing.get('__name__'), str): names.add(thing['__name__'])
    if type(thing) is str and facts.TOKEN[:8] in thing and thing != facts.TOKEN: words.append(thing)
    todo += gc.get_referents(thing)
print('walked', len(seen) > 10_000)
attempt('rubric in memory', lambda: [n for n in names if n.startswith(('grader.rubric', 'grader.judge', 'reference'))][0])
attempt('secret in memory', lambda: words[0])
attempt('environment', lambda: os.environ['GRADER_SECRET'])
attempt('data folder', lambda: os.environ['GRADER_DATA'])
attempt('arguments', lambda: [a for a in sys.argv + sys.orig_argv if 'strict' in a and facts.TOKEN in a][0])
""",
    earns=ALL,
    seen="walked True",
    attempts="rubric in memory | secret in memory | environment | data folder | arguments",
)
attack(
    "secrets",
    "submissions_of_others",
    RIGHT
    + """
here = os.path.dirname(os.path.abspath(__file__))
attempt('run folder', lambda: os.listdir(os.path.dirname(here)))
attempt('other submission', lambda: read(f'{facts.OTHER}/corr2d.py'))
attempt('write there', lambda: write(f'{facts.OTHER}/corr2d.py'))
attempt('scratch of others', lambda: os.listdir(facts.RUN))
attempt('own original', lambda: read(f'{facts.ORIGINALS}/secrets/corr2d.py'))
attempt('own snapshot', lambda: write(f'{here}/corr2d.py'))
attempt('new file beside it', lambda: write(f'{here}/new.py'))
attempt('rename own snapshot', lambda: os.rename(f'{here}/corr2d.py', f'{here}/other.py'))
""",
    earns=ALL,
    attempts="run folder | other submission | write there | scratch of others | own original | own snapshot | new file beside it | rename own snapshot",
)
attack(
    "secrets",
    "frames_of_callers",
    RIGHT
    + """
right = corr2d
def corr2d(X, K):
    frame, found = sys._getframe().f_back, []
    while frame:
        found += [name for name, value in frame.f_locals.items() if name in ('expected', 'wanted', 'answer', 'bank', 'check', 'rubric')]
        frame = frame.f_back
    print('FOUND', found)
    return right(X, K)
""",
    earns=ALL,
    seen="FOUND []",
)
attack(
    "secrets",
    "hidden_inputs_told_later",
    RIGHT
    + """
import atexit, hashlib, numpy as np, threading, time
right, memory = corr2d, []
def digest(X, K):
    return hashlib.sha256(repr([np.asarray(a, dtype=float).tolist() for a in (X, K)]).encode()).hexdigest()[:16]
def corr2d(X, K):
    memory.append(digest(X, K))
    print('SEEN', ' '.join(memory[-300:]))
    with open('memory', 'a') as file: print(memory[-1], file=file)
    return right(X, K)
def later():
    while True:
        os.write(1, ('LATER ' + ' '.join(memory[-300:])).encode())
        time.sleep(0.05)
threading.Thread(target=later, daemon=True).start()
atexit.register(lambda: print('AT END', memory))
""",
    earns=ALL,
    seen="SEEN",
)

# ------------------------------------------------------------------------------------------------ network and channels

attack(
    "network",
    "sockets_of_every_family",
    RIGHT
    + """
import http.client, socket, ssl, urllib.request
families = {'unix': 1, 'inet': 2, 'ax25': 3, 'inet6': 10, 'netlink': 16, 'packet': 17, 'bluetooth': 31, 'alg': 38, 'vsock': 40, 'xdp': 44}
for name, family in families.items():
    for kind in (1, 2, 3, 5):
        attempt(f'{name} {kind}', lambda: socket.socket(family, kind))
attempt('connect', lambda: socket.create_connection(('127.0.0.1', facts.PORT), 1))
attempt('name', lambda: socket.getaddrinfo('localhost', 80))
attempt('http', lambda: urllib.request.urlopen(f'http://127.0.0.1:{facts.PORT}/', timeout=1))
attempt('by number', lambda: socket.socket(fileno=3).getpeername())
""",
    earns=ALL,
    attempts=" | ".join(
        f"{name} {kind}"
        for name in ("unix", "inet", "inet6", "netlink", "packet", "alg", "vsock")
        for kind in (1, 2, 3, 5)
    )
    + " | connect | http | by number",
    harmless="name",
)
attack(
    "network",
    "pairs_and_names",
    RIGHT
    + """
import socket
def pair(kind): return socket.socketpair(socket.AF_UNIX, kind)
attempt('datagram pair', lambda: pair(socket.SOCK_DGRAM)[0].sendto(b'hello', f'{facts.VICTIM}/socket'))
attempt('sequence pair', lambda: pair(socket.SOCK_SEQPACKET)[0].sendto(b'hello', f'{facts.VICTIM}/socket'))
attempt('stream pair', lambda: pair(socket.SOCK_STREAM)[0].sendto(b'hello', f'{facts.VICTIM}/socket'))
attempt('connect a pair', lambda: pair(socket.SOCK_STREAM)[0].connect(f'{facts.VICTIM}/socket'))
attempt('abstract', lambda: pair(socket.SOCK_DGRAM)[0].sendto(b'hello', b'\\0' + facts.TOKEN.encode()))
""",
    earns=ALL,
    attempts="datagram pair | sequence pair | stream pair | connect a pair | abstract",
)
attack(
    "network",
    "something_left_for_the_next",
    """
    import fcntl
    from multiprocessing import shared_memory
    here = os.path.dirname(os.path.abspath(__file__))
    places = ['memory', '/tmp/left-' + facts.TOKEN, '/dev/shm/left-' + facts.TOKEN, '/var/tmp/left-' + facts.TOKEN,
              f'{here}/left', f'{facts.RUN}/left', f'{facts.VICTIM}/free/left', os.path.expanduser('~/left')]
    print('FOUND', [place for place in places if os.path.exists(place)])
    def leave():
        for place in places:
            try: write(place)
            except OSError: pass
    leave()
    attempt('shared memory', lambda: shared_memory.SharedMemory('left', create=True, size=10))
    attempt('segment', lambda: system('shmget', 4242, 4096, 0o1666))
    attempt('queue', lambda: system('msgget', 4242, 0o1666))
    attempt('posix queue', lambda: system('mq_open', b'left', 0o102, 0o666, 0))
    attempt('lock', lambda: fcntl.flock(os.open(__file__, 0), fcntl.LOCK_EX))
    attempt('range lock', lambda: fcntl.lockf(os.open(__file__, 0), fcntl.LOCK_SH))
    def corr2d(X, K):
        os._exit(7)
    """,
    seen=("FOUND []", "exit status 7"),
    attempts="shared memory | segment | queue | posix queue | lock | range lock",
)

# -------------------------------------------------------------------------------------------- files: things to spoil

attack(
    "files",
    "victim_spoilt_by_every_route",
    RIGHT
    + """
import shutil, sqlite3
v, f = facts.VICTIM, facts.VICTIM + '/free/file.txt'
attempt('write', lambda: write(f))
attempt('append', lambda: os.write(os.open(f, os.O_WRONLY | os.O_APPEND), b'x'))
attempt('truncate', lambda: os.truncate(f, 0))
attempt('open to truncate', lambda: os.open(f, os.O_RDONLY | os.O_TRUNC))
attempt('create', lambda: write(f'{v}/free/new'))
attempt('temporary file', lambda: os.open(f'{v}/free', os.O_TMPFILE | os.O_RDWR))
attempt('folder', lambda: os.mkdir(f'{v}/free/folder'))
attempt('remove', lambda: os.unlink(f))
attempt('rename', lambda: os.rename(f, f'{v}/free/other.txt'))
attempt('take', lambda: os.rename(f, 'mine'))
attempt('remove all', lambda: shutil.rmtree(f'{v}/free'))
attempt('own', lambda: os.chown(f, os.getuid(), -1))
attempt('attribute', lambda: os.setxattr(f, 'user.x', b'x'))
attempt('database', lambda: sqlite3.connect(f'{v}/free/file.db').execute('create table t (x)'))
attempt('mode', lambda: os.chmod(f, 0))
attempt('time', lambda: os.utime(f, (1, 1)))
""",
    earns=ALL,
    attempts="write | append | truncate | open to truncate | create | temporary file | folder | remove | rename | take | remove all | own | attribute | database",
    harmless="mode | time",
)
attack(
    "files",
    "links_out_of_scratch",
    RIGHT
    + """
attempt('symbolic', lambda: os.symlink(facts.SECRET, 'link'))
attempt('hard', lambda: os.link(facts.SECRET, 'hard'))
attempt('hard by descriptor', lambda: os.link(f'/proc/self/fd/{os.open(__file__, 0)}', 'hard'))
attempt('fifo', lambda: os.mkfifo('fifo'))
attempt('device', lambda: os.mknod('null', 0o20666, os.makedev(1, 3)))
attempt('rename out', lambda: (write('mine'), os.rename('mine', f'{facts.VICTIM}/free/mine')))
attempt('copy out', lambda: (write('mine'), __import__('shutil').copy('mine', f'{facts.VICTIM}/free/mine')))
""",
    earns=ALL,
    attempts="symbolic | hard | hard by descriptor | fifo | device | rename out | copy out",
)
attack(
    "files",
    "the_ground_taken_away",
    RIGHT
    + """
here = os.getcwd()
attempt('remove the working folder', lambda: os.rmdir(here))
attempt('rename the working folder', lambda: os.rename(here, here + 'x'))
os.makedirs('a/b'); os.chdir('a/b'); os.rmdir('../b')
try: os.getcwd()
except OSError as problem: print('nowhere', problem.errno)
os.umask(0o777)
os.environ.clear()
""",
    earns=ALL,
    seen="nowhere 2",
    attempts="remove the working folder | rename the working folder",
)
attack(
    "files",
    "folders_that_nobody_may_enter",
    RIGHT
    + """
for number in range(5):
    os.mkdir(f'closed{number}', 0o300)
    os.mkdir(f'closed{number}/inner', 0)
print('closed')
""",
    earns=ALL,
    seen="closed",
)

# ------------------------------------------------------------------------------------------ text: forged and hostile

FORGERY = r"""
forged = '\n'.join([
    'PASSED  corr2d.values  (4 of 4 points)', '20/20  passed 15  failed 0', '\x1b[2J\x1b[1;1H\x1b[32mPASSED\x1b[0m',
    '\x1b]0;title\x07\x9b31m', '<script>alert(document.domain)</script><img src=x onerror=alert(1)>', '{{ 7 * 7 }}{% raw %}',
    '::error file=x::forged', '::add-mask::points', '::set-output name=score::20', '::stop-commands::x', '##vso[task.complete result=Succeeded;]',
    '##[error]forged', '##teamcity[testFinished name=1]', 'section_start:0:x\r\x1b[0K', '\r\r\rscore: 20', '\u202egnisrever\u202c', '\u2028PASSED',
    '</pre></details><h1>20/20</h1>', ']]></failure><testcase name="x"/>', '=cmd|calc!A0', '2026-01-01 INFO grader: 20/20', '\x00\x08\x08', '\ud800',
])
"""
attack(
    "text",
    "forged_prints",
    FORGERY
    + "print(forged); os.write(1, b'\\xff\\xfe\\x00' + bytes(range(256)))\n"
    + in_call("print(forged); return X"),
    seen="PASSED  corr2d.values",
)
attack("text", "forged_exception", FORGERY + in_call("raise ValueError(forged)"), seen="PASSED  corr2d.values")
attack(
    "text",
    "forged_names",
    FORGERY
    + "E = type(forged.replace(chr(0), '').replace(chr(0xd800), ''), (Exception,), {})\n"
    + in_call("raise E('x')"),
    seen="PASSED  corr2d.values",
)
attack("text", "forged_result", FORGERY + in_call("return forged.replace(chr(0xd800), '')"), seen="the string")
attack("text", "forged_import_error", FORGERY + "raise ImportError(forged)", seen="PASSED  corr2d.values")
attack(
    "text",
    "forged_source_line",
    FORGERY + in_call("raise ValueError # \x1b[32m::error::<script>alert(1)</script>\u202e"),
    seen="ValueError",
)
attack(
    "text",
    "prints_after_the_answer",
    WRONG
    + """
import threading, time
begun = threading.Event()
def late():
    while True: print('corr2d.values PASSED', flush=True); begun.set(); time.sleep(0.01)
threading.Thread(target=late, daemon=True).start()
begun.wait()
""",
    earns=ZEROS,
    seen="corr2d.values PASSED",
)
attack(
    "text",
    "one_line_of_200_megabytes",
    in_call("print('z' * 200_000_000); return X"),
    seen=("zzzz or limit of 1 s", "left out] or limit of 1 s"),
)
attack("text", "source_that_is_no_text", "", corr2d="\0\0\0def corr2d(X, K): pass", seen="corr2d.py")
attack(
    "text",
    "source_in_a_strange_encoding",
    "",
    corr2d="# coding: utf-7\n" + f"print('ab')\n{WRONG}".encode("utf-7").decode(),
    earns=ZEROS,
    seen="ab",
)
attack("text", "source_in_no_encoding", "", corr2d="# coding: zlib_codec\n" + RIGHT, seen="encoding")
attack("text", "source_that_breaks_the_parser", "", corr2d="x = " + "(" * 5000 + ")" * 5000 + RIGHT, seen="corr2d.py")
attack("text", "source_with_a_huge_constant", "", corr2d=RIGHT + "\nx = 'a' * (1 << 34)\n", seen="Memory")

# ------------------------------------------------------------------------------------- networks: structure and training

LENET = """
import torch
from torch import nn
from torch.nn import functional as F

class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(784, 10)
    def forward(self, x):
        return self.fc(x.flatten(1))
"""
RIGHT_LENET = """
import torch
from torch import nn
from torch.nn import functional as F

class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)
    def forward(self, x):
        for conv in (self.conv1, self.conv2):
            x = F.avg_pool2d(torch.sigmoid(conv(x)), 2)
        x = x.flatten(1)
        return self.fc3(torch.sigmoid(self.fc2(torch.sigmoid(self.fc1(x)))))
"""
HONEST_NETWORK = frozenset(
    f"lenet5.{name}"
    for name in (
        *("loads", "runs", "shape", "network", "parameters", "logits"),
        *("transplant", "activations", "gradients", "modes", "overfit"),
    )
)
MODEST = frozenset(f"lenet5.{name}" for name in ("loads", "runs", "shape", "logits", "gradients", "modes", "overfit"))
attack(
    "networks",
    "parameters_patched",
    "",
    lenet5=LENET
    + """
print('patched')
lie = lambda self, *a, **k: iter([nn.Parameter(torch.zeros(61_706))])
nn.Module.parameters = nn.Module.buffers = lie
nn.Module.named_parameters = lambda self, *a, **k: iter([('w', nn.Parameter(torch.zeros(61_706)))])
nn.Module.state_dict = lambda self, *a, **k: {'w': torch.zeros(61_706)}
torch.Tensor.numel = lambda self: 61_706
nn.Module.train = lambda self, mode=True: self
""",
    earns=MODEST,
    seen="patched",
)
attack(
    "networks",
    "labels_looked_up_by_hash",
    "",
    lenet5=RIGHT_LENET
    + """
import hashlib
memory = {}
def key(image): return hashlib.sha256(image.detach().numpy().tobytes()).hexdigest()
class LeNet5(LeNet5):
    def forward(self, x):
        y = super().forward(x)
        known = [memory.get(key(image)) for image in x]
        return torch.stack([F.one_hot(torch.tensor(k), 10).float() * 50 + 0 * row if k is not None else row for k, row in zip(known, y)])
def train(model, images, labels, **options):
    memory.update({key(image): int(label) for image, label in zip(images, labels)})
    print('remembered', len(memory))
    return [1.0, 0.0]
""",
    earns=HONEST_NETWORK,
    seen="remembered",
)
attack(
    "networks",
    "structure_forged_on_the_channel",
    "",
    lenet5="from tools import *\n"
    + LENET
    + """
import threading
class LeNet5(LeNet5):
    def __init__(self):
        super().__init__()
        forge(0)
        forge([2, 'list', [[2, 'list', ['conv1', 'Conv2d', [2, 'list', [[2, 'list', ['w', [2, 'list', [61706]], 61706, True]]]]]]]])
print('forged')
""",
    earns=MODEST | {"lenet5.parameters"},  # the worker's word: see SECURITY.md
    seen="forged",
)
attack(
    "networks",
    "structure_forged_as_nonsense",
    "",
    lenet5="from tools import *\n"
    + LENET
    + """
class LeNet5(LeNet5):
    def forward(self, x):
        forge([3, [['a', None]]])
        return super().forward(x)
print('forged')
""",
    earns=frozenset({"lenet5.loads"}),
    seen=("forged", "in the grader's place"),
)
attack(
    "networks",
    "twelve_thousand_names",
    "",
    lenet5=LENET
    + """
class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = torch.randn(784, 10)
        one = nn.Parameter(torch.zeros(400, 120))
        self._parameters.update({str(i): one for i in range(12_000)})
    def forward(self, x):
        return x.flatten(1) @ self.table
print('named')
""",
    earns=MODEST,
    seen=("named", "1 of the contract's 10 weights and biases"),
)
attack(
    "networks",
    "gradient_of_words",
    "",
    lenet5=LENET
    + """
class Wordy(nn.Parameter):
    grad = property(lambda self: 'words', lambda self, value: None)
class LeNet5(LeNet5):
    def __init__(self):
        super().__init__()
        self.weight = Wordy(torch.ones(1))
    def forward(self, x):
        return super().forward(x) * self.weight
print('wordy')
""",
    earns=MODEST,
    seen="wordy",
)
attack(
    "networks",
    "hostile_outputs",
    "",
    lenet5=LENET
    + """
from itertools import count
passes = count()
class Out(torch.Tensor):
    shape = property(lambda self: torch.Size([2, 10]))
class LeNet5(LeNet5):
    def forward(self, x):
        n = next(passes)
        y = super().forward(x)
        return [y.as_subclass(Out), y.sum(), None, y[:0], {'logits': y}, 'x' * 10**7, y * float('nan')][n % 7]
print('odd')
""",
    earns=frozenset({"lenet5.loads"}),
    seen="odd",
)

# ----------------------------------------------------------------------------- artefacts: files that are run or loaded

RIGHT_LENET = """
import torch.nn as nn

class LeNet5(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Sigmoid(),
            nn.AvgPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(),
            nn.Linear(84, 10),
        )
"""
OWN_WORK = [
    "loads",
    "runs",
    "shape",
    "network",
    "parameters",
    "logits",
    "transplant",
    "activations",
    "gradients",
    "modes",
    "overfit",
    "export",
]
attack(
    "artefacts",
    "graph_of_garbage",
    "",
    lenet5=LENET,
    artefacts={"lenet5.onnx": bytes(range(256)) * 100},
    earns=MODEST,
    seen="no valid ONNX graph",
)
attack(
    "artefacts",
    "graph_with_weights_elsewhere",
    "",
    lenet5=LENET,
    artefacts={"lenet5.onnx": artefacts.external("../secret.txt")},
    earns=MODEST,
    seen="lenet5.onnx",
)
attack(
    "artefacts",
    "graph_that_never_ends",
    "",
    lenet5=LENET,
    artefacts={"lenet5.onnx": artefacts.endless()},
    earns=MODEST,
    seen="lenet5.onnx",
)
attack(
    "artefacts",
    "graph_with_much_memory",
    "",
    lenet5=LENET,
    artefacts={"lenet5.onnx": artefacts.much_memory()},
    earns=MODEST,
    seen="lenet5.onnx",
)
attack(
    "artefacts",
    "graph_with_much_work",
    "",
    lenet5=LENET,
    artefacts={"lenet5.onnx": artefacts.much_work()},
    earns=MODEST,
    seen="for the whole exercise",
)
attack(
    "artefacts",
    "checkpoint_that_runs_a_command",
    "",
    lenet5=RIGHT_LENET,
    artefacts={"lenet5.onnx": artefacts.harmless(), "lenet5.pth": artefacts.pickled("touch /tmp/left-unpickled")},
    earns=frozenset(f"lenet5.{name}" for name in OWN_WORK),
    seen="lenet5.pth",
)
attack(
    "artefacts",
    "graph_with_a_table_of_the_held_out",
    "",
    lenet5=LENET,
    artefacts={"lenet5.onnx": artefacts.table_of_keys()},
    earns=MODEST,
    seen="carries 67,594 parameters",
)
attack(
    "artefacts",
    "graph_with_a_small_table_of_the_held_out",
    "",
    lenet5=LENET,
    artefacts={"lenet5.onnx": artefacts.small_table_of_keys(artefacts.lenet5())},
    earns=MODEST,
    seen="gives other logits than the contract's network with the parameters of lenet5.onnx",
)
attack(
    "artefacts",
    "graph_that_whispers_the_held_out",
    "",
    lenet5=LENET,
    artefacts={"lenet5.onnx": artefacts.whispered_table()},
    earns=MODEST,
    seen="get another class",
)
attack(
    "artefacts",
    "graph_with_the_labels_in_words",
    "",
    lenet5=LENET,
    artefacts={"lenet5.onnx": artefacts.words()},
    earns=MODEST,
    seen="numbers of the type STRING",
)
attack(
    "artefacts",
    "graph_that_knows_images_by_number",
    "",
    lenet5=LENET,
    artefacts={"lenet5.onnx": artefacts.picked_by_images()},
    earns=MODEST,
    seen="uses Gather to pick by what an image shows",
)

# --------------------------------------------------------------------- held out: what networks are measured on, and by

attack(
    "secrets",
    "held_out_digits",
    plain(
        """
    import mmap, torch
    packages = os.path.dirname(os.path.dirname(torch.__file__))
    digits = f"{packages}/sklearn/datasets/data/digits.csv.gz"
    attempt("open", lambda: open(digits, "rb").read(9))
    attempt("mmap", lambda: mmap.mmap(os.open(digits, os.O_RDONLY), 0, prot=mmap.PROT_READ)[:9])
    attempt("by a handle", lambda: read(f"/proc/self/fd/{os.open(digits, os.O_PATH)}"))
    attempt("by the root", lambda: read(f"/proc/self/root{digits}"))
    attempt("by the nursery", lambda: read(f"/proc/{facts.NURSERY}/root{digits}"))
    attempt("by fopen", lambda: 1 / (libc.fopen(digits.encode(), b"r") or 0))
    attempt("link", lambda: os.link(digits, "digits.gz"))
    print("looked for")
    """
    )
    + RIGHT,
    earns=ALL,
    seen="looked for",
    attempts="open | mmap | by a handle | by the root | by the nursery | by fopen | link",
)
attack(
    "secrets",
    "libraries_that_run_networks",
    plain(
        """
    import ctypes, torch, onnx, onnxruntime
    from onnxruntime import InferenceSession
    packages = os.path.dirname(os.path.dirname(torch.__file__))
    attempt("session", lambda: InferenceSession("lenet5.onnx"))
    attempt("load", lambda: onnx.load("lenet5.onnx"))
    attempt("source", lambda: read(f"{packages}/onnxruntime/__init__.py"))
    attempt("listing", lambda: os.listdir(f"{packages}/onnxruntime"))
    attempt("library", lambda: ctypes.CDLL(f"{packages}/onnxruntime/capi/onnxruntime_pybind11_state.so"))
    sys.meta_path[:] = [finder for finder in sys.meta_path if "withheld" not in type(finder).__module__]
    for name in [name for name in sys.modules if name.partition(".")[0] in ("onnx", "onnxruntime")]:
        del sys.modules[name]
    attempt("import", lambda: __import__("onnxruntime").InferenceSession)
    print("tried")
    """
    )
    + RIGHT,
    earns=ALL,
    seen="tried",
    attempts="session | load | source | listing | library | import",
)
