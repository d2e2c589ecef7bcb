"""A worker's life: confine itself, then answer requests until the pipe closes.

Runs in a fork of the nursery. Whatever student code raises becomes a Reply; only a dead process is silent.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from grader.errors import GraderError
from grader.worker import confinement, evaluator, networks, protocol
from grader.worker.procedures import Workspace, raised
from grader.worker.values import from_student, to_student

REQUEST_FD, REPLY_FD = 3, 4
OWN_MODULES = ("grader", "msgspec")  # hidden from student code; what runs here keeps its own references


def live(
    fds: Sequence[int], kept: Sequence[int], workspace: Workspace, role: confinement.Role, confine: Callable[[], None]
) -> None:
    """Take over this forked process: arrange descriptors, confine, serve, exit. Does not return.

    fds: where requests come from, replies go to and prints go to. kept: what `confine` still needs open.
    role: an evaluator runs no student code, and everybody else no trained network.
    """
    status = 1
    try:
        _arrange_descriptors(fds, kept)
        confine()
        _hide_own_modules()
        _send(protocol.Reply())  # ready
        _serve(workspace, role)
        status = 0
    except (GraderError, OSError) as problem:  # not confined, or cut off from the submission: ours to mend
        _send(protocol.Reply(raised=protocol.Raised(type(problem).__name__, str(problem), internal=True)))
    finally:
        os._exit(status)


def _hide_own_modules() -> None:
    """Let student code import none of them, nor find where rubric and reference lie in a checkout."""
    for name in [name for name in sys.modules if name.partition(".")[0] in OWN_MODULES]:
        del sys.modules[name]
    root = str(Path(__file__).resolve().parents[2])
    if not root.endswith("-packages"):  # which torch is imported from as well
        sys.path[:] = [folder for folder in sys.path if folder != root]
        sys.path_importer_cache.pop(root, None)  # it remembers the names of files


def _arrange_descriptors(fds: Sequence[int], kept: Sequence[int]) -> None:
    os.setsid()
    requests, replies, output = fds
    null = os.open(os.devnull, os.O_RDONLY)
    for target, fd in enumerate((null, output, output, requests, replies)):
        os.dup2(fd, target, inheritable=False)  # every one of `fds` and `kept` lies above these targets
    confinement.close_all_but({0, 1, 2, REQUEST_FD, REPLY_FD, *kept})
    text = {"encoding": "utf-8", "errors": "backslashreplace", "write_through": True}
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - lives as long as the process
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), **text)  # type: ignore[arg-type]
    sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), **text)  # type: ignore[arg-type]
    sys.__stdout__, sys.__stderr__, sys.__stdin__ = sys.stdout, sys.stderr, sys.stdin  # type: ignore[misc]


def _serve(workspace: Workspace, role: confinement.Role) -> None:
    while True:
        prefix = _read(8)
        if not prefix:
            return
        request = protocol.read_request(_read(protocol.body_length(bytes(prefix))))
        answers = _evaluated if role == "evaluator" else _answers
        for reply in answers(workspace, request):
            _send(reply)


def _answers(workspace: Workspace, request: protocol.Request) -> Iterator[protocol.Reply]:
    if request.procedure == "calls":
        for call in request.calls:
            yield _guarded(workspace, lambda call=call: workspace.call(call))  # type: ignore[misc]
        return
    arguments = [to_student(value, "torch") for value in request.arguments]
    yield _guarded(workspace, lambda: _procedure(workspace, request.procedure, arguments))


def _evaluated(workspace: Workspace, request: protocol.Request) -> Iterator[protocol.Reply]:
    arguments = [to_student(value, "torch") for value in request.arguments]
    yield _guarded(workspace, lambda: evaluator.run(workspace, request.procedure, arguments))


def _procedure(workspace: Workspace, name: str, arguments: list[Any]) -> protocol.Reply:
    if name == "load":
        names = from_student(workspace.load(*arguments))
        broken = workspace.broken_import
        return protocol.Reply(
            names, raised(broken, workspace.folder, workspace.file, workspace.beside) if broken else None
        )
    if name == "constant":
        return protocol.Reply(workspace.constant(*arguments))
    return networks.run(workspace, name, arguments)


def _guarded(workspace: Workspace, action: Callable[[], protocol.Reply]) -> protocol.Reply:
    try:
        return action()
    except BaseException as problem:  # SystemExit, KeyboardInterrupt and students' own kinds too
        return protocol.Reply(raised=raised(problem, workspace.folder, workspace.file, workspace.beside))


def _read(count: int) -> bytearray:
    """Exactly `count` bytes, or none at the end of the pipe."""
    whole = bytearray(count)
    rest = memoryview(whole)
    while rest:
        got = os.readv(REQUEST_FD, [rest])
        if not got:
            return bytearray()
        rest = rest[got:]
    return whole


def _send(reply: protocol.Reply) -> None:
    rest = memoryview(protocol.frame(reply))
    while rest:
        rest = rest[os.write(REPLY_FD, rest) :]
