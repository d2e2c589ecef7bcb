"""What each worker holds of a GPU's memory, as the driver tells it. There is no card here: the driver is played."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pynvml
import pytest

from grader.engine import local
from grader.worker import card
from grader.worker.client import Nursery

GIB = 1 << 30


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[int, list[SimpleNamespace]]]:
    """Two cards of 80 and 40 GiB; what runs on each."""
    running: dict[int, list[SimpleNamespace]] = {0: [], 1: []}
    sizes = {0: 80 * GIB, 1: 40 * GIB}
    monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetCount", lambda: 2)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByIndex", lambda index: index)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetComputeRunningProcesses", running.__getitem__)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetMemoryInfo", lambda index: SimpleNamespace(total=sizes[index]))
    card._driver.cache_clear()
    yield running
    card._driver.cache_clear()


def process(pid: int, held: int | None) -> SimpleNamespace:
    return SimpleNamespace(pid=pid, usedGpuMemory=held)


def test_what_a_process_holds(driver: dict[int, list[SimpleNamespace]]) -> None:
    """On all cards together, without what others hold; a driver that does not say how much is no driver that says 0."""
    driver[0] += [process(7, 2 * GIB), process(8, 30 * GIB)]
    driver[1] += [process(7, GIB), process(9, None)]

    assert [3 * GIB, 0, 0] == [card.held(7), card.held(9), card.held(10)]
    assert 40 * GIB == card.total()


def test_a_machine_without_a_driver() -> None:
    """The library is there and finds none: nothing is held, and nothing is raised."""
    card._driver.cache_clear()
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        assert (0, 0) == (card.held(1), card.total())
    else:
        assert card.total() > 0


def test_a_nursery_shares_the_card_among_its_jobs(driver: dict[int, list[SimpleNamespace]]) -> None:
    """What a worker may hold is watched once the driver has shown that it knows workers by these numbers."""
    nursery = Nursery.__new__(Nursery)
    nursery._channels, nursery.card_bytes = 4, 0

    assert (False, 0) == (nursery.watch_card(7), nursery.card_bytes)
    driver[0].append(process(7, GIB))
    assert (True, 10 * GIB + card.BESIDE_TENSORS) == (nursery.watch_card(7), nursery.card_bytes)


@pytest.mark.parametrize("seen", [True, False])
def test_a_report_says_where_nobody_watches(seen: bool, tmp_path: Path) -> None:
    """The worker that tries the card is looked for; where the driver does not know it, its own word is all there is."""
    nursery = SimpleNamespace(
        spawn=lambda folder: SimpleNamespace(pid=7, ask=lambda *_: SimpleNamespace(raised=None), kill=lambda: None),
        watch_card=lambda pid: seen and pid == 7,
    )
    grader = SimpleNamespace(_nursery=nursery, _scratch=tmp_path, isolation="strict, with a GPU")
    local.Grader._try_card(grader)  # type: ignore[arg-type]

    assert ("strict, with a GPU" + ("" if seen else local.UNWATCHED)) == grader.isolation
