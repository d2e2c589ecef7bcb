"""Who is graded when, and with how much time. What a submission uses is played here, but for the last tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader import course
from grader.engine import local
from grader.engine.local import FIRST_SECONDS, Grader, Options, Verdicts
from grader.errors import GraderError, HarnessError, ShortOfResources
from grader.judge.bank import Rubric
from grader.judge.session import Data
from grader.records import SubmissionReport
from grader.submission import Source
from grader.worker.client import Limits
from grader.worker.owntime import Account

WHOLE = Limits().submission_seconds


class Played(Grader):
    """Grades nothing: each submission uses the time that `uses` says, and starves or dies as often as these say."""

    _submission_seconds = WHOLE  # type: ignore[assignment]

    def __init__(self, jobs: int = 1) -> None:
        self.options = Options(jobs=jobs)
        self._kept = frozenset()
        self.rubric = Rubric([], 0)
        self._nursery = SimpleNamespace(use_channel=lambda channel: None)  # type: ignore[assignment]
        self.uses: dict[str, float] = {}
        self.starves: dict[str, int] = {}
        self.dies: dict[str, int] = {}
        self.graded: list[tuple[str, int, float]] = []

    def _grade(self, source: Source, jobs: int, account: Account) -> Any:
        self.graded.append((source.name, jobs, account.limit))
        account.spent += min(self.uses.get(source.name, 1.0), account.limit)
        if self.starves.get(source.name, 0):
            self.starves[source.name] -= 1
            account.starved = True
            raise ShortOfResources("no time")
        if self.dies.get(source.name, 0):
            self.dies[source.name] -= 1
            account.killed = True
            return f"{source.name} died"
        return f"{source.name} with {account.limit:g} s"


def outcomes(grader: Grader, names: str) -> dict[str, Any]:
    """By name, in the order of grading."""
    return {source.name: outcome for source, outcome in grader.grade_all(sources(names))}


def sources(names: str) -> list[Source]:
    return [Source(path=Path(name), name=name) for name in names]


def test_heavy_submissions_come_last() -> None:
    """One that uses up a small budget while others wait is graded again after them, whole, with all its time."""
    grader = Played()
    grader.uses = {"b": 61.0, "c": 59.5, "d": 58.0}

    told = outcomes(grader, "abcd")
    assert ["a", "d", "b", "c"] == list(told)
    assert {"a": "a with 60 s", "b": "b with 300 s"}.items() <= told.items()
    first = [(name, 1, FIRST_SECONDS) for name in "abcd"]
    assert [*first, ("b", 1, WHOLE), ("c", 1, WHOLE)] == grader.graded


@pytest.mark.parametrize(("jobs", "shared"), [(1, 1), (3, 3)])
def test_one_for_whom_nobody_waits(jobs: int, shared: int) -> None:
    """Has its whole time at once."""
    grader = Played(jobs)
    grader.uses = {"a": 200.0}

    assert {"a": "a with 300 s"} == outcomes(grader, "a")
    assert [("a", shared, WHOLE)] == grader.graded


@pytest.mark.parametrize(
    ("files", "likely"),
    [
        (["corr2d.py", "README.md"], ["corr2d"]),
        (["corr2d.py", "pooling.py"], ["corr2d", "pooling"]),
        (["homework.ipynb"], ["corr2d", "kernel_learning", "pooling"]),
    ],
)
def test_what_is_got_ready_beforehand(files: list[str], likely: list[str], tmp_path: Path) -> None:
    """Exercises whose files are there; all, where the names of files do not tell."""
    grader = Played()
    chosen = course.load().select(["corr2d", "kernel_learning", "pooling"], [], False)
    grader.rubric = Rubric(chosen, 0)
    for file in files:
        (tmp_path / file).touch()

    found = grader._likely([Source(path=tmp_path, name="anna")])
    assert likely == [exercise.name for exercise in found]


def test_whom_a_busy_machine_starves() -> None:
    """Is graded once more, alone, after all others; only a second time is an outcome."""
    grader = Played()
    grader.uses = {"b": 70.0, "d": 70.0}
    grader.starves = {"a": 1, "b": 1, "d": 3}

    told = outcomes(grader, "abcde")
    assert ["c", "e", "a", "b", "d"] == list(told)
    assert ("a with 300 s", "b with 300 s", "no time") == (told["a"], told["b"], str(told["d"]))
    assert isinstance(told["d"], ShortOfResources)
    assert ("d", 1, WHOLE) == grader.graded[-1]


def test_whose_worker_was_killed() -> None:
    """Is graded once more, too: it may have been the system. What dies again dies by itself."""
    grader = Played()
    grader.dies = {"a": 1, "b": 2}

    assert {"c": "c with 60 s", "a": "a with 300 s", "b": "b died"} == outcomes(grader, "abc")
    assert [("a", 1, WHOLE), ("b", 1, WHOLE)] == grader.graded[3:]


def test_with_several_jobs() -> None:
    """Nothing else changes: each has one outcome, the starved ones are graded in the calling process."""
    grader = Played(jobs=2)
    grader.uses = {"b": 70.0, "c": 70.0}
    grader.starves = {"a": 1, "d": 1}  # in each process that is forked before they are graded alone

    told = outcomes(grader, "abcdef")
    assert {"a", "d"} <= {name for name, outcome in told.items() if isinstance(outcome, GraderError)}
    assert {"b": "b with 300 s", "c": "c with 300 s", "e": "e with 60 s", "f": "f with 60 s"}.items() <= told.items()
    assert [("a", 1, WHOLE), ("d", 1, WHOLE)] == sorted(grader.graded)


def test_a_dead_judge_is_an_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the pass it happened in."""
    died = HarnessError("the judge process ended")
    monkeypatch.setattr(local, "spread", lambda work, items, jobs: ((item, died) for item in items))

    assert {"a": died, "b": died} == outcomes(Played(), "ab")


