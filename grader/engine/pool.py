"""Spread work over forked processes: what was made before the fork is shared, results come as they are done."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from grader.errors import HarnessError
from grader.worker.confinement import pdeathsig

Item = TypeVar("Item")
Result = TypeVar("Result")
POLL_SECONDS = 1.0


def spread(work: Callable[[int, Item], Result], items: Sequence[Item], jobs: int) -> Iterator[tuple[Item, Result]]:
    """`work(job, item)` for every item, in `jobs` processes forked now; job counts from 0.

    Only indices and results cross the pipes, a new index for every result: neither pipe can fill up while the
    other side waits. Raises HarnessError when all processes have ended before their work was done.
    """
    jobs = min(jobs, len(items))
    if jobs <= 1:
        for item in items:
            yield item, work(0, item)
        return
    context = multiprocessing.get_context("fork")
    todo: Any = context.SimpleQueue()
    done: Any = context.SimpleQueue()

    parent = os.getpid()

    def live(job: int) -> None:
        pdeathsig(parent)  # killed outright, the parent could not end its processes
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # on Ctrl-C the parent does
        if "torch" in sys.modules:  # the parent's threads are not here: a parallel operation would wait for them for ever
            sys.modules["torch"].set_num_threads(1)
        while (index := todo.get()) is not None:
            done.put((index, work(job, items[index])))

    waiting = iter([*range(len(items)), *[None] * jobs])
    for _ in range(2 * jobs):
        todo.put(next(waiting, None))
    processes = [context.Process(target=live, args=(job,), daemon=True) for job in range(jobs)]
    for process in processes:
        process.start()
    try:
        for _ in items:
            index, result = _next(done, processes)
            todo.put(next(waiting, None))
            yield items[index], result
    finally:
        for process in processes:
            process.terminate()


def _next(done: Any, processes: Sequence[Any]) -> Any:
    while not done._reader.poll(POLL_SECONDS):
        if not any(process.is_alive() for process in processes):
            raise HarnessError("all judge processes have ended before their work was done")
    return done.get()
