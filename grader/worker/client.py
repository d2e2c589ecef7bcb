"""The judge's handle on the nursery and on one worker. Trusts nothing that comes back.

Every wait has a limit of own time (see `owntime`) that is enforced from outside, by killing the worker's process group;
what the worker prints is drained meanwhile and cut at a limit; its memory and threads are watched while it is waited for.
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

from grader.errors import HarnessError, IsolationUnavailable, ShortOfResources, WorkerFailed
from grader.excerpt import Excerpt
from grader.worker import card as cards
from grader.worker import protocol
from grader.worker.confinement import Role, bubble, gpu, layers
from grader.worker.confinement.limits import MOST_THREADS
from grader.worker.owntime import Account, Allowance, Meter
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
    "MALLOC_MMAP_THRESHOLD_": "33554432",  # the greatest that glibc takes
    "MALLOC_TRIM_THRESHOLD_": "134217728",  # else every batch of a training maps and unmaps its memory anew
}
NURSERY_START_SECONDS = 600  # of wall time; some 5 on an idle machine
SPAWN_SECONDS = 30
SPAWN_PAUSES = (0.2, 1.0, 3.0)  # seconds before another try, where there was no process or memory left for a worker
PIPE_BYTES = 1 << 20  # the most that Linux gives an ordinary user
POLL_SECONDS = 0.1  # between two looks at a worker's time, memory, threads and scratch
ENDING_SECONDS = 5.0  # from the end of a worker's pipe to its own
LEAST_POLL_SECONDS = 0.005  # when next to nothing is left of a limit
SAMPLED_SECONDS = 0.02  # an answer that was waited for so long may have been delayed by others
DRAIN_READS = 64  # at a time, so that a worker that never stops printing cannot keep the judge from its clock
PAGE = os.sysconf("SC_PAGE_SIZE")
FOR_ONE_CALL = "for one call"  # how a limit ends in words that a single call of student code used up


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one worker may use. Hitting one is a finding that names it."""

    call_seconds: float = 10.0  # own time of one call, see `owntime`
    check_seconds: float = 30.0  # own time of all calls of one check
    exercise_seconds: float = 120.0  # own time of all checks of one exercise, beside its training
    training_seconds: float = 150.0  # own time of all that trains and is measured in an exercise
    submission_seconds: float = 300.0  # own time of all exercises of a submission together, training included
    cpu_seconds: int = 300  # processor time of one worker, kept by the kernel
    memory_bytes: int = 2 << 30  # beyond what a fresh worker has
    output_bytes: int = 64 << 10  # of prints kept for the report
    scratch_bytes: int = 64 << 20
    artefact_bytes: int = 32 << 20  # one reply, an ONNX file included


