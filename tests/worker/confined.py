"""Run something in a confined fork and print what became of it as JSON; see `test_confinement.py`.

python -I confined.py '{"run": "attempts", "level": "strict", "uid": 60999, "folder": "..."}'
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import os
import signal
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import attempts  # noqa: E402 - found only now
import legitimate  # noqa: E402

from grader.errors import GraderError  # noqa: E402
from grader.worker.confinement import (  # noqa: E402
    Limits,
    Policy,
    Prepared,
    close_all_but,
    identity,
    interpreter_paths,
    prepare,
)

PR_SET_PTRACER, ANYBODY = 0x59616D61, -1
LISTENING: list[socket.socket] = []  # open as long as this process lives


def build_scene(folder: Path, uid: int | None) -> attempts.Scene:
    """Files that only Landlock protects, and a sibling under the same uid."""
    hidden, submission, scratch = (folder / name for name in ("hidden", "submission", "scratch"))
    for path in (hidden, submission, scratch, hidden / "doomed"):
        path.mkdir()
        path.chmod(0o777)
    for name in ("secret", "other", "doomed", "moved"):
        (hidden / f"{name}.txt").write_text("hidden")
    for name in ("student.py", "notes.txt", "own.txt"):
        (submission / name).write_text("print('hello')\n")
    for path in (*hidden.glob("*.txt"), *submission.iterdir()):
        path.chmod(0o666)
    (submission / "link.txt").symlink_to(hidden / "secret.txt")
    for path in (hidden / "doomed", submission / "own.txt"):
        if uid is not None:
            os.chown(path, uid, uid)
    for address in (os.fspath(folder / "datagrams"), f"\0{folder}"):
        LISTENING.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        LISTENING[-1].bind(address)
    (folder / "datagrams").chmod(0o777)
    folder.chmod(0o755)
    victim = os.fork()
    if victim == 0:
        become(uid)
        prctl = ctypes.CDLL(None).prctl
        prctl(PR_SET_PTRACER, ctypes.c_ulong(ANYBODY), 0, 0, 0)
        identity.pdeathsig(os.getppid())
        time.sleep(600)
        os._exit(0)
    return attempts.Scene(folder, victim, os.getpid(), os.getuid() if uid is None else uid)


def become(uid: int | None) -> None:
    """Change to `uid` as a confined worker does, and nothing else."""
    if uid is not None:
        identity.drop_to(uid, keep_search=False)
    identity.become_readable()


def in_a_fork(action: Callable[[], Any]) -> Any:
    """What `action` returns in a child; ["signal", number] when a signal ends it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = action()
        except GraderError as problem:
            answer = [type(problem).__name__, str(problem)]
        os.write(writing, json.dumps(answer).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        text = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return json.loads(text) if text else ["signal", -status]


def snapshot(folder: Path) -> list[tuple[Any, ...]]:
    """Names, contents, modes and times of all that a worker must not touch."""
    return [
        (str(path), *path.lstat()[:7], path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
        if "scratch" not in path.parts
    ]


def run_attempts(prepared: Prepared, request: dict[str, Any]) -> dict[str, Any]:
    """Every attempt confined, then those that are harmless unconfined under the same uid."""
    scene = build_scene(Path(request["folder"]), prepared.policy.uid)
    before = snapshot(scene.folder)

    def confine() -> None:
        prepared.enforce([str(scene.submission)], scratch=str(scene.scratch))
        os.chdir(scene.scratch)

    def confined() -> Any:
        confine()
        return attempts.run_all(scene, only_control=False)

    def deadly(name: str) -> Any:
        confine()
        return ["done", str(attempts.DEADLY[name]())]

    def control() -> Any:
        become(prepared.policy.uid)
        return attempts.run_all(scene, only_control=True)

    return {
        "in force": prepared.in_force,
        "confined": in_a_fork(confined),
        "deadly": {name: in_a_fork(lambda name=name: deadly(name)) for name in attempts.DEADLY},
        "unchanged": before == snapshot(scene.folder),
        "control": in_a_fork(control),
    }


def run_legitimate(prepared: Prepared, request: dict[str, Any]) -> dict[str, Any]:
    """What ordinary code does, confined."""
    folder = Path(request["folder"])
    submission, scratch = folder / "submission", folder / "scratch"
    submission.mkdir()
    scratch.mkdir()
    (submission / "student.py").write_text("def answer():\n    return 42\n")
    folder.chmod(0o755)
    chosen = legitimate.WITH_TORCH if request.get("torch") else legitimate.PLAIN

    def confined() -> Any:
        prepared.enforce([str(submission)], scratch=str(scratch))
        os.environ["TMPDIR"] = str(scratch)
        return legitimate.run(chosen, submission, scratch)

    return {"confined": in_a_fork(confined)}


def run_bombs(prepared: Prepared, request: dict[str, Any]) -> dict[str, Any]:
    """Each limit is really hit."""
    folder = Path(request["folder"])
    folder.chmod(0o755)

    def bomb(name: str, **limits: Any) -> Any:
        scratch = folder / name
        scratch.mkdir()

        def explode() -> Any:
            prepared.enforce([], scratch=str(scratch), limits=Limits(**limits))
            return attempts.outcome(lambda: BOMBS[name](scratch))

        return in_a_fork(explode)

    return {
        "sized scratch": prepared.sized_scratch,
        "file": bomb("file", file_bytes=1 << 20),
        "memory": bomb("memory", memory_bytes=256 << 20),
        "descriptors": bomb("descriptors", open_files=32),
        "threads": bomb("threads", threads=16, memory_bytes=256 << 20),
        "processor": bomb("processor", cpu_seconds=1),
        "disk": bomb("disk", scratch_bytes=1 << 20),
        "files": bomb("files"),
    }


def _memory(scratch: Path) -> str:
    try:
        bytearray(512 << 20)
    except MemoryError:
        return "MemoryError"
    return "allocated"


def _threads(scratch: Path) -> str:
    import threading

    started = 0
    try:
        for _ in range(500):
            threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
            started += 1
    except RuntimeError:
        return f"{started} threads"
    return "all threads"


def _processor(scratch: Path) -> str:
    while True:
        pass


BOMBS: dict[str, Callable[[Path], Any]] = {
    "file": lambda scratch: (scratch / "large").write_bytes(bytes(2 << 20)),
    "memory": _memory,
    "descriptors": lambda scratch: [os.pipe() for _ in range(100)],
    "threads": _threads,
    "processor": _processor,
    "disk": lambda scratch: [(scratch / str(index)).write_bytes(bytes(1 << 16)) for index in range(100)],
    "files": lambda scratch: [(scratch / str(index)).touch() for index in range(2000)],
}


def run_misuse(prepared: Prepared, request: dict[str, Any]) -> dict[str, Any]:
    """What `enforce` must refuse."""
    folder = Path(request["folder"])
    private = folder / "private"
    private.mkdir(mode=0o700)
    (private / "student.py").write_text("")

    def with_a_thread() -> Any:
        import threading

        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
        return prepared.enforce()

    return {
        "a thread": in_a_fork(with_a_thread),
        "a private submission": in_a_fork(lambda: prepared.enforce([str(private / "student.py")])),
        "a missing submission": in_a_fork(lambda: prepared.enforce([str(folder / "missing.py")])),
    }


def run_orphan(prepared: Prepared, request: dict[str, Any]) -> dict[str, Any]:
    """Whether a worker whose nursery is killed is gone as well: the end of its pipe tells, and not its own last word."""
    reading, writing = os.pipe()
    nursery = os.fork()
    if nursery == 0:
        own = prepare(prepared.policy, prepared.level)
        if os.fork() == 0:
            own.enforce()
            os.write(writing, b"confined")
            time.sleep(300)
            os.write(writing, b"later")
            os._exit(0)
        time.sleep(600)
        os._exit(0)
    os.close(writing)
    os.read(reading, 8)
    os.kill(nursery, signal.SIGKILL)
    os.waitpid(nursery, 0)
    return {"rest": os.read(reading, 8).decode()}


def run_cost(prepared: Prepared, request: dict[str, Any]) -> dict[str, Any]:
    """Milliseconds of `enforce` in each of 50 forks: wall and processor time."""

    def timed() -> Any:
        wall, processor = time.perf_counter(), time.thread_time()
        prepared.enforce()
        return [1e3 * (time.perf_counter() - wall), 1e3 * (time.thread_time() - processor)]

    trials = [in_a_fork(timed) for _ in range(50)]
    wall, processor = zip(*trials, strict=True)
    return {"wall": statistics.median(wall), "processor": statistics.median(processor), "least": min(wall)}


def run_card(prepared: Prepared, request: dict[str, Any]) -> dict[str, Any]:
    """What code may do with the device that stands in for a card, and with what lies beside it."""
    scratch = Path(request["folder"]) / "scratch"
    scratch.mkdir()
    scratch.parent.chmod(0o755)
    parent = os.getpid()

    def tried() -> dict[str, Any]:
        return {name: attempts.outcome(lambda action=action: action(scratch, parent)) for name, action in CARD.items()}

    def as_role(role: Any) -> Any:
        def confined() -> Any:
            prepared.enforce([], scratch=str(scratch), role=role)
            os.chdir(scratch)
            return tried()

        return in_a_fork(confined)

    return {role: as_role(role) for role in ("student", "evaluator")}


def _command(path: str, flags: int = os.O_RDWR) -> str:
    descriptor = os.open(path, flags)
    try:
        fcntl.ioctl(descriptor, 0xC020462A, bytes(32))  # one of the driver's
    except OSError as problem:
        if problem.errno != errno.ENOTTY:  # the device itself knows no such command
            raise
    return "commanded"


def _named_socket(kind: int, path: str) -> str:
    with socket.socket(socket.AF_UNIX, kind) as opened:
        opened.bind(path)
        opened.listen(1)
    return "listens"


def _rename_thread(task: str) -> str:
    Path(task).write_text("driver")
    return "renamed"


CARD: dict[str, Callable[[Path, int], Any]] = {
    "command the card": lambda scratch, parent: _command("/dev/full"),
    "command another device": lambda scratch, parent: _command("/dev/urandom", os.O_RDONLY),
    "open another device": lambda scratch, parent: _command("/dev/zero"),
    "the driver's socket": lambda scratch, parent: _named_socket(socket.SOCK_SEQPACKET, f"\0cuda-uvmfd-{parent}"),
    "a socket with a name in scratch": lambda scratch, parent: _named_socket(socket.SOCK_SEQPACKET, f"{scratch}/s"),
    "a stream": lambda scratch, parent: str(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)),
    "a datagram": lambda scratch, parent: str(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)),
    "the network": lambda scratch, parent: str(socket.socket(socket.AF_INET, socket.SOCK_SEQPACKET)),
    "name its own thread": lambda scratch, parent: _rename_thread(f"/proc/self/task/{threading.get_native_id()}/comm"),
    "name another's": lambda scratch, parent: _rename_thread(f"/proc/{parent}/task/{parent}/comm"),
    "read its own memory map": lambda scratch, parent: Path("/proc/self/maps").read_text()[:0] + "read",
    "read its own environment": lambda scratch, parent: Path("/proc/self/environ").read_text()[:0] + "read",
    "read another's memory map": lambda scratch, parent: Path(f"/proc/{parent}/maps").read_text()[:0] + "read",
    "a process": lambda scratch, parent: str(os.fork()),
}


