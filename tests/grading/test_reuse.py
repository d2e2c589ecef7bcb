"""What is known is not asked again, and what comes of that is what a run that knows nothing would find."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from grader.engine.workplace import Workplace
from tests.grading.small import CLASS, KEEPS, Klass

ALL = {"double.loads", "double.shape", "double.values", "double.zeros", "shift.loads", "shift.values"}
OF_DOUBLE = {name for name in ALL if name.startswith("double")}


@pytest.fixture(scope="module")
def place() -> Iterator[Workplace]:
    with Workplace("none", 1) as made:
        yield made


@pytest.fixture(scope="module")
def graded(place: Workplace, tmp_path_factory: pytest.TempPathFactory) -> Klass:
    made = Klass(tmp_path_factory.mktemp("klass"), place)
    made.grade()
    shutil.copytree(made.root, f"{made.root}-as-it-was")
    return made


@pytest.fixture
def klass(graded: Klass) -> Klass:
    """Graded once, and as it was then."""
    shutil.rmtree(graded.root)
    shutil.copytree(f"{graded.root}-as-it-was", graded.root)
    return graded


def test_an_unchanged_class_is_not_run(klass: Klass) -> None:
    """Nothing is asked, no worker is started, and the records are the very same."""
    before, calls = klass.reports(), klass.calls
    graded = klass.grade()

    assert ({}, len(CLASS), calls) == (graded.asked, graded.reused, klass.calls)
    assert before == klass.reports()


EDITS = {  # by what is edited: file, what is replaced, by what; which checks may be asked again, of whom
    "a check": ("course/rubric/double.py", "right(X).shape", "tuple(right(X).shape)", {"double.shape"}),
    "a hint": ("course/rubric/double.py", "Multiply by two.", "Twice, that is.", set()),
    "points": ("course/rubric/double.py", "points=2", "points=7", set()),
    "points in course.toml": (
        "course/course.toml",
        "[limits]",
        '[checks."double.values"]\npoints = 5\n[limits]',
        set(),
    ),
    "a title": ("course/rubric/shift.py", "Every value is one more.", "One more each.", set()),
    "the exercise's title": ("course/rubric/shift.py", 'title="Shift"', 'title="Move"', set()),
    "a comment": ("course/rubric/near.py", "def near", "# nearly\ndef near", set()),
    "a number two modules away": ("course/rubric/numbers.py", "TERMS = 1", "TERMS = 50", OF_DOUBLE),
    "a helper": ("course/rubric/near.py", "b, terms", "b, hint='Look.', terms", OF_DOUBLE),
    "a strategy": ("course/rubric/shift.py", "square((2, 4))", "square((2, 5))", {"shift.values", "shift.loads"}),
    "how many examples": ("course/rubric/double.py", "examples=3", "examples=5", {"double.zeros"}),
    "a constant of the module": ("course/rubric/double.py", "SIZE = 3", "SIZE = 4", OF_DOUBLE),
    "the right answer": ("course/answers/shift.py", "X + 1", "X + 1.0", {"shift.values", "shift.loads"}),
    "a limit": ("course/course.toml", "call_seconds = 5", "call_seconds = 6", ALL),
    "a need": ("course/rubric/double.py", "public=False,", "public=False, needs=['shape'],", {"double.zeros"}),
    "hidden from students": ("course/rubric/shift.py", "points=2", "public=False, points=2", {"shift.values"}),
    "a check that fails now": ("course/rubric/shift.py", "right(X))", "right(X) + 5)", {"shift.values", "shift.loads"}),
    "a check that most of them pass now": (
        "course/rubric/double.py",
        'doubled."""\n    near(student.double(X), right(X))',
        'doubled."""\n    expect.shape(student.double(X), X.shape)',
        {"double.values"},
    ),
    "a check that comes first now": (
        "course/rubric/double.py",
        'stays."""\n    expect',
        'stays."""\n    near(student.double(X), right(X))\n    expect',
        {"double.shape"},
    ),
    "a hidden check": ("course/rubric/double.py", 'stay."""\n', 'stay."""\n    X = X + 0\n', {"double.zeros"}),
    "a check that is new": (
        "course/rubric/double.py",
        "@double.check(points=3",
        "@double.check(points=1, examples=2)\n@given(X=strategies.square((2, 4)))\ndef negative(student, X):\n"
        '    """Signs stay."""\n    near(student.double(-X), right(-X))\n\n\n@double.check(points=3',
        OF_DOUBLE | {"double.negative"},
    ),
    "one student's file": ("class/ann/shift.py", "1 + X", "X + 2", ALL),
    "a file beside it": ("class/bob/double.py", "def double", "# mine\ndef double", ALL),
}


@pytest.mark.parametrize("edit", EDITS)
def test_after_an_edit(edit: str, klass: Klass) -> None:
    """The records are those of a run that reuses nothing; asked is no more than what the edit can matter to, whether a
    submission passes or fails, but for those whose checks cannot be told apart.
    """
    file, old, new, may_be_asked = EDITS[edit]
    klass.edit(file, old, new)
    if edit == "a check that fails now":  # the right answer would not pass it
        klass.edit("course/answers/shift.py", "X + 1", "X + 6")
        klass.edit(file, "right(X) + 5)", "right(X))")
    graded = klass.grade()

    assert klass.afresh() == klass.reports()
    of_others = klass.asked_of(set(CLASS) - KEEPS)
    assert of_others <= may_be_asked
    assert (edit in ("a hint", "points", "points in course.toml", "a title", "the exercise's title", "a comment")) == (
        not graded.asked
    )
    if file.startswith("class"):
        assert {1} == set(graded.asked.values())