class Nursery:
    """A running nursery with `channels` independent control sockets (one for each judge process).

    `folder` is where submissions and scratch folders lie: should the judge be killed, the nursery removes it.
    `digits` is a file with the training part of scikit-learn's digits, which student code may read.
    `card`: student code may use a GPU, also where it is confined.
    """

    def __init__(
        self,
        level: str = "none",
        channels: int = 1,
        folder: Path | None = None,
        digits: Path | None = None,
        card: bool = False,
    ) -> None:
        self._level, self._channels, self._folder, self._card = level, channels, folder, card
        self.most_threads = gpu.THREADS if card else MOST_THREADS
        self.card_bytes = 0  # of a GPU's memory that one worker may hold, seen from outside; 0: nobody looks
        self._digits = "" if digits is None else str(digits)
        self._channel = 0
        self._described: str | None = None
        wrapping = bubble.around(folder) if level == "strict" and not card else []  # a bubble has no devices
        try:
            self._start(wrapping)
        except OSError:
            if not wrapping:
                raise
            self._start([])

    def _start(self, wrapping: list[str]) -> None:
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(self._channels)]
        self._controls = [pair[0] for pair in pairs]
        theirs = [pair[1] for pair in pairs]
        numbers = [control.fileno() for control in theirs]
        program = [sys.executable, "-s", "-P", "-m", "grader.worker.nursery", self._level]
        flags = "bubble" if wrapping else "", "card" if self._card else ""
        self._in_bubble = bool(wrapping)
        try:
            with _reachable(self._folder) as (path, fds):
                self._process = subprocess.Popen(
                    [*wrapping, *program, *flags, path, *map(str, numbers)],
                    env=CLEAN_ENVIRONMENT,
                    pass_fds=[*numbers, *fds],
                    stdin=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    start_new_session=True,  # Ctrl-C belongs to the judge
                )
        except OSError:
            for control in self._controls:
                control.close()
            raise
        finally:
            for control in theirs:
                control.close()

    def use_channel(self, index: int) -> None:
        """Speak on control socket `index` from now on: each forked judge process takes its own."""
        self._channel = index

    def is_warm(self) -> bool:
        """Whether `ready` need not wait."""
        return self._described is not None or bool(select.select(self._controls[-1:], [], [], 0)[0])

    def ready(self) -> str:
        """Wait until the nursery is warm; how it confines its workers. Raises IsolationUnavailable, HarnessError."""
        if self._described is None:
            try:
                self._described = self._told_ready()
            except HarnessError:
                if not self._in_bubble or bubble.works(self._folder):
                    raise
                self.close()
                self._start([])
                self._described = self._told_ready()
        return self._described

    def _told_ready(self) -> str:
        told = [self._receive(NURSERY_START_SECONDS, control)[0] for control in self._controls][-1]
        if "refused" in told:
            raise IsolationUnavailable(told["refused"])
        return str(told["ready"])

    def spawn(
        self,
        folder: Path,
        limits: Limits | None = None,
        account: Account | None = None,
        role: Role = "student",
        wanted: Sequence[str] = (),
    ) -> Worker:
        """Fork a worker whose student code lives in `folder` and whose own time is put down to `account`.

        An evaluator runs trained networks and none of that code; only it can read onnx and onnxruntime. What is `wanted`
        of `nursery.ON_DEMAND` it finds imported. Raises HarnessError when it does not come up.
        """
        self.ready()
        limits = limits or Limits()
        request_read, request_write = _wide_pipe()
        reply_read, reply_write = _wide_pipe()
        output_read, output_write = os.pipe()
        theirs = [request_read, reply_write, output_write]
        scratch = tempfile.mkdtemp(prefix="scratch-", dir=folder.parent)
        asked = {"spawn": str(folder), "scratch": scratch, "limits": msgspec.to_builtins(limits)}
        asked |= {"role": role, "digits": self._digits if role == "student" else "", "wanted": list(wanted)}
        try:
            answer, fds = self._ask_patiently(asked, theirs)
        except BaseException:
            for fd in (request_write, reply_read, output_read):
                os.close(fd)
            remove(Path(scratch))
            raise
        finally:
            for fd in theirs:
                os.close(fd)
        pipes = (request_write, reply_read, output_read)
        worker = Worker(self, answer["pid"], fds[0], *pipes, limits, Path(scratch), account or Account())
        worker.wait_until_ready()
        return worker

    def watch_card(self, pid: int) -> bool:
        """From now on what each worker holds of the GPU's memory is watched, if what worker `pid` holds can be seen."""
        if cards.held(pid):
            self.card_bytes = cards.total() // self._channels + cards.BESIDE_TENSORS
        return bool(self.card_bytes)

    def reap(self, pid: int) -> int:
        """The wait status of a worker that has ended. Raises HarnessError for one that does not."""
        return int(self._ask({"reap": pid})[0]["status"])

    def close(self) -> None:
        """End the nursery and, by their parent-death signal, every worker."""
        for control in self._controls:
            control.close()
        self._kill()
        self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()

    def _kill(self) -> None:
        """With its whole group: a bubble that is killed while it is made leaves a process which waits for it for ever."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _ask_patiently(self, message: dict[str, Any], fds: Sequence[int]) -> tuple[dict[str, Any], list[int]]:
        """As `_ask`, again and again where what is missing, processes or memory, may soon be there."""
        for pause in SPAWN_PAUSES:
            try:
                return self._ask(message, fds)
            except ShortOfResources:
                time.sleep(pause)
        return self._ask(message, fds)

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
            raise ShortOfResources(answer["failed"]) if answer.get("passing") else HarnessError(answer["failed"])
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
            raise ShortOfResources(f"the nursery did not answer within {seconds:g} s") from None
        except OSError:
            data, fds = b"", []
        if not data:
            raise HarnessError(f"the nursery has ended: {self._last_words()}")
        return msgspec.msgpack.decode(data), fds

    def _last_words(self) -> str:
        self._kill()
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
        account: Account,
    ) -> None:
        self.pid = pid
        self.limits = limits
        self.output = Excerpt(limits.output_bytes)
        self._nursery = nursery
        self._most_threads = nursery.most_threads
        self._card_bytes = nursery.card_bytes
        self._scratch = scratch
        self._pidfd, self._requests, self._replies, self._output = pidfd, requests, replies, output
        for fd in (requests, replies, output):
            os.set_blocking(fd, False)
        self._received = bytearray()
        self._baseline = 0
        self._account = account
        self._meter = Meter(pid)
        self._settled = self._meter.read()  # what is put down to the account already
        self._allowances: tuple[Allowance, ...] = ()  # for what is being asked now
        self._scratch_is_sized = layers.SCRATCH in nursery.ready()
        self._looked = time.monotonic()
        self._alive = True

    def wait_until_ready(self) -> None:
        """Wait until it has confined itself. Raises HarnessError when it cannot."""
        self._allow(SPAWN_SECONDS, f"{SPAWN_SECONDS} s to start")
        try:
            reply = self._next_reply()
        except WorkerFailed as failure:
            kind = ShortOfResources if failure.kind == "starved" else HarnessError
            raise kind(f"a worker did not come up: {failure}: {str(self.take_output())[-500:]}") from None
        if reply.raised is not None:
            self.kill()
            raise HarnessError(reply.raised.message)
        self._baseline = self._resident()
        self._meter.sample()
        self._settled = self._meter.read()  # starting is ours

    def ask(self, request: protocol.Request, seconds: float, limit: str) -> protocol.Reply:
        """One request, one reply, within `seconds` of own time, which a finding calls `limit`. Raises WorkerFailed."""
        self._allow(seconds, limit)
        self._expect_silence()
        self._send_bytes(protocol.frame(request))
        reply = self._next_reply(called=bool(request.calls))
        self._settle()
        return reply

    def stream(self, frame: bytearray, count: int, seconds: float, limit: str) -> Iterator[protocol.Reply]:
        """Send one ready-made batch of `count` calls and yield each reply as it comes. Raises WorkerFailed.

        Each call has its own limit, all together have `seconds` of own time; `limit` is what a finding calls that.
        What the judge computes until it asks for the next reply counts as well: answers may be made to keep it busy.
        """
        one_call = self.limits.call_seconds, f"the limit of {self.limits.call_seconds:g} s {FOR_ONE_CALL}"
        self._allow(seconds, limit)
        whole = self._allowances
        self._expect_silence()
        self._send_bytes(frame)
        for _ in range(count):
            self._stop_at(whole)
            self._allowances = (*whole, Allowance(self._meter, *one_call))
            reply = self._next_reply(called=True)
            self._settle()
            began = time.process_time()
            yield reply
            self._meter.judge(time.process_time() - began)
        self._settle()

    def take_output(self) -> Excerpt:
        """What was printed since the last time, cut at the limit."""
        if self._alive:
            self._drain()
        printed, self.output = self.output, Excerpt(self.limits.output_bytes)
        return printed

    def kill(self) -> int | None:
        """End the worker's whole process group at once; its wait status."""
        if not self._alive:
            return None
        self._settle()
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
            self._fill(1)  # or the end of the pipe, which `_fill` tells of
            self.kill()
            raise WorkerFailed("your code wrote into the grader's own channel: an answer nobody asked for", "protocol")

    def _allow(self, seconds: float, limit: str) -> None:
        """From now on there are `seconds` of own time."""
        self._allowances = (Allowance(self._meter, seconds, limit),)

    def _settle(self) -> None:
        """Put the own time since the last settlement down to the account."""
        now = self._meter.read()
        if now.waited - self._settled.waited > SAMPLED_SECONDS:
            self._meter.sample()
            now = self._meter.read()
        self._account.spent += now.since(self._settled)
        self._settled = now

    def _send_bytes(self, data: bytearray) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._requests, rest) :]
            except BlockingIOError:
                self._wait(writing=True)
            except BrokenPipeError:
                self._fail_ended()

    def _next_reply(self, called: bool = False) -> protocol.Reply:
        most = min(self.limits.artefact_bytes, protocol.MOST_CALL_BYTES) if called else self.limits.artefact_bytes
        try:
            self._fill(8)
            length = protocol.body_length(bytes(self._received[:8]), most)
            self._fill(8 + length)
            began = time.process_time()
            reply = protocol.read_reply(bytes(self._received[8 : 8 + length]))
            self._meter.judge(time.process_time() - began)
        except protocol.TooLong:
            self.kill()
            raise WorkerFailed(f"your code sent an answer over the limit of {most >> 20} MiB", "protocol") from None
        except protocol.ProtocolError as problem:
            self.kill()
            raise WorkerFailed(
                f"your code wrote into the grader's own channel or returned too much: {problem}", "protocol"
            ) from None
        del self._received[: 8 + length]
        return reply

    def _fill(self, count: int) -> None:
        while len(self._received) < count:
            try:
                part = os.read(self._replies, 1 << 20)
            except BlockingIOError:
                self._wait()
                continue
            if not part:
                self._fail_ended()
            self._received += part

    def _wait(self, writing: bool = False) -> None:
        """Until the pipe moves, which it did not do a moment ago. Drains prints, watches limits; raises WorkerFailed."""
        began = time.monotonic()
        if began - self._looked > POLL_SECONDS:
            self._look()
        left = min(allowance.left for allowance in self._allowances)
        patience = min(max(left, LEAST_POLL_SECONDS), POLL_SECONDS)
        readable, writable, _ = select.select(
            [self._output, self._pidfd] + ([] if writing else [self._replies]),
            [self._requests] if writing else [],
            [],
            patience,
        )
        self._meter.wait(min(time.monotonic() - began, patience))  # a judge that is woken late has not waited longer
        if not readable and not writable:
            self._looked = 0.0  # there is time to look
        if self._output in readable:
            self._drain()
        if self._pidfd in readable and self._replies not in readable:
            self._fail_ended()

    def _look(self) -> None:
        """Raises WorkerFailed when the worker uses more time, memory, threads or scratch than it may."""
        self._looked = time.monotonic()
        limits, threads = self.limits, self._meter.sample()
        self._stop_at(self._allowances)
        if any(allowance.starved for allowance in self._allowances):
            self.kill()
            raise WorkerFailed("your code got next to nothing of this machine's processors", "starved")
        if self._baseline and self._resident() - self._baseline > limits.memory_bytes:
            self._stop(f"the memory limit of {limits.memory_bytes >> 20} MiB", "memory")
        if self._card_bytes and cards.held(self.pid) > self._card_bytes:
            self._stop(f"the limit of {self._card_bytes >> 20} MiB of the GPU's memory", "memory")
        if threads > self._most_threads:
            self._stop(f"the limit of {self._most_threads} threads", "threads")
        if not self._scratch_is_sized and (limit := over_limit(self._scratch, limits.scratch_bytes)):
            self._stop(f"the limit of {limit}", "scratch")

    def _stop_at(self, allowances: tuple[Allowance, ...]) -> None:
        for allowance in allowances:
            if allowance.left <= 0:
                self._stop(allowance.words, "timeout")

    def _stop(self, limit: str, kind: str) -> None:
        self.kill()
        raise WorkerFailed(f"your code was stopped at {limit}", kind)

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            for _ in range(DRAIN_READS):
                part = os.read(self._output, 1 << 16)
                if not part:
                    return
                self.output.add(part)

    def _resident(self) -> int:
        try:
            with open(f"/proc/{self.pid}/statm", "rb") as statm:
                return int(statm.read().split()[1]) * PAGE
        except (OSError, ValueError, IndexError):
            return 0

    def _fail_ended(self) -> None:
        """Raises WorkerFailed: how it has ended. A SIGKILL may come from outside, as by a system that is out of memory."""
        computed = self._meter.read().computed
        has_ended = bool(select.select([self._pidfd], [], [], ENDING_SECONDS)[0])
        status = self.kill() or 0
        if not has_ended:
            raise WorkerFailed("your code closed the grader's own channel", "protocol")
        if os.WIFSIGNALED(status):
            name = signal_name(os.WTERMSIG(status))
            if name == "SIGKILL" and computed > self.limits.cpu_seconds - 1:
                raise WorkerFailed(
                    f"your code was stopped at the limit of {self.limits.cpu_seconds} s of processor time", "timeout"
                )
            self._account.killed |= name == "SIGKILL"
            words = {"SIGSEGV": " (a segmentation fault)", "SIGKILL": " (out of memory)"}.get(name, "")
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
