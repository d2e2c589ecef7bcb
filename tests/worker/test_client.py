"""The judge's side of one worker: what counts against its limits. The other ends of its pipes are held here."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.errors import HarnessError, ShortOfResources, WorkerFailed
from grader.worker import client, owntime, protocol
from grader.worker.client import Limits, Nursery, Worker
from grader.worker.confinement.limits import MOST_THREADS
from grader.worker.owntime import Account, Meter
from grader.worker.protocol import Call, Reply, Request

DO = Request("calls", (), (Call("area"),))
ANSWER = protocol.frame(Reply(5))
LIMITS = Limits(call_seconds=10.0, check_seconds=30.0)


class Clocks:
    """All clocks of the judge; `select` moves them: a wait in which nothing comes takes as long as it was meant to.

    It really waits only for a process that was killed.
    """

    def __init__(self) -> None:
        self.wall = 1000.0
        self.of_judge = self.of_worker = self.delay = 0.0
        self.threads = 1
        self.meanwhile: Callable[[float], None] = lambda seconds: None  # what happens while the judge waits

    def monotonic(self) -> float:
        return self.wall

    def process_time(self) -> float:
        return self.of_judge

    def clock_gettime(self, clock: int) -> float:
        return self.of_worker

    def sleep(self, seconds: float) -> None:
        self.wall += seconds

    def select(self, reading: Any, writing: Any, strange: Any, seconds: float) -> Any:
        found = select(reading, writing, strange, 0 if seconds <= client.POLL_SECONDS else None)
        if not any(found) and seconds:
            self.wall += seconds
            self.meanwhile(seconds)
            found = select(reading, writing, strange, 0)
        return found

    def delays(self, pid: int) -> dict[str, float]:
        return {str(number): self.delay for number in range(self.threads)}


select = client.select.select


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    made = Clocks()
    monkeypatch.setattr(client, "time", made)
    monkeypatch.setattr(client, "select", made)
    monkeypatch.setattr(owntime, "time", made)
    monkeypatch.setattr(owntime, "_delays", made.delays)
    return made


class Played:
    """A worker whose process only sleeps, and what it would read and write."""

    def __init__(self, folder: Path, limits: Limits = LIMITS) -> None:
        self.pid = os.posix_spawnp("sleep", ["sleep", "600"], {"PATH": os.defpath}, setpgroup=0)
        self.requests, requests = os.pipe()
        replies, self.replies = os.pipe()
        output, self.output = os.pipe()
        self.account = Account()
        handles = os.pidfd_open(self.pid), requests, replies, output
        self.most_threads = MOST_THREADS
        self.card_bytes = 0
        self.worker = Worker(self, self.pid, *handles, limits, folder, self.account)  # type: ignore[arg-type]
        self.worker._scratch_is_sized = True

    def ready(self) -> str:
        return "none"

    def reap(self, pid: int) -> int:
        return os.waitpid(pid, 0)[1]

    def answer(self, count: int = 1) -> None:
        for _ in range(count):
            os.write(self.replies, ANSWER)

    def end(self) -> None:
        self.worker.kill()
        for fd in (self.requests, self.replies, self.output):
            os.close(fd)


@pytest.fixture
def played(tmp_path: Path, clocks: Clocks) -> Iterator[Played]:
    (tmp_path / "scratch").mkdir()
    made = Played(tmp_path / "scratch")
    yield made
    made.end()


def ask(played: Played, seconds: float = 10.0) -> Any:
    return played.worker.ask(DO, seconds, f"the limit of {seconds:g} s")


def answer_once(played: Played, clocks: Clocks, count: int, computed: float = 0.0) -> None:
    """Answers come together while the judge waits for the first time: before it has asked they would be forged."""

    def meanwhile(seconds: float) -> None:
        clocks.meanwhile = lambda seconds: None
        clocks.of_worker += computed
        played.answer(count)

    clocks.meanwhile = meanwhile


def stopped(played: Played, act: Callable[..., Any] = ask) -> tuple[str, str]:
    with pytest.raises(WorkerFailed) as caught:
        act(played)
    return str(caught.value), caught.value.kind


def test_a_sleeping_worker(played: Played) -> None:
    """Is stopped at its limit, and that is what its submission has spent."""
    assert ("your code was stopped at the limit of 10 s", "timeout") == stopped(played)
    assert played.account.spent == pytest.approx(10.0, abs=0.2)


def test_a_worker_that_takes_the_whole_card(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is stopped at its share of the memory, by what the driver says and not by what it says itself."""
    monkeypatch.setattr(client.cards, "held", lambda pid: (2 << 30) * (pid == played.pid))
    played.worker._card_bytes = 1 << 30

    assert ("your code was stopped at the limit of 1024 MiB of the GPU's memory", "memory") == stopped(played)


