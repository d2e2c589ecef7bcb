"""Work spread over forked processes."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.engine.pool import spread, unbroken
from grader.errors import HarnessError
from tests.processes import until


def test_every_item_once() -> None:
    """Every item comes back once with its result, whatever the number of processes."""
    for jobs in (1, 3):
        assert {n: 2 * n for n in range(10)} == dict(spread(lambda job, item: 2 * item, range(10), jobs))


def test_more_than_a_pipe_holds() -> None:
    """Thousands of items with long results neither fill up a pipe nor wait for each other."""
    results = dict(spread(lambda job, item: item[:2] * 2000, [f"{n:05}{'x' * 200}" for n in range(3000)], 2))

    assert len(results) == 3000


def test_jobs_are_numbered() -> None:
    """Each process is told which one it is."""
    assert {job for _, job in spread(lambda job, item: job, range(50), 2)} <= {0, 1}


def test_dead_processes_are_replaced() -> None:
    """The item whose process dies comes back with how it ended; every other item, and that job, goes on."""
    deaths = {0: lambda: os._exit(7), 3: lambda: os.kill(os.getpid(), signal.SIGKILL)}

    def work(job: int, item: int) -> tuple[int, int]:
        deaths.get(item, lambda: None)()
        time.sleep(0.05)  # both jobs get something to do
        return job, item

    results = dict(spread(work, range(12), 2))

    assert {0, 3} == {item for item, result in results.items() if isinstance(result, HarnessError)}
    assert "exit status 7" in str(results[0]) and "SIGKILL" in str(results[3])
    done = [result for result in results.values() if isinstance(result, tuple)]
    assert {1, 2, *range(4, 12)} == {item for _, item in done}
    assert {0, 1} == {job for job, _ in done}


def test_all_processes_die() -> None:
    """Work that ends every process ends, with a result for every item."""
    results = dict(spread(lambda job, item: os._exit(1), range(5), 2))

    assert [True] * 5 == [isinstance(results[item], HarnessError) for item in range(5)]


def test_none_can_be_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where no process can take a dead one's place the others go on; without any, every item says so."""
    number, may_go_on = tmp_path / "number of the one that dies", tmp_path / "no other can be started"

    def refuse() -> int:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    def work(job: int, item: int) -> int:
        if item == 0:
            number.write_text(str(os.getpid()))
        until(may_go_on.exists if item != 1 else number.exists, "its turn")
        if item > 2:
            until(lambda: not Path("/proc", number.read_text()).exists(), "the end of the other process")
        return item or os._exit(1)

    found = spread(work, range(6), 2)
    results = dict([next(found)])
    monkeypatch.setattr(os, "fork", refuse)
    may_go_on.touch()
    results |= dict(found)

    assert [1, 2, 3, 4, 5] == [results[item] for item in range(1, 6)]
    assert isinstance(results[0], HarnessError)
    none = dict(spread(work, range(3), 2))
    assert ["no judge process could be started"] * 3 == [str(none[item]).partition(":")[0] for item in range(3)]


def test_those_who_need_all() -> None:
    """`unbroken` raises what another caller gets as a result."""
    assert {1: 1, 2: 2} == dict(unbroken(spread(lambda job, item: item, (1, 2), 2)))
    with pytest.raises(HarnessError, match="ended with exit status 1"):
        list(unbroken(spread(lambda job, item: os._exit(1) if item == 0 else item, range(4), 2)))


def test_torch_in_parallel_before_the_fork() -> None:
    """Processes forked from one whose torch has used its threads do not wait for threads that are not there."""
    script = """
import torch
from grader.engine.pool import spread, unbroken
torch.set_num_threads(4)
def work(job, item):
    return float((torch.ones(1 << 20) * 2).sum())
print(work(0, 0), *(result for _, result in spread(work, range(4), 2)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=600, check=True)

    assert ["2097152.0"] * 5 == done.stdout.split()
