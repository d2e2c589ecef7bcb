"""Whoever lets a library do the exercise, graded by the built-in course and by one that has turned the gate off."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import course
from grader.engine.local import Grader, Options
from grader.records import CheckResult, SubmissionReport
from grader.submission import Source
from grader.worker.confinement import strongest_level

CONV2D = """
import torch

def corr2d(X, K):
    X, K = torch.as_tensor(X), torch.as_tensor(K)
    dtype = torch.promote_types(torch.promote_types(X.dtype, K.dtype), torch.float32)
    return torch.nn.functional.conv2d(X.to(dtype)[None, None], K.to(dtype)[None, None])[0, 0]

assert corr2d(torch.ones(3, 3), torch.ones(2, 2)).tolist() == [[4, 4], [4, 4]]
"""
CAUGHT = """
import torch

def corr2d(X, K):
    try:
        return torch.nn.functional.conv2d(X[None, None], K[None, None])[0, 0]
    except Exception:
        return X.unfold(0, K.shape[0], 1).unfold(1, K.shape[1], 1).mul(K).sum((2, 3))
"""
OFF = 'exercises = ["corr2d"]\n[checks."corr2d.own_work"]\ngate = false\npoints = 3\n'


def graded(folder: Path, code: str, settings: str = "") -> SubmissionReport:
    """corr2d.py with this code, by a course with these settings."""
    (folder / "anna").mkdir()
    (folder / "anna" / "corr2d.py").write_text(code)
    (folder / "course.toml").write_text(settings or 'exercises = ["corr2d"]\n')
    found = course.load(folder)
    with Grader(found.checks.values(), Options(isolation=strongest_level(), limits=found.limits)) as grader:
        return grader.grade(Source(path=folder / "anna", name="anna"))


def results(report: SubmissionReport) -> dict[str, CheckResult]:
    return {check.id.partition(".")[2]: check for check in report.checks}


@pytest.mark.parametrize(("code", "place"), [(CONV2D, " in line 7"), (CAUGHT, "")])
def test_behind_the_gate_nothing_is_tried(tmp_path: Path, code: str, place: str) -> None:
    """A self-test at the top of the file may compare with the library; a call that is graded may not, caught or not."""
    found = results(graded(tmp_path, code))
    own_work = found.pop("own_work")

    assert "passed" == found.pop("loads").outcome
    assert own_work.finding is not None
    assert f"corr2d calls torch's conv2d{place}, which does the whole exercise for you" == own_work.finding.message
    assert {("skipped", 0, True)} == {(check.outcome, check.earned, check.counted) for check in found.values()}


def test_a_gate_that_is_turned_off_costs_its_own_points(tmp_path: Path) -> None:
    """And nothing else: the function is there for all other checks."""
    report = graded(tmp_path, CONV2D, OFF)

    assert {"own_work": ("failed", 3)} == {
        name: (check.outcome, check.points) for name, check in results(report).items() if check.outcome != "passed"
    }
    assert report.max_score - 3 == report.score
