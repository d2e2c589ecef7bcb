"""The judge's handle on the nursery and on one worker. Trusts nothing that comes back.

Every wait has a deadline that is enforced from outside, by killing the worker's process group; what the worker
prints is drained meanwhile and cut at a limit; its memory is watched while it is waited for.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from grader.errors import HarnessError, IsolationUnavailable, WorkerFailed
from grader.worker import protocol
from grader.worker.confinement import Role, bubble, layers
from grader.worker.scratch import over_limit, remove

CLEAN_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/nonexistent",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
    "KMP_AFFINITY": "disabled",
}
NURSERY_START_SECONDS = 120
SPAWN_SECONDS = 30
PIPE_BYTES = 1 << 20  # the most that Linux gives an ordinary user
POLL_SECONDS = 0.1  # between two looks at a worker's memory and scratch
DRAIN_READS = 64  # at a time, so that a worker that never stops printing cannot keep the judge from its clock
PAGE = os.sysconf("SC_PAGE_SIZE")


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one worker may use. Hitting one is a finding that names it."""

    call_seconds: float = 10.0  # wall time of one call
    check_seconds: float = 30.0  # wall time of all calls of one check
    exercise_seconds: float = 120.0  # wall time of all checks of one exercise, beside its training
    training_seconds: float = 150.0  # wall time of all that trains and is measured in an exercise
    cpu_seconds: int = 300
    memory_bytes: int = 2 << 30  # beyond what a fresh worker has
    output_bytes: int = 64 << 10  # of prints kept for the report
    scratch_bytes: int = 64 << 20
    artefact_bytes: int = 32 << 20  # one reply, an ONNX file included


