"""Limits that depend on what else runs."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest

from grader.worker.confinement import limits
from grader.worker.confinement.limits import MOST_THREADS, Limits, limit_openings, threads_of


def test_threads_of_a_uid() -> None:
    """All threads of all its processes are counted; of a uid that nobody has there are none."""
    before, done = threads_of(os.getuid()), threading.Event()
    threads = [threading.Thread(target=done.wait) for _ in range(20)]
    for thread in threads:
        thread.start()
    with_them = threads_of(os.getuid())
    done.set()
    for thread in threads:
        thread.join()

    assert 0 < before
    assert 21 <= with_them  # other processes may come and go
    assert 0 == threads_of((1 << 31) - 7)


@pytest.mark.parametrize(("private", "lowest", "highest"), [(True, MOST_THREADS, MOST_THREADS), (False, 305, 10**6)])
def test_threads_are_limited(monkeypatch: pytest.MonkeyPatch, private: bool, lowest: int, highest: int) -> None:
    """Where the uid is shared there is room for what runs already and for other workers."""
    put: dict[str, Any] = {}
    monkeypatch.setattr(limits, "_lower", put.__setitem__)
    monkeypatch.setattr(limits, "threads_of", lambda uid: 49)
    limit_openings(Limits(), private_uid=private)

    assert lowest <= put["RLIMIT_NPROC"] <= highest