def run_closing(prepared: Prepared, request: dict[str, Any]) -> dict[str, Any]:
    """The descriptors that are left beside the kept ones."""

    for number in (900, 901):
        os.dup2(0, number)
    kept = {0, 1, 2, 900, *prepared.descriptors}
    close_all_but(kept)
    left = [number for number in range(2000) if number not in kept and is_open(number)]
    return {"left": left, "kept": all(map(is_open, kept))}


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


RUNS = {
    "attempts": run_attempts,
    "legitimate": run_legitimate,
    "bombs": run_bombs,
    "misuse": run_misuse,
    "orphan": run_orphan,
    "cost": run_cost,
    "closing": run_closing,
    "card": run_card,
}


def main() -> None:
    request = json.loads(sys.argv[1])
    sys.path += request.get("packages", [])
    if request.get("torch"):
        import torch

        torch.set_num_threads(1)
    readable = (*interpreter_paths(), *request.get("packages", []))
    policy = Policy(
        read_only=readable if request.get("readable", True) else (),
        uid=request.get("uid"),
        limits=Limits(open_files=256),
        gpu=tuple(request.get("card", ())),
    )
    try:
        prepared = prepare(policy, request["level"], landlock_cap=request.get("cap"))
        answer = RUNS[request["run"]](prepared, request)
    except GraderError as problem:
        answer = {"error": [type(problem).__name__, str(problem)]}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
