"""Checks that the right answer does not pass: nobody is graded by them, and their author reads where."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.cli import main
from grader.course import load
from grader.errors import AuthorError
from grader.judge.bank import Rubric
from grader.records import from_json

ANSWER = "import numpy as np\n\ndef double(X):\n    return np.asarray(X) * 2\n"
HEAD = """\
import hypothesis
import numpy as np
from answers.doubling import double
from grader import exercise, expect, given, strategies

doubling = exercise("doubling", title="Doubling", functions={"double": double})

"""
LIVE = '@doubling.check(points=1, live=True{more})\ndef asked(student):\n    """Asked."""\n    '
DRAWN = '@doubling.check(points=1)\n@given(X=strategies.images())\ndef drawn(student, X):\n    """Drawn."""\n    '
REPLAYED = [
    (
        DRAWN + "hypothesis.note('here')",
        "doubling.drawn (rubric/doubling.py, line 12): InvalidArgument: Cannot make notes outside of a test; "
        "examples are replayed without Hypothesis, so leave note, event and target out",
    ),
    (
        DRAWN + "np.testing.assert_allclose(student.double(X), 3 * X + 1)",
        "doubling.drawn (rubric/doubling.py, line 12): Not equal to tolerance rtol=1e-07, atol=0; Mismatched elements: ",
    ),
    (
        DRAWN + "student.doubel(X)",
        "doubling.drawn (rubric/doubling.py, line 12): AttributeError: the contract of doubling has no doubel; did you mean double?",
    ),
    (
        DRAWN + "student.defines('double')",
        "doubling.drawn (rubric/doubling.py, line 12): student.defines asks the student's worker at once: declare live=True",
    ),
]
ASKED = (
    LIVE + "assert student.double(np.ones(3)).shape == (4,)",
    "doubling.asked (rubric/doubling.py, line 11): this does not hold: student.double(np.ones(3)).shape == (4,)",
)
WRONG = "def double(X):\n    return X * 3\n"


def make(folder: Path, check: str, answer: str = ANSWER, more: str = "", submission: str = WRONG) -> list[str]:
    """Write a course with this check; the command that grades a submission by it."""
    for name, text in {
        "course.toml": 'exercises = ["doubling"]\n',
        "answers/doubling.py": answer,
        "rubric/doubling.py": HEAD + check.replace("{more}", more) + "\n",
        "ada/doubling.py": submission,
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return ["run", str(folder / "ada"), "--course", str(folder), "--out", str(folder / "out"), "--jobs", "1"]


@pytest.fixture(autouse=True)
def answers_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each course has an `answers` of its own."""
    import sys

    for name in [name for name in sys.modules if name.partition(".")[0] == "answers"]:
        monkeypatch.delitem(sys.modules, name)


@pytest.mark.parametrize(("check", "words"), REPLAYED)
def test_drawing_tries_it(tmp_path: Path, check: str, words: str) -> None:
    """A check that is replayed: its examples are drawn from the right answer."""
    make(tmp_path, check)
    found = load(tmp_path).exercises["doubling"]
    with pytest.raises(AuthorError) as refused:
        Rubric(found.checks, seed=0).draw(found)

    assert str(refused.value).startswith(f"the reference does not pass {words}")
    assert 1 == len(str(refused.value).splitlines())


@pytest.mark.parametrize(("check", "words"), [REPLAYED[1], ASKED])
def test_found_at_start(tmp_path: Path, capsys: pytest.CaptureFixture[str], check: str, words: str) -> None:
    """One sentence and exit code 2, before anything is graded."""
    code = main(make(tmp_path, check))
    printed = capsys.readouterr()

    assert (2, "") == (code, printed.out)
    assert printed.err.startswith(f"grader: the reference does not pass {words}")
    assert 1 == len(printed.err.splitlines())
    assert not (tmp_path / "out" / "ada").exists()


def test_a_reference_that_cannot_be_handed_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody could tell whose fault a failure of a live check is."""
    code = main(make(tmp_path, LIVE + "student.double(np.ones(3))", answer=f"import grader\n{ANSWER}"))

    assert 2 == code
    assert (
        f"grader: {tmp_path}/answers/doubling.py: put the reference of doubling into a file that does not import grader\n"
        == capsys.readouterr().err
    )


def test_what_is_not_tried(tmp_path: Path) -> None:
    """Trainings, which take minutes: that such a check is wrong shows when somebody fails it."""
    assert 3 == main(make(tmp_path, LIVE + "assert 0", more=", trains=True"))


def test_an_error_that_shows_later(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3. The traceback goes to the terminal; a report tells where, and of a hidden check nothing of its input."""
    check = (
        "CALLS = []\n\n" + LIVE + "CALLS.append(1)\n    if len(CALLS) > 1:\n        raise ValueError('the input is 5')"
    )
    code = main(make(tmp_path, check, more=", public=False"))
    printed = capsys.readouterr()
    report = (tmp_path / "out" / "ada" / "report.json").read_text() + (
        tmp_path / "out" / "ada" / "report.html"
    ).read_text()

    assert 3 == code
    assert "grader: doubling.asked failed by itself:\nTraceback" in printed.err
    assert f'  File "{tmp_path}/rubric/doubling.py", line 15, in asked\n' in printed.err
    assert "ValueError: the input is 5\n" in printed.err
    assert "no points are lost: ValueError (rubric/doubling.py, line 15)" in report
    assert "the input is 5" not in report + printed.out
    assert str(tmp_path / "rubric") not in report


def test_an_assert_that_the_right_answer_passes(tmp_path: Path) -> None:
    """Is a failure of the submission, hidden or not."""
    hidden = LIVE.replace("{more}", ", public=False").replace("asked", "hidden")
    body = "assert student.double(np.ones(3, dtype='float32')).sum() == 6"
    command = make(tmp_path, f"{LIVE}{body}\n\n{hidden}{body}")
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / "doubling.py").write_text("def double(X):\n    return X * 2\n")
    code = main([*command[:2], str(tmp_path / "bob"), *command[2:]])
    found = {name: from_json((tmp_path / "out" / name / "report.json").read_bytes()) for name in ("ada", "bob")}

    assert 1 == code
    assert {"ada": ["passed", "failed", "failed"], "bob": ["passed"] * 3} == {
        name: [check.outcome for check in report.checks] for name, report in found.items()
    }
