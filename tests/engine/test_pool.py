"""Work spread over forked processes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from grader.engine.pool import spread
from grader.errors import HarnessError


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


def test_dead_processes_are_noticed() -> None:
    """When a process ends early the caller is told, not kept waiting, though the others live."""
    with pytest.raises(HarnessError, match="ended before"):
        list(spread(lambda job, item: os._exit(1) if item == 0 else item, range(4), 2))


def test_torch_in_parallel_before_the_fork() -> None:
    """Processes forked from one whose torch has used its threads do not wait for threads that are not there."""
    script = """
import torch
from grader.engine.pool import spread
torch.set_num_threads(4)
def work(job, item):
    return float((torch.ones(1 << 20) * 2).sum())
print(work(0, 0), *(result for _, result in spread(work, range(4), 2)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)

    assert ["2097152.0"] * 5 == done.stdout.split()
