"""Hostile submissions in one run with right ones between: nothing earned, nothing changed, nobody else disturbed."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

import grader
from grader import course
from grader.engine.local import Grader, Options
from grader.records import SubmissionReport
from grader.submission import Source
from grader.worker.client import Limits
from grader.worker.confinement import strongest_level
from tests.hostile.operations import BOMBS, CHEATS, DENIED, RIGHT, TRIED

CHECKS = ("corr2d.loads", "corr2d.shape", "corr2d.values")
LIMITS = Limits(
    call_seconds=2,
    check_seconds=4,
    exercise_seconds=12,
    cpu_seconds=20,
    memory_bytes=256 << 20,
    scratch_bytes=8 << 20,
    output_bytes=16 << 10,
    artefact_bytes=4 << 20,
)
SLACK_SECONDS = 6.0  # starting workers on a busy machine, beside the exercise's limit

pytestmark = pytest.mark.skipif(strongest_level() != "strict", reason="this machine lacks a layer that strict needs")


def written(folder: Path, name: str, code: str) -> Source:
    (folder / name).mkdir(parents=True)
    (folder / name / "corr2d.py").write_text(code, encoding="utf-8")
    return Source(path=folder / name, name=name)


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("victim")
    (folder / "secret.txt").write_text("the answers")
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, victim: Path) -> dict[str, Any]:
    """Reports and seconds by name; after each hostile submission a right one is graded as NAME-next."""
    folder = tmp_path_factory.mktemp("class")
    places = {"victim": victim, "judge": os.getpid(), "package": Path(grader.__file__).parent}
    sources = []
    for name, body in DENIED.items():
        lines = "\n".join(f"    {line}" for line in body.format(**places).split("\n"))
        sources.append(written(folder, name, TRIED.replace("{body}", lines) + RIGHT))
    for name, attack in (CHEATS | BOMBS).items():
        sources.append(written(folder, name, attack.code))
    right = written(folder, "right", RIGHT)
    every = course.load().checks
    found: dict[str, Any] = {}
    with Grader([every[name] for name in CHECKS], Options(limits=LIMITS)) as grading:
        for source in sources:
            started = time.monotonic()
            report = grading.grade(source)
            found[source.name] = report, time.monotonic() - started
            found[f"{source.name}-next"] = grading.grade(right), 0.0
    return found


def said(report: SubmissionReport) -> str:
    """What it printed and what its findings say."""
    findings = [check.finding.message for check in report.checks if check.finding is not None]
    return report.exercises[0].output + "\n".join(findings)


@pytest.mark.parametrize("name", DENIED)
def test_denied(name: str, run: dict[str, Any]) -> None:
    """The operation was tried and failed, and trying costs nothing: the code around it is right."""
    report, _ = run[name]

    assert "DENIED" in said(report), said(report)
    assert "GOT AWAY" not in said(report), said(report)
    assert (report.max_score, 0) == (report.score, report.count("errored"))


@pytest.mark.parametrize("name", CHEATS | BOMBS)
def test_earns_nothing(name: str, run: dict[str, Any]) -> None:
    """The attack ran, and ended with a finding against it: no point, and no error that would excuse it."""
    report, _ = run[name]

    assert (CHEATS | BOMBS)[name].proof in said(report), said(report)
    assert (0, 6, 0) == (report.score, report.max_score, report.count("errored")), said(report)


@pytest.mark.parametrize("name", [*DENIED, *CHEATS, *BOMBS])
def test_next_one_is_graded_normally(name: str, run: dict[str, Any]) -> None:
    """The submission after it gets its full marks."""
    report, _ = run[f"{name}-next"]

    assert (6, 6) == (report.score, report.max_score)


@pytest.mark.parametrize("name", [*DENIED, *CHEATS, *BOMBS])
def test_ends_in_time(name: str, run: dict[str, Any]) -> None:
    """Grading it took no longer than its stated limit, and a little."""
    assert run[name][1] <= LIMITS.exercise_seconds + SLACK_SECONDS


def test_there_are_enough() -> None:
    assert len(DENIED) + len(CHEATS) + len(BOMBS) >= 100


def test_nothing_outside_changed(run: dict[str, Any], victim: Path) -> None:
    """The victim's files are as they were, and nothing was left in public places."""
    assert run
    assert {"secret.txt": "the answers"} == {path.name: path.read_text() for path in victim.iterdir()}
    left = ("/tmp/fifo-of-a-student", "/tmp/left-by-a-student", "/dev/shm/left-by-a-student")
    assert [] == [place for place in left if Path(place).exists()]