def test_a_worker_that_is_kept_waiting(played: Played, clocks: Clocks) -> None:
    """Nine tenths of the time others run: it has its whole limit all the same, and is charged for its own tenth."""

    def busy(seconds: float) -> None:
        clocks.delay += 0.9 * seconds
        clocks.of_worker += 0.1 * seconds
        if clocks.of_worker > 9.0:
            played.answer()

    clocks.meanwhile = busy

    assert 5 == ask(played).value
    assert played.account.spent == pytest.approx(9.0, abs=0.2)
    assert clocks.wall > 1085.0


def test_a_starved_judge(played: Played, clocks: Clocks) -> None:
    """Who is woken late reads first: an answer that is there is taken, and the delay was not the worker's."""

    def late(seconds: float) -> None:
        clocks.wall += 500.0
        played.answer()

    clocks.meanwhile = late

    assert 5 == ask(played).value
    assert played.account.spent == pytest.approx(client.POLL_SECONDS)


def test_a_worker_that_gets_nothing(played: Played, clocks: Clocks) -> None:
    """At ten times its limit and a minute waiting ends, and nothing is said against the submission."""

    def waiting(seconds: float) -> None:
        clocks.delay += seconds

    clocks.meanwhile = waiting

    assert "starved" == stopped(played)[1]
    assert 1160.0 < clocks.wall < 1161.0
    assert 0.0 == played.account.spent


def test_threads_beside_the_one_that_answers(played: Played, clocks: Clocks) -> None:
    """All that the process computes counts, also between two requests and while answers lie ready."""
    clocks.of_worker = 7.0
    answer_once(played, clocks, 1, computed=2.0)
    ask(played)

    assert 9.0 == played.account.spent


def test_more_threads_than_it_may_have(played: Played, clocks: Clocks) -> None:
    """They are counted from outside, at every level of isolation."""
    clocks.threads = MOST_THREADS + 1

    assert ("your code was stopped at the limit of 64 threads", "threads") == stopped(played)


def batch(played: Played, count: int = 100, cost: Callable[[], None] = lambda: None) -> Any:
    frame = protocol.frame(DO)
    for _ in played.worker.stream(frame, count, 30.0, "the limit of 30 s for one check"):
        cost()


