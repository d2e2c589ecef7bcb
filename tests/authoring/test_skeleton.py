"""`grader new-exercise`: what it lays out works as it is; and which of its places a built-in exercise lacks."""

from __future__ import annotations

from pathlib import Path
from string import Template

import pytest

from grader import course
from grader.authoring import skeleton
from grader.cli import main
from grader.rubric import EVERYTHING

ROOT = Path(__file__).parents[2]
WORDLESS = {"mnist_cnn", "lenet5", "resnet_block"}  # their words lie in tests/rubric/test_mistakes.py


def test_a_new_exercise_is_certified_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its right answer, its checks and its planted submissions fit each other, and the controls earn nothing."""
    blurs = tmp_path / "blurs"
    blurs.mkdir()

    assert 0 == main(["new-exercise", "blur", "--course", str(blurs)])
    told = capsys.readouterr().out
    assert f'Add "blur" to exercises in {blurs / "course.toml"}' in told
    (blurs / "course.toml").write_text('exercises = ["blur"]')
    assert 0 == main(["audit", "--course", str(blurs), "--out", str(tmp_path / "audit"), "--jobs", "1"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["box blur", "--course", "."], "box blur is no name for an exercise"),
        (["pooling", "--course", "."], "pooling is a built-in exercise already"),
        (["blur", "--course", "nowhere"], "there is no such folder"),
    ],
)
def test_refused(words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a sentence, and nothing is written."""
    arguments = [str(tmp_path) if word == "." else word for word in words]

    assert 2 == main(["new-exercise", *arguments])
    assert said in capsys.readouterr().err
    assert [] == [*tmp_path.iterdir()]


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is there stays, and nothing is put beside it."""
    mine = tmp_path / "rubric" / "blur.py"
    mine.parent.mkdir()
    mine.write_text("mine = 1\n")

    assert 2 == main(["new-exercise", "blur", "--course", str(tmp_path)])
    assert f"{mine} exists already" in capsys.readouterr().err
    assert ([mine], "mine = 1\n") == ([path for path in tmp_path.rglob("*") if path.is_file()], mine.read_text())


@pytest.mark.parametrize("name", EVERYTHING)
def test_no_place_is_missing(name: str) -> None:
    """Every built-in exercise has all that a new one is laid out with, right and wrong submissions, and a catalogue of misconceptions."""
    planted = [f"tests/planted/{name}/{kind}_*/expect.toml" for kind in ("right", "wrong")]
    places = [Template(path).substitute(name=name) for path in skeleton.BUILT_IN if "planted" not in path]
    wanted = [*planted, *(place for place in places if not ("words" in place and name in WORDLESS))]

    told = [file.read_text("utf-8") for file in ROOT.glob(planted[1])]
    if any("misconception = true" in text for text in told):  # else its checks name mistakes themselves
        wanted.append(f"grader/data/signatures-{name}.json")

    assert [] == [place for place in wanted if not any(ROOT.glob(place))]
    assert name == course.builtin(name).name
    assert f"| {name}.py |" in (ROOT / "exercises" / "starter" / "README.md").read_text()
