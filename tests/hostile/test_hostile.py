"""The hostile submissions of `attacks`, graded in one run as root, in another as an ordinary user, and beside a GPU.

Of each attack: it really ran, it earned nothing it should not, nothing outside of its worker changed, no secret came
out, its texts obey nobody, the next submission was graded as ever, and it took no longer than its limits allow.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from grader.worker.confinement import gpu, probe, strongest_level
from tests.hostile.attacks import ALL, ATTACKS, NOTHING, Attack
from tests.hostile.stage import LIMITS, NOT_POSSIBLE, REPOSITORY

ORDINARY_UID = 61_234
CARD = "with a GPU"
WHO = ("root", "ordinary user", *([pytest.param(CARD, marks=pytest.mark.cuda)] if gpu.devices() else []))
GRANTED = {"maps of itself", "task of itself", "unix 5"}  # with a GPU the driver needs them, see `confinement.gpu`
# with a GPU the kernel limits neither memory nor threads, and the judge ends these before they say how far they came
ENDED = {"memory_by_mapping", "threads", "threads_with_small_stacks", "source_with_a_huge_constant"}
MOST_SECONDS = 7200  # for a run to be given up; some 200 on an idle machine

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        strongest_level() != "strict",
        reason="strict isolation is not to be had here: "
        + "; ".join(f"{one.name}: {one.detail}" for one in probe() if one.required and not one.available),
    ),
]


class Run:
    """A run of `stage`, started at once and waited for when its results are asked for."""

    def __init__(self, *options: str) -> None:
        self.card = "cuda" in options
        self.folder = Path(tempfile.mkdtemp(prefix="hostile-"))
        self.folder.chmod(0o755)
        self.started = time.monotonic()
        command = [sys.executable, "-m", "tests.hostile.stage", str(self.folder), *options]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        self.process = subprocess.Popen(
            command, cwd=REPOSITORY, env=environment, stderr=subprocess.PIPE, start_new_session=True
        )

    @cached_property
    def results(self) -> dict[str, dict[str, Any]]:
        """By the name of the attack. Raises Skipped where the run is not possible."""
        _, errors = self.process.communicate(timeout=MOST_SECONDS)
        if self.process.returncode == NOT_POSSIBLE:
            pytest.skip(errors.decode().strip())
        assert self.process.returncode == 0, errors.decode()
        self.seconds = time.monotonic() - self.started
        return {result["name"]: result for result in json.loads((self.folder / "results.json").read_text())}

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stderr is not None
        self.process.stderr.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="module")
def runs() -> Iterator[dict[str, Run]]:
    """Those that were started so far."""
    made: dict[str, Run] = {}
    yield made
    for run in made.values():
        run.end()


@pytest.fixture(params=WHO, scope="module")
def run(request: pytest.FixtureRequest, runs: dict[str, Run]) -> Run:
    who = request.param
    if who == "root" and os.geteuid() != 0:
        pytest.skip("needs root")
    if who not in runs:
        runs |= started(who)
    return runs[who]


def started(who: str) -> dict[str, Run]:
    """That run; root starts the two on the CPU at once."""
    if who == CARD:
        return {who: Run("cuda")}
    if os.geteuid() == 0:
        return {"root": Run(), "ordinary user": Run(str(ORDINARY_UID))}
    return {who: Run()}


@pytest.fixture(params=ATTACKS.values(), ids=list(ATTACKS), scope="module")
def attack(request: pytest.FixtureRequest) -> Attack:
    found: Attack = request.param
    return found


@pytest.fixture
def result(run: Run, attack: Attack) -> dict[str, Any]:
    return run.results[attack.name]


def checks(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Check results by id."""
    return {check["id"]: check for exercise in report["exercises"] for check in exercise["checks"]}


def told(report: dict[str, Any]) -> str:
    """All that a report quotes of a submission or says about it."""
    findings = [check["finding"] for check in checks(report).values() if check.get("finding")]
    words = [exercise.get("output", "") for exercise in report["exercises"]]
    words += [finding["message"] for finding in findings] + [finding.get("traceback", "") for finding in findings]
    return "\n".join([*words, *report.get("notes", ())])


def test_there_are_enough() -> None:
    """60 at the least, in the groups of the threat model."""
    groups = {attack.group for attack in ATTACKS.values()}

    assert len(ATTACKS) >= 60
    assert groups >= {
        "ends",
        "lies",
        "patches",
        "channel",
        "resources",
        "processes",
        "secrets",
        "network",
        "files",
        "text",
    }


