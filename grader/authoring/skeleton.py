"""The places that an exercise consists of, and a first version of each that works and is to be written over.

The right answer, the checks, and submissions whose outcomes are known; a built-in exercise also has the file that a student
starts from, the solution of student42, and the words that findings must hold.
"""

from __future__ import annotations

from pathlib import Path
from string import Template

from grader.errors import UsageError

SHARED = {
    "planted/$name/right_loop/$name.py": """\
def $name(x):
    values = []
    for value in x:
        values.append(value + value)
    return values
""",
    "planted/$name/right_loop/expect.toml": """\
kind = "right"
title = "A loop"
""",
    "planted/$name/wrong_unchanged/$name.py": """\
def $name(x):
    return x
""",
    "planted/$name/wrong_unchanged/expect.toml": """\
kind = "wrong"
title = "The values come back as they are"
misconception = true
explanation = "Each value is taken twice; here it is taken once."
failed = ["values"]
""",
}
ANSWER = '''\
"""Twice each value."""

import numpy as np


def $name(x):
    """x (N,) -> (N,): each value twice."""
    return 2 * np.asarray(x)
'''
RUBRIC = '''\
"""Exercise $name: twice each value. x (N,) -> (N,)."""

$imports

$name = exercise(
    "$name",
    title="Twice each value",
    functions={"$name": right},
    about="$name(x): x (N,) -> (N,), each value twice.",
)


@$name.check(points=9, hint="Add each value to itself.")
@given(x=strategies.arrays((1, 6)))
def values(student$untyped, x$array)$none:
    """Every value is taken twice.

    Why: say why it matters.
    Wrong: return x
    Right: return 2 * x
    """
    expect.close(student.$name(x), right(x))


@$name.check(points=1, needs=["values"])
@given(x=strategies.arrays((1, 6)))
def unchanged(student$untyped, x$array)$none:
    """x is not modified.

    Why: the caller still needs it.
    Wrong: x += x
    Right: x + x
    """
    student.$name(x)
    expect.unchanged(student)
'''
OF_COURSE = {
    "answers/$name.py": ANSWER,
    "rubric/$name.py": Template(RUBRIC).safe_substitute(
        imports="from answers.$name import $name as right\nfrom grader import exercise, expect, given, strategies",
        untyped="",
        array="",
        none="",
    ),
    **SHARED,
}
BUILT_IN = {
    "reference/$name.py": ANSWER.replace("import numpy", "from __future__ import annotations\n\nimport numpy")
    .replace("(x):", "(x: np.ndarray) -> np.ndarray:")
    .replace("2 * np.asarray(x)", "2 * x"),
    "grader/rubric/$name.py": Template(RUBRIC).safe_substitute(
        imports="from __future__ import annotations\n\nimport numpy as np\nfrom hypothesis import given\n\n"
        "from grader.authoring import expect, strategies\nfrom grader.authoring.exercise import exercise\n"
        "from grader.authoring.student import Student\nfrom reference.$name import $name as right",
        untyped=": Student",
        array=": np.ndarray",
        none=" -> None",
    ),
    "exercises/starter/$name.py": '''\
"""Exercise $name: twice each value."""


def $name(x):
    """x (N,) -> (N,): each value twice."""
    raise NotImplementedError
''',
    "exercises/student42/$name.py": '''\
"""Twice each value."""


def $name(x):
    return x + x
''',
    "tests/words/$name.py": '''\
"""Words that the findings of planted mistakes of $name must hold: see tests.words."""

WORDS: dict[str, str] = {}
''',
    **{f"tests/{place}": text for place, text in SHARED.items()},
}


def lay_out(name: str, folder: Path, places: dict[str, str]) -> list[Path]:
    """Write a first version of exercise `name` into `folder`. Raises UsageError, and then nothing was written."""
    if not name.isidentifier() or name != name.lower():
        raise UsageError(f"{name} is no name for an exercise: it is a file's and a function's, as box_blur")
    texts = {folder / Template(path).substitute(name=name): Template(text) for path, text in places.items()}
    if there := next((path for path in texts if path.exists()), None):
        raise UsageError(f"{there} exists already: choose another name, nothing was changed")
    for path, text in texts.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.substitute(name=name), encoding="utf-8")
        except OSError as problem:
            raise UsageError(f"{path} cannot be written: {problem.strerror}") from None
    return [*texts]