class Nursery:
    """A running nursery with `channels` independent control sockets (one for each judge process).

    `folder` is where submissions and scratch folders lie: should the judge be killed, the nursery removes it.
    `digits` is a file with the training part of scikit-learn's digits, which student code may read.
    """

    def __init__(
        self, level: str = "none", channels: int = 1, folder: Path | None = None, digits: Path | None = None
    ) -> None:
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(channels)]
        theirs = [pair[1].fileno() for pair in pairs]
        wrapping = bubble.around(folder) if level == "strict" else []
        program = [sys.executable, "-s", "-P", "-m", "grader.worker.nursery", level]
        with _reachable(folder) as (path, fds):
            self._process = subprocess.Popen(
                [*wrapping, *program, "bubble" if wrapping else "", path, *map(str, theirs)],
                env=CLEAN_ENVIRONMENT,
                pass_fds=[*theirs, *fds],
                stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C belongs to the judge
            )
        self._controls = [pair[0] for pair in pairs]
        for pair in pairs:
            pair[1].close()
        self._digits = "" if digits is None else str(digits)
        self._channel = 0
        self._described: str | None = None

    def use_channel(self, index: int) -> None:
        """Speak on control socket `index` from now on: each forked judge process takes its own."""
        self._channel = index

    def is_warm(self) -> bool:
        """Whether `ready` need not wait."""
        return self._described is not None or bool(select.select(self._controls[-1:], [], [], 0)[0])

    def ready(self) -> str:
        """Wait until the nursery is warm; how it confines its workers. Raises IsolationUnavailable, HarnessError."""
        if self._described is None:
            for control in self._controls:
                told = self._receive(NURSERY_START_SECONDS, control)[0]
                if "refused" in told:
                    raise IsolationUnavailable(told["refused"])
                self._described = str(told["ready"])
            assert self._described is not None
        return self._described

    def spawn(self, folder: Path, limits: Limits | None = None, role: Role = "student") -> Worker:
        """Fork a worker whose student code lives in `folder`. Raises HarnessError when it does not come up.

        An evaluator runs trained networks and none of that code; only it can read onnx and onnxruntime.
        """
        self.ready()
        limits = limits or Limits()
        request_read, request_write = _wide_pipe()
        reply_read, reply_write = _wide_pipe()
        output_read, output_write = os.pipe()
        theirs = [request_read, reply_write, output_write]
        scratch = tempfile.mkdtemp(prefix="scratch-", dir=folder.parent)
        asked = {"spawn": str(folder), "scratch": scratch, "limits": msgspec.to_builtins(limits)}
        asked |= {"role": role, "digits": self._digits if role == "student" else ""}
        try:
            answer, fds = self._ask(asked, theirs)
        except BaseException:
            for fd in (request_write, reply_read, output_read):
                os.close(fd)
            remove(Path(scratch))
            raise
        finally:
            for fd in theirs:
                os.close(fd)
        worker = Worker(self, answer["pid"], fds[0], request_write, reply_read, output_read, limits, Path(scratch))
        worker.wait_until_ready()
        return worker

    def reap(self, pid: int) -> int:
        """The wait status of a worker that has ended. Raises HarnessError for one that does not."""
        return int(self._ask({"reap": pid})[0]["status"])

    def close(self) -> None:
        """End the nursery and, by their parent-death signal, every worker."""
        for control in self._controls:
            control.close()
        self._process.kill()
        self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()

    def _ask(self, message: dict[str, Any], fds: Sequence[int] = ()) -> tuple[dict[str, Any], list[int]]:
        """The answer to one request. Raises HarnessError when there is none or it tells of a failure.

        Late answers come first: to what was asked in vain, perhaps by a judge that died and had this channel.
        """
        control = self._controls[self._channel]
        serial = secrets.randbits(63)  # counting, two judges could come to the same number
        self._send(control, {**message, "serial": serial}, fds)
        answer, handles = self._receive(SPAWN_SECONDS, control)
        while answer["serial"] != serial:
            for handle in handles:
                os.close(handle)
            if "pid" in answer:  # a worker that nobody knows of; the answer to this will be late, too
                self._send(control, {"reap": answer["pid"], "serial": 0})
            answer, handles = self._receive(SPAWN_SECONDS, control)
        if "failed" in answer:
            raise HarnessError(answer["failed"])
        return answer, handles

    def _send(self, control: socket.socket, message: dict[str, Any], fds: Sequence[int] = ()) -> None:
        control.settimeout(SPAWN_SECONDS)
        with contextlib.suppress(OSError):  # `_receive` says what became of the nursery
            socket.send_fds(control, [msgspec.msgpack.encode({**message, "judge": os.getpid()})], fds)

    def _receive(self, seconds: float, control: socket.socket) -> tuple[dict[str, Any], list[int]]:
        control.settimeout(seconds)
        try:
            data, fds, _, _ = socket.recv_fds(control, 1 << 16, 1)
        except TimeoutError:
            raise HarnessError(f"the nursery did not answer within {seconds:g} s") from None
        except OSError:
            data, fds = b"", []
        if not data:
            raise HarnessError(f"the nursery has ended: {self._last_words()}")
        return msgspec.msgpack.decode(data), fds

    def _last_words(self) -> str:
        self._process.kill()
        _, errors = self._process.communicate()
        return errors.decode(errors="replace").strip()[-2000:] or f"exit status {self._process.returncode}"

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Worker:
    """One forked worker. After any WorkerFailed it is dead: make another."""

    def __init__(
        self,
        nursery: Nursery,
        pid: int,
        pidfd: int,
        requests: int,
        replies: int,
        output: int,
        limits: Limits,
        scratch: Path,
    ) -> None:
        self.pid = pid
        self.limits = limits
        self.output = bytearray()
        self.output_dropped = 0
        self._nursery = nursery
        self._scratch = scratch
        self._pidfd, self._requests, self._replies, self._output = pidfd, requests, replies, output
        for fd in (requests, replies, output):
            os.set_blocking(fd, False)
        self._received = bytearray()
        self._baseline = 0
        self._scratch_is_sized = layers.SCRATCH in nursery.ready()
        self._looked = time.monotonic()
        self._alive = True

    def wait_until_ready(self) -> None:
        """Wait until it has confined itself. Raises HarnessError when it cannot."""
        try:
            reply = self._next_reply(time.monotonic() + SPAWN_SECONDS, f"{SPAWN_SECONDS} s to start")
        except WorkerFailed as failure:
            raise HarnessError(f"a worker did not come up: {failure}: {self.take_output()[-500:]}") from None
        if reply.raised is not None:
            self.kill()
            raise HarnessError(reply.raised.message)
        self._baseline = self._resident()

    def ask(self, request: protocol.Request, seconds: float, limit: str) -> protocol.Reply:
        """One request, one reply, within `seconds`, which a finding calls `limit`. Raises WorkerFailed."""
        deadline = time.monotonic() + seconds
        self._expect_silence()
        self._send_bytes(protocol.frame(request), deadline, limit)
        return self._next_reply(deadline, limit, called=bool(request.calls))

    def stream(self, frame: bytearray, count: int, seconds: float, limit: str) -> Iterator[protocol.Reply]:
        """Send one ready-made batch of `count` calls and yield each reply as it comes. Raises WorkerFailed.

        Each call has its own limit, all together have `seconds`; `limit` is what a finding calls that.
        """
        deadline = time.monotonic() + seconds
        self._expect_silence()
        self._send_bytes(frame, deadline, limit)
        for _ in range(count):
            call_deadline = time.monotonic() + self.limits.call_seconds
            if call_deadline <= deadline:
                yield self._next_reply(call_deadline, f"the limit of {self.limits.call_seconds:g} s for one call", True)
            else:
                yield self._next_reply(deadline, limit, True)

    def take_output(self) -> str:
        """What was printed since the last time, cut at the limit, as text."""
        if self._alive:
            self._drain()
        text = self.output.decode("utf-8", "replace")
        if self.output_dropped:
            text += f"\n[{self.output_dropped:,} more bytes were printed and left out]"
        self.output.clear()
        self.output_dropped = 0
        return text

    def kill(self) -> int | None:
        """End the worker's whole process group at once; its wait status."""
        if not self._alive:
            return None
        self._alive = False
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        select.select([self._pidfd], [], [], SPAWN_SECONDS)
        self._drain()
        for fd in (self._pidfd, self._requests, self._replies, self._output):
            os.close(fd)
        remove(self._scratch)
        return self._nursery.reap(self.pid)

    def _expect_silence(self) -> None:
        """Raises WorkerFailed when a reply is there before anything was asked: only a forger answers unasked."""
        if self._received or select.select([self._replies], [], [], 0)[0]:
            self._fill(1, time.monotonic(), "no limit")  # or the end of the pipe, which `_fill` tells of
            self.kill()
            raise WorkerFailed("your code wrote into the grader's own channel: an answer nobody asked for", "protocol")

    def _send_bytes(self, data: bytearray, deadline: float, limit: str) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._requests, rest) :]
            except BlockingIOError:
                self._wait(deadline, limit, writing=True)
            except BrokenPipeError:
                self._fail_ended()

    def _next_reply(self, deadline: float, limit: str, called: bool = False) -> protocol.Reply:
        most = min(self.limits.artefact_bytes, protocol.MOST_CALL_BYTES) if called else self.limits.artefact_bytes
        try:
            self._fill(8, deadline, limit)
            length = protocol.body_length(bytes(self._received[:8]), most)
            self._fill(8 + length, deadline, limit)
            reply = protocol.read_reply(bytes(self._received[8 : 8 + length]))
        except protocol.ProtocolError as problem:
            self.kill()
            raise WorkerFailed(
                f"your code wrote into the grader's own channel or returned too much: {problem}", "protocol"
            ) from None
        del self._received[: 8 + length]
        return reply

    def _fill(self, count: int, deadline: float, limit: str) -> None:
        while len(self._received) < count:
            try:
                part = os.read(self._replies, 1 << 20)
            except BlockingIOError:
                self._wait(deadline, limit)
                continue
            if not part:
                self._fail_ended()
            self._received += part

    def _wait(self, deadline: float, limit: str, writing: bool = False) -> None:
        """Until the pipe moves. Drains prints, watches memory, scratch and the clock; raises WorkerFailed."""
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            self.kill()
            raise WorkerFailed(f"your code was stopped at {limit}", "timeout")
        readable, _, _ = select.select(
            [self._output, self._pidfd] + ([] if writing else [self._replies]),
            [self._requests] if writing else [],
            [],
            min(remaining, POLL_SECONDS),
        )
        if self._output in readable:
            self._drain()
        if self._pidfd in readable and self._replies not in readable:
            self._fail_ended()
        if time.monotonic() - self._looked > POLL_SECONDS:
            self._look()

    def _look(self) -> None:
        """Raises WorkerFailed when the worker uses more memory or scratch than it may."""
        self._looked = time.monotonic()
        limits = self.limits
        if self._baseline and self._resident() - self._baseline > limits.memory_bytes:
            self.kill()
            raise WorkerFailed(
                f"your code was stopped at the memory limit of {limits.memory_bytes >> 20} MiB", "memory"
            )
        if not self._scratch_is_sized and (limit := over_limit(self._scratch, limits.scratch_bytes)):
            self.kill()
            raise WorkerFailed(f"your code was stopped at the limit of {limit}", "scratch")

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            for _ in range(DRAIN_READS):
                part = os.read(self._output, 1 << 16)
                if not part:
                    return
                room = self.limits.output_bytes - len(self.output)
                self.output += part[: max(room, 0)]
                self.output_dropped += len(part) - min(len(part), max(room, 0))

    def _resident(self) -> int:
        try:
            with open(f"/proc/{self.pid}/statm", "rb") as statm:
                return int(statm.read().split()[1]) * PAGE
        except (OSError, ValueError, IndexError):
            return 0

    def _fail_ended(self) -> None:
        status = self.kill() or 0
        if os.WIFSIGNALED(status):
            name = signal_name(os.WTERMSIG(status))
            words = {"SIGSEGV": " (a segmentation fault)", "SIGKILL": " (out of memory or CPU time)"}.get(name, "")
            raise WorkerFailed(f"your code crashed its process with {name}{words}", "killed")
        code = os.WEXITSTATUS(status)
        raise WorkerFailed(f"your code ended the process with exit status {code}", "exited")


@contextlib.contextmanager
def _reachable(folder: Path | None) -> Iterator[tuple[str, list[int]]]:
    """A path by which a child that gets these descriptors can delete `folder`, even where that has been mounted."""
    if folder is None:
        yield "", []
        return
    above = os.open(folder.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{above}/{folder.name}", [above]
    finally:
        os.close(above)


def _wide_pipe() -> tuple[int, int]:
    """A pipe that takes a batch of arrays at once, where the system allows that."""
    reading, writing = os.pipe()
    with contextlib.suppress(OSError):  # a user's pipes may have only so much memory together
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    return reading, writing


def signal_name(number: int) -> str:
    """SIGSEGV, or SIG40 for one of the real-time signals, which have no name of their own."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}"
