"""An author's natural mistakes, made in a rubric file of their own: each is refused in one sentence with its line."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from grader import course
from grader.cli import main
from grader.errors import AuthorError

HEAD = """\
import numpy as np
from hypothesis import settings, strategies as st
from torch import nn
from grader import example, exercise, expect, given, strategies

def right(X, k=1): return X * k

class Net(nn.Module): ...

blur = exercise("blur", title="Blur", functions={"blur": right})

@blur.check(points=1)
@given(X=strategies.images())
def shape(student, X):
    "Shape."
    expect.shape(student.blur(X), X.shape)

"""
GIVEN = '@given(X=strategies.images())\ndef values(student, X):\n    "Values."\n'
PLAIN = 'def values(student):\n    "Values."\n'
ORDER = "the decorators are in the wrong order: @EXERCISE.check(...) stands on top, @given(...) and @example(...) below it, "
NAMES = 'an exercise has a name and a title: exercise("NAME", title="TITLE", ...)'
MISTAKES = {
    # what is drawn
    "data": (
        '@blur.check(points=1)\n@given(X=st.data())\ndef values(student, X):\n    "Values."\n',
        "blur.values: X: st.data() draws while the student answers, but examples are drawn once for everybody; "
        "use st.flatmap, st.builds or @st.composite",
    ),
    "settings below": (
        f"@blur.check(points=1)\n@settings(max_examples=9)\n{GIVEN}",
        "blur.values: take @settings away and write @blur.check(..., examples=N): all else is set by the grader",
    ),
    "settings between": (
        f"@blur.check(points=1)\n{GIVEN.replace('def', '@settings(max_examples=9)' + chr(10) + 'def')}",
        "blur.values: take @settings away and write @blur.check(..., examples=N): all else is set by the grader",
    ),
    "settings on top": (
        f"@settings(max_examples=9)\n@blur.check(points=1)\n{GIVEN}",
        f"{ORDER}and @settings(...) nowhere",
    ),
    "given on top": (
        f"@given(X=strategies.images())\n@blur.check(points=1)\n{PLAIN}",
        f"{ORDER}and @settings(...) nowhere",
    ),
    "example on top": (
        f"@example(X=np.ones((2, 2)))\n@blur.check(points=1)\n{GIVEN}",
        f"{ORDER}and @settings(...) nowhere",
    ),
    "example alone": (
        f"@blur.check(points=1)\n@example(X=np.ones((2, 2)))\n{PLAIN}",
        "blur.values: @example needs a @given(...) beside it, which draws the other examples",
    ),
    "no student": (
        '@blur.check(points=1)\n@given(X=strategies.images())\ndef values(X):\n    "Values."\n',
        "blur.values: the student comes first and is not drawn: write def values(student, X)",
    ),
    "no parameter": (
        '@blur.check(points=1)\ndef values():\n    "Values."\n',
        "blur.values: the student comes first and is not drawn: write def values(student)",
    ),
    "a name that is not drawn": (
        '@blur.check(points=1)\n@given(X=strategies.images())\ndef values(student, X, k):\n    "Values."\n',
        "blur.values: nobody draws k: write @given(k=...) below @blur.check(...), or draw it inside from student.random",
    ),
    "no given": (
        '@blur.check(points=1)\ndef values(student, X):\n    "Values."\n',
        "blur.values: nobody draws X: write @given(X=...) below @blur.check(...), or draw it inside from student.random",
    ),
    "another name": (
        '@blur.check(points=1)\n@given(Y=st.integers())\ndef values(student, X):\n    "Values."\n',
        "blur.values: values() got an unexpected keyword argument 'Y', from `Y=integers()` in @given",
    ),
    "live and drawn": (
        f"@blur.check(points=1, live=True)\n{GIVEN}",
        "blur.values: a live check draws from student.random, not with @given: take away one of the two",
    ),
    # what is declared
    "an unknown keyword": (
        f"@blur.check(point=1)\n{PLAIN}",
        "there is no point=... to declare; did you mean points?",
    ),
    "no points": (f"@blur.check()\n{PLAIN}", "a check says what it is worth: @EXERCISE.check(points=1)"),
    "no parentheses": (
        f"@blur.check\n{PLAIN}",
        "a check is declared by name and in parentheses: @EXERCISE.check(points=1)",
    ),
    "points that are negative": (f"@blur.check(points=-2)\n{PLAIN}", "blur.values: points=-2 is below 0"),
    "points that are none": (f'@blur.check(points="2")\n{PLAIN}', "blur.values: points='2' is no number"),
    "points without end": (f'@blur.check(points=float("nan"))\n{PLAIN}', "blur.values: points=nan is no number"),
    "no examples": (
        f"@blur.check(points=1, examples=0)\n{GIVEN}",
        "blur.values: examples=0 is no number of at least 1",
    ),
    "a need that is unknown": (
        f'@blur.check(points=1, needs=["shapes"])\n{PLAIN}',
        "blur.values needs blur.shapes: a check can only need earlier ones; did you mean shape?",
    ),
    "a need by its whole name": (
        f'@blur.check(points=1, needs=["blur.shape"])\n{PLAIN}',
        "blur.values needs blur.blur.shape: a check can only need earlier ones; did you mean shape?",
    ),
    "needs that are no list": (
        f'@blur.check(points=1, needs="shape")\n{PLAIN}',
        'blur.values: needs is a list of names: write needs=["shape"]',
    ),
    "needs that are checks": (
        f"@blur.check(points=1, needs=[shape])\n{PLAIN}",
        'blur.values: needs is a list of names: write needs=["shape"]',
    ),
    "a name twice": (f"@blur.check(points=1)\n{PLAIN.replace('values', 'shape')}", "blur.shape is declared twice"),
    "the exercise's name": (
        f"@blur.check(points=1)\n{PLAIN.replace('values', 'blur')}",
        "blur.blur: give the check another name than the exercise, which it would replace",
    ),
    "no docstring": (
        "@blur.check(points=1)\ndef values(student):\n    pass\n",
        "blur.values has no docstring: its first line is the title",
    ),
    # the exercise itself
    "a keyword of the exercise": (
        'exercise("other", title="Other", function={"f": right})',
        "there is no function=... to declare; did you mean functions?",
    ),
    "no title": ('exercise("other")', NAMES),
    "a title without its name": (
        'exercise("other", "Other")',
        'all but the name is given by name: exercise("NAME", title="TITLE", ...)',
    ),
    "no dict": (
        'exercise("other", title="Other", functions=[right])',
        'other: functions is a dict, as in functions={"NAME": the_right_one}',
    ),
    "no function": (
        'exercise("other", title="Other", functions={"f": right(3)})',
        "other: functions: 'f' must be a name, and what stands behind it a function",
    ),
    "a name that is taken": (
        'exercise("other", title="Other", functions={"random": right})',
        "other: student.random is the grader's own: give the function another name",
    ),
    "no class": (
        'exercise("other", title="Other", classes={"Net": "Net"})',
        "other: classes: 'Net' must be a name, and what stands behind it a class",
    ),
    "a network among functions": (
        'exercise("other", title="Other", functions={"Net": Net})',
        'other: Net is a network: declare it with classes={"Net": Net}',
    ),
    "a name in both": (
        'exercise("other", title="Other", functions={"net": right}, classes={"net": right})',
        "other: net is both in functions and in classes: a network belongs into classes, everything else into functions",
    ),
    "batches of no class": (
        'exercise("other", title="Other", classes={"Net": Net}, batches={"Nett": [((), (1, 2))]})',
        "other: batches: Nett is not among the classes; did you mean Net?",
    ),
    "batches without arguments": (
        'exercise("other", title="Other", classes={"Net": Net}, batches={"Net": [(1, 2)]})',
        'other: batches is {"Net": [((CONSTRUCTOR ARGUMENTS), (SHAPE OF A BATCH)), ...]}: whole numbers, and tuples of them or None among the arguments',
    ),
    # Python's own
    "a slip": (f"@blur.check(points=one)\n{PLAIN}", "NameError: name 'one' is not defined"),
    "a strategy's arguments": (
        "strategies.images(0)\n",
        "ValueError: arrays((0, (4, 8)), low=-9, high=9): sides are at least 1, low at most high",
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "course.toml").write_text('exercises = ["blur"]\n')
    (tmp_path / "rubric").mkdir()
    return tmp_path


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_where_it_stands(folder: Path, mistake: str) -> None:
    """The file, the line on which the wrong check or call begins, what is wrong and what to write."""
    code, words = MISTAKES[mistake]
    file = folder / "rubric" / "blur.py"
    file.write_text(HEAD + code)
    with pytest.raises(AuthorError) as refused:
        course.load(folder)
    message = str(refused.value)
    at, _, told = message.removeprefix(f"{file}, line ").partition(": ")

    assert words == told
    assert 0 <= int(at) - len(HEAD.splitlines()) - 1 <= code.count("\n")
    assert 2 >= len(message.splitlines())


def test_on_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence and the exit code of a wrong course, from a command that grades nothing."""
    (folder / "rubric" / "blur.py").write_text(HEAD + MISTAKES["data"][0])
    code = main(["list", "--course", str(folder)])
    printed = capsys.readouterr()

    assert (2, "") == (code, printed.out)
    assert f"grader: {folder}/rubric/blur.py, line 18: {MISTAKES['data'][1]}\n" == printed.err


def test_another_exercise_under_this_name(folder: Path) -> None:
    """Would be asked for by one name and graded by another."""
    (folder / "rubric" / "blur.py").write_text(dedent(HEAD).replace('exercise("blur"', 'exercise("blurr"'))
    with pytest.raises(
        AuthorError, match=r"blur\.py defines no exercise named blur: write blur = exercise\('blur', \.\.\.\)$"
    ):
        course.load(folder)
