"""`grader plant`: a student's mistake becomes a planted submission that the audit can read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from grader import course
from grader.audit.subjects import planted
from grader.classes import find
from grader.cli import main
from grader.records import Finding, to_json
from grader.report.kept import Index
from grader.submission import take
from grader.survey.mistakes import of
from tests.reports import check, report

CODE = "from helper import mean\n\n\ndef corr2d(X, K):\n    return mean(X)\n"
Stored = Callable[[Path], str]


@pytest.fixture
def anna(tmp_path: Path) -> Path:
    """A submission with a helper, another exercise that corr2d does not need, and a network."""
    folder = tmp_path / "class" / "anna"
    folder.mkdir(parents=True)
    for name, text in {"corr2d.py": CODE, "helper.py": "def mean(x): ...\n", "pooling.py": "import torch\n"}.items():
        (folder / name).write_text(text)
    (folder / "lenet5.pth").write_bytes(b"weights")
    return folder


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    """Store a report on what lies in a path, as a run would; the id of its only group."""

    def store(path: Path) -> str:
        (source,) = find([path], course.load().files).sources
        failed = [
            check(f"corr2d.{name}", "failed", finding=Finding(message='it is "9"')) for name in ("shape", "values")
        ]
        graded = report(source.name, *failed, check("corr2d.linear", "skipped"))
        graded = msgspec.structs.replace(graded, digest=take(source, tmp_path).digest)
        (tmp_path / "out" / source.name).mkdir(parents=True)
        (tmp_path / "out" / source.name / "report.json").write_bytes(to_json(graded))
        index = Index(submissions={source.name: source.place})
        (tmp_path / "out" / "index.json").write_bytes(msgspec.json.encode(index))
        return of([graded]).groups()[0].id

    return store


def plant(tmp_path: Path, group: str) -> int:
    folder = tmp_path / "planted" / "corr2d" / "wrong_unnamed"
    return main(["plant", group, "--reports", str(tmp_path / "out"), "--out", str(folder)])


def test_planted(anna: Path, stored: Stored, tmp_path: Path) -> None:
    """The exercise's file with its helper and nothing else; what it failed stands in expect.toml."""
    assert 0 == plant(tmp_path, stored(anna))
    (subject,) = planted(course.load().exercises["corr2d"], tmp_path / "planted")

    assert ["corr2d.py", "expect.toml", "helper.py"] == sorted(file.name for file in subject.folder.iterdir())
    assert CODE == (subject.folder / "corr2d.py").read_text()
    assert subject.expectation is not None
    assert ("wrong", ("shape", "values"), False) == (
        subject.expectation.kind,
        subject.expectation.failed,
        subject.expectation.misconception,
    )


@pytest.mark.parametrize("change", ["edited", "gone", "there", "unknown"])
def test_refused(anna: Path, stored: Stored, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str) -> None:
    """In a sentence, with nothing written."""
    group, told = stored(anna), "lies any more where it was graded"
    if change == "edited":
        (anna / "corr2d.py").write_text("")
    elif change == "gone":
        shutil.rmtree(anna)
    elif change == "there":
        (tmp_path / "planted" / "corr2d" / "wrong_unnamed").mkdir(parents=True)
        told = "exists already"
    else:
        group, told = group[:-1], f"did you mean {group}?"

    assert 2 == plant(tmp_path, group)
    assert told in capsys.readouterr().err
    assert not [*(tmp_path / "planted").rglob("*.*")]
