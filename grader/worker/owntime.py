"""Own time: what a submission's threads computed and slept, not what they waited for a processor or for the judge.

    own = max(processor time of all threads, what the judge waited - what the threads were kept waiting) + judge's work

All limits of time count it. A busy machine delays a worker without costing it anything: a thread that is ready to run
and does not run is counted by the kernel in /proc/PID/task/*/schedstat (where that is missing, the delay counts as 0).
The judge waits only while there is nothing to read, and counts no wait as longer than it was meant to be, so a judge
that is slow or starved blames nobody. All numbers are seconds.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping
from typing import NamedTuple

BACKSTOP_TIMES, BACKSTOP_SECONDS = 10, 60.0  # of wall time, for each limit of own time


class Reading(NamedTuple):
    """What a meter shows; only the difference of two readings means anything."""

    computed: float = 0.0  # by all threads that the process ever had
    waited: float = 0.0  # by the judge, for this process
    delayed: float = 0.0  # ready to run, and kept waiting: of each moment, the thread that was kept longest
    judged: float = 0.0  # processor time of the judge for what this process told

    def since(self, start: Reading) -> float:
        """Own time from `start` to this reading."""
        slept = self.waited - start.waited - (self.delayed - start.delayed)
        return max(self.computed - start.computed, slept, 0.0) + self.judged - start.judged


class Meter:
    """The own time of one process, read from outside of it."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._clock = ~pid << 3 | 2  # the kernel's name for the processor time of a process
        self._computed = self._waited = self._delayed = self._judged = 0.0
        self._delays: Mapping[str, float] = {}

    def wait(self, seconds: float) -> None:
        """Note that the judge has waited."""
        self._waited += seconds

    def judge(self, seconds: float) -> None:
        """Note what the judge computed about an answer."""
        self._judged += seconds

    def sample(self) -> int:
        """Ask the kernel for the delays since the last sample; how many threads there are now."""
        delays = _delays(self._pid)
        self._delayed += max([0.0, *(delays[thread] - self._delays.get(thread, 0.0) for thread in delays)])
        self._delays = delays
        return len(delays)

    def read(self) -> Reading:
        """Cheap: the delays are those of the last sample."""
        self._computed = _processor_time(self._clock, self._computed)
        return Reading(self._computed, self._waited, self._delayed, self._judged)


class Allowance:
    """A limit of own time from now on, and the wall time after which waiting for it is given up."""

    def __init__(self, meter: Meter, seconds: float, words: str) -> None:
        self.seconds = seconds
        self.words = words  # what a finding calls it: "the limit of 10 s for one call"
        self._meter = meter
        self._start = meter.read()
        self._backstop = time.monotonic() + BACKSTOP_TIMES * seconds + BACKSTOP_SECONDS

    @property
    def left(self) -> float:
        """Of the own time; used up at 0."""
        return self.seconds - self._meter.read().since(self._start)

    @property
    def starved(self) -> bool:
        """Whether so much wall time has gone by that the machine must be at fault."""
        return time.monotonic() > self._backstop


class Account:
    """The own time of one submission: all its exercises, workers and training together."""

    def __init__(self, limit: float = math.inf) -> None:
        self.limit = limit
        self.spent = 0.0
        self.starved = False  # a worker got so little of the processors that nothing can be said
        self.killed = False  # a worker was, and by no limit of ours: perhaps by itself, perhaps from outside

    @property
    def left(self) -> float:
        """What may still be spent."""
        return max(0.0, self.limit - self.spent)


def _processor_time(clock: int, before: float) -> float:
    """What the kernel says, or said `before` where the process is gone."""
    try:
        return time.clock_gettime(clock)
    except OSError:
        return before


def _delays(pid: int) -> dict[str, float]:
    """How long each thread was ready to run and did not run, since it began."""
    found: dict[str, float] = {}
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return found
    for thread in threads:
        try:
            with open(f"/proc/{pid}/task/{thread}/schedstat", "rb") as file:
                found[thread] = int(file.read().split()[1]) / 1e9
        except (OSError, ValueError, IndexError):  # it has ended, or this kernel does not count
            found[thread] = 0.0
    return found
