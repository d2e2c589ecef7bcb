"""Misconceptions are recognised without an audit: a run learns those that have changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import course
from grader.audit import signatures
from grader.cli import main
from grader.judge import diagnosis
from grader.records import from_json
from tests.audit.small import make, plant


def run(folder: Path) -> tuple[int, str]:
    """The exit code for the submission with a known mistake, and the misconception it is told."""
    diagnosis.read.cache_clear()
    diagnosis.questions.cache_clear()
    submission = folder / "planted" / "halve" / "wrong_doubles"
    code = main(["run", str(submission), "--course", str(folder), "--out", str(folder / "out"), "--jobs", "1"])
    report = from_json((folder / "out" / "wrong_doubles" / "report.json").read_bytes())
    return code, "".join(check.finding.misconception for check in report.checks if check.finding)


def test_from_the_first_run_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said that they were learnt; the next run finds them ready, until one has changed."""
    folder = make(tmp_path / "halves")
    catalogue = folder / "rubric" / "signatures-halve.json"

    assert (1, "Doubles") == run(folder)
    assert f"grader: planted misconceptions were learnt anew: {catalogue}\n" == capsys.readouterr().err
    with monkeypatch.context() as patch:
        patch.setattr(signatures, "Examiner", None)
        assert (1, "Doubles") == run(folder)
    assert "" == capsys.readouterr().err
    plant(folder, "wrong_thirds", "def halve(X):\n    return X / 3\n", ["values"], "Thirds", misconception=True)
    assert [catalogue] == signatures.learn(course.load(folder), ["halve"])
    assert [] == signatures.learn(course.load(folder), ["halve"])


def test_a_course_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is graded all the same, and its author told."""
    folder = make(tmp_path / "halves")
    (folder / "rubric" / "signatures-halve.json").mkdir()

    assert (1, "") == run(folder)
    assert "grader: changed misconceptions are not recognised yet: " in capsys.readouterr().err


def test_what_cannot_be_recognised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A misconception that ends its worker is refused in one sentence."""
    folder = make(tmp_path / "halves")
    plant(folder, "wrong_ends", "import os\n\ndef halve(X):\n    os._exit(3)\n", ["values"], "Ends", misconception=True)
    code = main(
        ["run", str(folder / "planted" / "halve" / "wrong_ends"), "--course", str(folder), "--out", str(tmp_path / "o")]
    )

    assert (2, "grader: halve: wrong_ends ends its worker, so it cannot be a misconception to recognise\n") == (
        code,
        capsys.readouterr().err,
    )
