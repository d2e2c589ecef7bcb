"""Own time: what is counted and what is not. The kernel's numbers are played here, but for one process that sleeps."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from grader.worker import owntime
from grader.worker.owntime import Account, Allowance, Meter, Reading


class Kernel:
    """What a process has computed, how long each of its threads was kept waiting, and the wall clock."""

    def __init__(self) -> None:
        self.computed = self.now = 0.0
        self.delays = {"1": 0.0}
        self.gone = False

    def clock_gettime(self, clock: int) -> float:
        assert clock == ~77 << 3 | 2
        if self.gone:
            raise OSError("no such process")
        return self.computed

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    made = Kernel()
    monkeypatch.setattr(owntime, "time", made)
    monkeypatch.setattr(owntime, "_delays", lambda pid: dict(made.delays))
    return made


@pytest.mark.parametrize(
    ("computed", "waited", "delayed", "judged", "own"),
    [
        (3.0, 3.0, 0.0, 0.0, 3.0),  # alone on an idle machine
        (3.0, 30.0, 27.0, 0.0, 3.0),  # with a tenth of a processor
        (0.0, 3.0, 0.0, 0.0, 3.0),  # asleep
        (1.0, 12.0, 9.0, 0.0, 3.0),  # computing and sleeping by turns on a busy machine
        (6.0, 3.0, 0.0, 0.0, 6.0),  # two threads on two processors
        (3.0, 0.0, 0.0, 0.0, 3.0),  # while the judge did something else
        (0.0, 1.0, 2.0, 0.0, 0.0),  # delays of which the kernel told late
        (3.0, 1.0, 0.0, 2.0, 5.0),  # the judge's own work for it
    ],
)
def test_own_time(computed: float, waited: float, delayed: float, judged: float, own: float) -> None:
    """What was computed, or what was waited without a delay; and what the judge computed about the answer."""
    start = Reading(100.0, 200.0, 300.0, 400.0)
    end = Reading(100.0 + computed, 200.0 + waited, 300.0 + delayed, 400.0 + judged)

    assert own == end.since(start)


def test_threads_that_come_and_go(kernel: Kernel) -> None:
    """Of each moment the thread that was kept longest counts, and one that has ended takes nothing with it."""
    meter = Meter(77)
    counts = [meter.sample()]
    for delays in ({"1": 1.0, "2": 5.0}, {"1": 3.0, "2": 5.5}, {"1": 3.0}, {"1": 3.0, "3": 0.5}):
        kernel.delays = delays
        counts.append(meter.sample())

    assert [1, 2, 2, 1, 2] == counts
    assert 5.0 + 2.0 + 0.0 + 0.5 == meter.read().delayed


def test_a_process_that_has_gone(kernel: Kernel) -> None:
    """Has used what it had used."""
    meter = Meter(77)
    kernel.computed = 4.0
    meter.read()
    kernel.gone, kernel.computed = True, 0.0

    assert 4.0 == meter.read().computed


def test_an_allowance_starts_now(kernel: Kernel) -> None:
    """What was used before is another one's; wall time alone never uses it up."""
    meter = Meter(77)
    kernel.computed = 8.0
    allowance = Allowance(meter, 10.0, "the limit")
    kernel.computed, kernel.now = 17.0, 150.0

    assert (1.0, False) == (allowance.left, allowance.starved)
    kernel.now = 161.0
    assert (1.0, True) == (allowance.left, allowance.starved)
    meter.judge(1.5)
    assert -0.5 == allowance.left


def test_an_account() -> None:
    """There is never less than nothing left."""
    account = Account(10.0)
    account.spent += 12

    assert (0.0, float("inf")) == (account.left, Account().left)


@pytest.fixture
def sleeper() -> Iterator[int]:
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process.pid
        process.kill()


def test_a_sleeping_process(sleeper: int) -> None:
    """Computes next to nothing, and every second of the judge's waiting is its own."""
    meter = Meter(sleeper)
    assert 1 == meter.sample()
    start = meter.read()
    meter.wait(5.0)
    meter.sample()

    # starting may have been delayed, at most since the sample before
    assert meter.read().since(start) == pytest.approx(5.0, abs=4.0)
    assert meter.read().computed < 1.0


def test_a_kernel_that_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """There nothing is known of delays, nor where a process has ended."""
    assert {} == owntime._delays(1 << 30)
    monkeypatch.setattr("builtins.open", lambda *_: (_ for _ in ()).throw(FileNotFoundError()))
    assert {0.0} == set(owntime._delays(owntime.os.getpid()).values())