def test_answers_that_keep_the_judge_busy(played: Played, clocks: Clocks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its work on an answer counts: decoding and judging one hundred answers of 2 s each ends after 30 s."""

    def decode(body: bytes) -> Reply:
        clocks.of_judge += 0.5
        return Reply(5)

    def judge() -> None:
        clocks.of_judge += 1.5

    monkeypatch.setattr(protocol, "read_reply", decode)
    answer_once(played, clocks, 100)

    assert ("your code was stopped at the limit of 30 s for one check", "timeout") == stopped(
        played, lambda _: batch(played, cost=judge)
    )
    assert 30.0 == clocks.of_judge
    assert played.account.spent == pytest.approx(30.0, abs=0.2)


def test_many_short_calls(played: Played, clocks: Clocks) -> None:
    """The limit of a check is looked at with every answer, though each comes at once."""

    def compute() -> None:
        clocks.of_worker += 0.5

    answer_once(played, clocks, 100)

    assert "for one check" in stopped(played, lambda _: batch(played, cost=compute))[0]
    assert played.account.spent == pytest.approx(30.0, abs=0.6)


def test_one_long_call_of_a_batch(played: Played, clocks: Clocks) -> None:
    """Has the limit of a call, whatever the others took; with them it still has that of the check."""
    answer_once(played, clocks, 3, computed=15.0)  # of the three together

    words = "your code was stopped at the limit of 10 s for one call"
    assert (words, "timeout") == stopped(played, lambda _: batch(played))
    assert played.account.spent == pytest.approx(25.0, abs=0.2)


def test_a_flood_of_prints(played: Played, clocks: Clocks) -> None:
    """Does not keep the judge from its clock."""

    def flood(seconds: float) -> None:
        os.write(played.output, b"x" * 1000)

    clocks.meanwhile = flood

    assert "timeout" == stopped(played)[1]


@pytest.mark.parametrize(
    ("computed", "words", "kind"),
    [
        (299.5, "your code was stopped at the limit of 300 s of processor time", "timeout"),
        (5.0, "your code crashed its process with SIGKILL (out of memory)", "killed"),
    ],
)
def test_killed_by_the_kernel(played: Played, clocks: Clocks, computed: float, words: str, kind: str) -> None:
    """Which limit it was shows in what it has used."""

    def die(seconds: float) -> None:
        clocks.of_worker = computed
        os.kill(played.pid, signal.SIGKILL)
        select([played.worker._pidfd], [], [])

    clocks.meanwhile = die

    assert (words, kind) == stopped(played, lambda _: ask(played, 1000.0))
    assert (kind == "killed") == played.account.killed


def test_a_pipe_that_was_closed(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a process that lives on: nobody has killed it."""
    monkeypatch.setattr(client, "ENDING_SECONDS", 0.0)
    replies, played.replies = played.replies, os.dup(played.output)
    os.close(replies)

    assert ("your code closed the grader's own channel", "protocol") == stopped(played, ask)
    assert not played.account.killed


def test_a_start_that_takes_long(played: Played, clocks: Clocks) -> None:
    """On a busy machine it may work another time."""

    def waiting(seconds: float) -> None:
        clocks.delay += seconds

    clocks.meanwhile = waiting
    with pytest.raises(ShortOfResources, match="did not come up"):
        played.worker.wait_until_ready()


# --- the nursery's answers ----------------------------------------------------------------------------


class Refusing(Nursery):
    """Has no process to give for some time."""

    def __init__(self, problems: list[Exception]) -> None:
        self.problems = problems

    def _ask(self, message: Any, fds: Any = ()) -> Any:
        if self.problems:
            raise self.problems.pop(0)
        return {"pid": 1}, [2]


@pytest.mark.parametrize(
    ("problems", "raised", "waited"),
    [
        ([], None, 0.0),
        ([ShortOfResources("none")] * 2, None, 1.2),
        ([ShortOfResources("none")] * 4, ShortOfResources, 4.2),
        ([HarnessError("ended")], HarnessError, 0.0),
    ],
)
def test_no_process_for_a_worker(clocks: Clocks, problems: Any, raised: Any, waited: float) -> None:
    """It is asked for a few times more, with pauses; other problems do not go by."""
    nursery = Refusing([*problems])
    if raised is None:
        assert ({"pid": 1}, [2]) == nursery._ask_patiently({}, [])
    else:
        with pytest.raises(raised):
            nursery._ask_patiently({}, [])

    assert waited == pytest.approx(clocks.wall - 1000.0)


def test_the_meter_is_of_the_worker(played: Played) -> None:
    """And of nobody else."""
    assert Meter(played.pid)._clock == played.worker._meter._clock
