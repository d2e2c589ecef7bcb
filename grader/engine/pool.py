"""Spread work over forked processes: what was made before the fork is shared, results come as they are done."""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from grader.errors import HarnessError
from grader.worker.client import signal_name
from grader.worker.confinement import pdeathsig

Item = TypeVar("Item")
Result = TypeVar("Result")
ENDING_SECONDS = 5.0  # from the end of a process's pipe to its own


def spread(
    work: Callable[[int, Item], Result], items: Sequence[Item], jobs: int
) -> Iterator[tuple[Item, Result | HarnessError]]:
    """`work(job, item)` for every item, in `jobs` forked processes; job counts from 0.

    An item whose process ends before its work is done comes back with a HarnessError, and another process takes
    that job. Only an index and a result at a time cross a process's own pipe: it cannot fill up while the other
    side waits, and nobody waits for a lock that a dead process holds.
    """
    jobs = min(jobs, len(items))
    if jobs <= 1:
        for item in items:
            yield item, work(0, item)
        return
    waiting = deque(range(len(items)))
    hands = [_Hand(partial(work, job), items) for job in range(jobs)]
    try:
        for hand in hands:
            hand.begin(waiting)
        while busy := {hand.pipe: hand for hand in hands if hand.busy}:
            done = []
            for pipe in multiprocessing.connection.wait(list(busy)):
                hand = busy[pipe]
                done.append(hand.finish())
                hand.begin(waiting)  # before the caller has its turn
            for index, result in done:
                yield items[index], result
        for index in waiting:
            yield items[index], HarnessError("no judge process could be started: too many processes, or no memory")
    finally:
        for hand in hands:
            hand.end()


def unbroken(results: Iterator[tuple[Item, Result | HarnessError]]) -> Iterator[tuple[Item, Result]]:
    """The results of `spread` for those who need them all. Raises the first HarnessError among them."""
    for item, result in results:
        if isinstance(result, HarnessError):
            raise result
        yield item, result


class _Hand:
    """One job: a process that works on one item at a time, and is replaced when it dies."""

    def __init__(self, work: Callable[[Any], Any], items: Sequence[Any]) -> None:
        self._work, self._items = work, items
        self._process: Any = None
        self._index = 0
        self.pipe: Any = None
        self.busy = False

    def begin(self, waiting: deque[int]) -> None:
        """Take up the next item, unless there is none or no process can be started: others take it up then."""
        if waiting and (self._process is not None or self._start()):
            self._index = waiting.popleft()
            self.busy = True
            with contextlib.suppress(BrokenPipeError):  # `finish` says how it ended
                self.pipe.send(self._index)

    def finish(self) -> tuple[int, Any]:
        """The item in hand and its result, which is a HarnessError when the process has ended instead."""
        self.busy = False
        try:
            return self._index, self.pipe.recv()
        except (EOFError, OSError):
            return self._index, self._bury()

    def end(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self.pipe.close()

    def _start(self) -> bool:
        """Fork. Like the first ones, so late a fork is safe while the parent runs no parallel torch operation."""
        context = multiprocessing.get_context("fork")
        pipe, theirs = context.Pipe()
        process = context.Process(target=_live, args=(os.getpid(), theirs, self._work, self._items), daemon=True)
        try:
            process.start()
        except OSError:
            pipe.close()
            return False
        finally:
            theirs.close()  # held by that process alone: its end is the end of the pipe
        self._process, self.pipe = process, pipe
        return True

    def _bury(self) -> HarnessError:
        process = self._process
        self.pipe.close()
        process.join(ENDING_SECONDS)
        process.kill()
        process.join()
        self._process = None
        code = process.exitcode
        how = f"with exit status {code}" if code >= 0 else f"by {signal_name(-code)}"
        hint = "; perhaps memory ran out: try fewer --jobs" if code == -signal.SIGKILL else ""
        return HarnessError(f"the judge process ended {how} before its work was done{hint}")


def compute_on_one_thread() -> None:
    """So does what imports torch later, see `grader.later`."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


def _live(parent: int, pipe: Any, work: Callable[[Any], Any], items: Sequence[Any]) -> None:
    pdeathsig(parent)  # killed outright, the parent could not end its processes
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # on Ctrl-C the parent does
    compute_on_one_thread()  # the parent's threads are not here: a parallel operation would wait for them for ever
    while True:
        pipe.send(work(items[pipe.recv()]))
