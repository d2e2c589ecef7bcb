"""What is wrong with a rubric is found, and costs the certificate."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.cli import main
from grader.errors import AuthorError
from tests.audit import small


def test_hole_is_found(tmp_path: Path) -> None:
    """Without the assertion that inputs are unchanged a planted fault and a mutant get away, with their diff."""
    rubric = small.make(tmp_path / "course") / "rubric" / "halve.py"
    rubric.write_text(rubric.read_text().replace("expect.unchanged(student)", "pass"))
    found, exercise, _ = small.audited(tmp_path / "course", seeds=1, jobs=2)

    assert not found.certified
    assert ["wrong_spoils"] == [entry.submission for entry in exercise.disagreements]
    assert ["halve.unchanged"] == [*exercise.disagreements[0].missing]
    assert any("X[...] = 0" in survivor.diff for survivor in exercise.survivors)


LIVE = """
from grader import exercise
import halve_reference as reference

halve = exercise("halve", title="Halving", functions={"halve": reference.halve})

@halve.check(points=1, live=True)
def values(student):
    \"\"\"It can be called.\"\"\"
    student.halve(student.random.standard_normal((2, 3)))

@halve.check(points=1, live=True)
def unchanged(student):
    \"\"\"Nothing is looked at.\"\"\"
"""


def test_nothing_is_proved_by_no_probes(tmp_path: Path) -> None:
    """Live checks draw no calls beforehand: what they let through is a survivor, and no mutant is called equivalent."""
    folder = small.make(tmp_path / "course")
    (folder / "rubric" / "halve.py").write_text(LIVE)
    with pytest.raises(AuthorError, match="no check draws calls"):
        small.audited(folder, seeds=1, jobs=2)
    known = folder / "planted" / "halve" / "wrong_doubles" / "expect.toml"
    known.write_text(known.read_text().replace("true", "false"))
    _, exercise, _ = small.audited(folder, seeds=1, jobs=2)

    assert ((), 0) == (exercise.equivalent, exercise.probes)
    assert any("/ 3" in survivor.diff for survivor in exercise.survivors)


def test_false_failures_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A right style that fails a check costs the certificate; so says the exit code."""
    folder = small.make(tmp_path / "course")
    small.plant(folder, "right_by_name_only", small.DOUBLES + "# misjudged", [])

    assert 1 == main(["audit", "--course", str(folder), "--out", str(tmp_path), "--seeds", "1", "--mutants", "0"])
    printed = capsys.readouterr().out
    assert "right_by_name_only" in printed and "NOT certified" in printed
    assert (tmp_path / "audit.html").is_file()


def test_wrong_expectation_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An expect.toml that names no check of the exercise ends the audit with exit code 2."""
    folder = small.make(tmp_path / "course")
    small.plant(folder, "wrong_name", small.DOUBLES, ["vlaues"])

    assert 2 == main(["audit", "--course", str(folder), "--out", str(tmp_path)])
    assert "vlaues" in capsys.readouterr().err
