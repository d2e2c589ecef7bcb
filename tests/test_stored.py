"""Commands about what a run has left: by the course of that run, and never half done."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

import pytest

from grader.cli import main
from grader.commands import course_behind, run
from grader.gradebook import Gradebook, Run
from grader.grading.options import RunOptions
from tests.audit import small

CORR2D = "def corr2d(X, K):\n    return X\n"


def test_the_example_of_a_course_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command that the terminal shows works there too."""
    course = small.make(tmp_path / "course")
    anna = tmp_path / "anna"
    anna.mkdir()
    (anna / "halve.py").write_text(small.DOUBLES)
    assert 1 == main(["run", str(anna), "--course", str(course), "--jobs", "1", "--out", str(tmp_path / "out")])
    command = capsys.readouterr().out.partition("Its example: grader ")[2].splitlines()[0]

    assert 1 == main(shlex.split(command))
    assert "halve.values failed now" in capsys.readouterr().out


@pytest.mark.parametrize(
    "asked", [{"lesson": ("Blocks",)}, {"exercise": ("inception",)}, {"paths": (Path("a/inception.py"),)}]
)
def test_exercises_beyond_the_core(asked: dict[str, tuple[str, ...]], tmp_path: Path) -> None:
    """They are known afterwards, though no command names them again."""
    options = RunOptions(**{"paths": (tmp_path,), **asked}).as_stored  # type: ignore[arg-type]  # one of several kinds
    book = Gradebook(tmp_path)
    book.create("Convolutional networks")
    book.begin(Run(started="", seed=1, note="", course="", options=options, versions={}), [])

    assert "inception" in course_behind(argparse.Namespace(course=None), tmp_path).exercises


def test_revert_of_somebodys_only_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Marks may be noted of who has no report any more; nothing of that run is shown or exported, and no page of a class left."""
    out, marks = tmp_path / "out", tmp_path / "marks.toml"
    for name in ("anna", "bert"):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "corr2d.py").write_text(CORR2D)
    (tmp_path / "class" / "carl.zip").write_text("no archive")
    marks.write_text('[bert]\nmanual = [{points = 1, comment = "asked well"}]\n')
    same = ["--check", "corr2d.shape", "--jobs", "1", "--out", str(out)]
    assert [1, 3] == [main(["run", str(tmp_path / "class" / path), *same]) for path in ("anna", "")]
    assert (out / "class.html").exists()
    capsys.readouterr()

    assert 0 == main(["revert", "2", "--out", str(out), "--marks", str(marks)]), capsys.readouterr().err
    assert ["anna"] == [one.submission for one in Gradebook(out).standings()]
    assert not (out / "class.html").exists() and "class.html" not in (out / "index.html").read_text()
    assert [] == Gradebook(out).problems()
    assert "Later runs" not in capsys.readouterr().out
    assert 0 == main(["export", str(out), "--format", "csv"])
    assert ["anna"] == [line.partition(",")[0] for line in capsys.readouterr().out.splitlines()[1:]]


def test_who_was_not_graded_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An export has no row for them, and says so."""
    (tmp_path / "class" / "anna").mkdir(parents=True)
    (tmp_path / "class" / "anna" / "corr2d.py").write_text(CORR2D)
    (tmp_path / "class" / "carl.zip").write_text("no archive")
    out = str(tmp_path / "out")
    assert 3 == main(["run", str(tmp_path / "class"), "--check", "corr2d.shape", "--jobs", "1", "--out", out])
    capsys.readouterr()

    assert 1 == main(["export", out, "--format", "csv"])
    assert "grader: carl was not graded: " in capsys.readouterr().err


def test_revert_of_results_that_a_later_run_uses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Changes nothing by itself: which runs must be reverted too is told."""
    out = tmp_path / "out"
    (tmp_path / "anna").mkdir()
    (tmp_path / "anna" / "corr2d.py").write_text(CORR2D)
    command = ["run", str(tmp_path / "anna"), "--jobs", "1", "--out", str(out), "--check"]
    assert [1, 1, 1] == [main([*command, f"corr2d.{check}"]) for check in ("shape", "shape", "delta")]
    capsys.readouterr()

    assert 0 == main(["revert", "1", "--out", str(out)])
    assert "Later runs that stand on its results still count: 2, 3; revert these too" in capsys.readouterr().out
    assert 0 == main(["revert", "3", "--out", str(out)]) == main(["revert", "2", "--out", str(out)])
    assert "Later runs" not in capsys.readouterr().out and not list(Gradebook(out).standings())


def test_a_run_that_ends_while_another_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has been seen is compared when nobody else writes any more."""
    book = Gradebook(tmp_path)
    book.create("")
    book.begin(Run(started="", seed=1, note="", course="", options={}, versions={}), [])
    book.note_glance("seen")
    book.finish("")
    seen = iter(["seen", "something else"])
    monkeypatch.setattr(Gradebook, "glanced", lambda self: next(seen))

    assert run._unchanged(RunOptions(paths=(tmp_path,), out=tmp_path), book, "seen") is None
    assert not list(seen)