def test_really_ran(run: Run, attack: Attack, result: dict[str, Any]) -> None:
    """A proof is there: an attack that could not even be tried would pass for one that was stopped."""
    if run.card and attack.name in ENDED:
        pytest.skip("the judge has ended it")
    text = told(result["report"])

    seen = [any(words in text for words in either.split(" or ")) for either in attack.seen]
    assert dict(zip(attack.seen, seen, strict=True)) == dict.fromkeys(attack.seen, True)
    assert [name for name in attack.attempts if f"ATTEMPT {name}: " not in text] == []


def test_was_refused(run: Run, attack: Attack, result: dict[str, Any]) -> None:
    """Whatever it tried ended in an error, but for what does no harm."""
    lines = [line for line in told(result["report"]).splitlines() if line.startswith("ATTEMPT ") and ": DONE" in line]

    harmless = GRANTED.union(attack.harmless) if run.card else attack.harmless
    assert [line for line in lines if line[8:].split(": DONE")[0] not in harmless] == []


def test_earned_nothing(run: Run, attack: Attack, result: dict[str, Any]) -> None:
    """Points come from right answers alone, and none are taken out of the total by an error of the grader."""
    found = checks(result["report"])
    earned = {name for name, check in found.items() if check["earned"]}
    corr2d = {name for name, check in found.items() if name.startswith("corr2d.") and check["points"]}
    allowed = corr2d if attack.earns == ALL else set() if attack.earns == NOTHING else set(attack.earns)

    assert earned <= allowed
    assert earned == allowed or attack.earns != ALL or (run.card and attack.name in ENDED)
    assert {name: check["finding"] for name, check in found.items() if check["outcome"] == "errored"} == {}
    assert all(found[name].get("counted", True) for name in corr2d)


def test_changed_nothing_outside(attack: Attack, result: dict[str, Any]) -> None:
    """Files, sockets, processes, and the judge's own environment, descriptors, limits and signals are as before."""
    assert result["outside"] == {}


def test_told_no_secret(attack: Attack, result: dict[str, Any]) -> None:
    """Neither the planted secret nor an input that only a hidden check has is in the report."""
    assert result["secrets"] == []


def test_commands_nobody(attack: Attack, result: dict[str, Any]) -> None:
    """What is shown moves no cursor, forges no line, commands no build server and holds no markup of the student's."""
    lines = result["shown"].splitlines()

    assert [line for line in lines if line.lstrip(" |").startswith("::") or "##[" in line or "##vso[" in line] == []
    assert [line for line in lines if not line.isprintable()] == []
    assert [line for line in lines if line.startswith(("PASSED", "20/20", "2026-01-01"))] == []
    assert not any(mark in result["page"] for mark in ("<script>alert", "<img src=x", "<h1>20/20", "\x1b", "\u202e"))
    assert len(result["page"]) < 1_000_000


def test_next_is_graded_as_ever(attack: Attack, result: dict[str, Any]) -> None:
    """A right submission after it has all its marks."""
    found = checks(result["next"])

    assert {name: check["outcome"] for name, check in found.items() if name.startswith("corr2d.")} == {
        name: "passed" for name in found if name.startswith("corr2d.")
    }


def test_took_no_longer_than_its_limits(attack: Attack, result: dict[str, Any]) -> None:
    """An exercise ends by itself within its limits and a tenth; each attack hands in one exercise.

    Own time is counted, and the judge's: a busy machine changes neither.
    """
    assert result["own seconds"] <= 1.1 * (LIMITS.exercise_seconds + LIMITS.training_seconds)
    assert result["judge's seconds"] <= 1.1 * (LIMITS.exercise_seconds + LIMITS.training_seconds)


def test_nothing_is_left_of_a_run(run: Run) -> None:
    """No folder stays behind, and the report says how student code was confined."""
    end = run.results["the run itself"]

    assert not end["left"]
    assert end["isolation"].startswith(("strict: ", "strict, with a GPU: ")[run.card])
    assert "seccomp" in end["isolation"]
    assert "Landlock" in end["isolation"]
    print(f"{len(ATTACKS)} attacks as uid {end['uid']} in {run.seconds:.0f} s")