SLEEPS = "import time\ntime.sleep(4)\ndef corr2d(X, K): return X\n"
QUICK = "def max_pool2d(x, k): return x\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("class")
    for name, files in {"sleepy": {"corr2d.py": SLEEPS, "pooling.py": SLEEPS}, "quick": {"pooling.py": QUICK}}.items():
        (made / name).mkdir()
        for file, text in files.items():
            (made / name / file).write_text(text)
    return made


@pytest.fixture(scope="module", params=[1, 3])
def reports(request: pytest.FixtureRequest, folder: Path) -> Iterator[dict[str, SubmissionReport]]:
    """One class, graded with one job, and with more jobs than submissions."""
    chosen = course.load().exercises
    checks = [check for name in ("corr2d", "pooling") for check in chosen[name].checks]
    limits = dict.fromkeys(("corr2d", "pooling"), Limits(submission_seconds=6.0))
    options = Options(jobs=request.param, isolation="none", limits=limits, data=Data(train=False))
    with Grader(checks, options) as grader:
        found = grader.grade_all([Source(path=folder / name, name=name) for name in ("sleepy", "quick")])
        yield {source.name: outcome.report for source, outcome in found if isinstance(outcome, Verdicts)}


def told(report: SubmissionReport, check: str) -> str:
    finding = next(result.finding for result in report.checks if result.id == check)
    return finding.message if finding else ""


def test_one_budget_for_all_exercises(reports: dict[str, SubmissionReport]) -> None:
    """The second exercise of a submission that sleeps finds nothing left of it, whatever the number of jobs."""
    used_up = "not tried: the limit of 6 s for all exercises together is used up"

    assert ["", used_up] == [told(reports["sleepy"], f"{name}.loads") for name in ("corr2d", "pooling")]
    assert "" == told(reports["quick"], "pooling.loads")
