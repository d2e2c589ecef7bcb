"""`course.toml`: what it changes, and every refusal with its file, line and suggestion."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import msgspec
import pytest

from grader import course
from grader.course import Course
from grader.errors import AuthorError, GraderError, UsageError
from grader.rubric import CORE, EVERYTHING, LESSONS, thresholds
from grader.worker.client import Limits

RUBRIC = '''
from grader import exercise

{name} = exercise("{name}", title="Own")

@{name}.check(points=3)
def first(student):
    """First."""

@{name}.check(points=1, public=False, needs=["first"])
def second(student):
    """Second."""
'''
LIMITS = [*Limits.__struct_fields__]


@pytest.fixture(autouse=True)
def thresholds_as_they_were() -> Iterator[None]:
    """A course sets them for the whole process."""
    before = dict(thresholds.OVERRIDES)
    yield
    thresholds.OVERRIDES.clear()
    thresholds.OVERRIDES.update(before)


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Course]:
    """The course of a folder with this course.toml, and a rubric of its own called `blur`."""

    def written(text: str | bytes = 'exercises = ["blur"]', rubric: str = RUBRIC.format(name="blur")) -> Course:
        data = text if isinstance(text, bytes) else dedent(text).encode()
        (tmp_path / "course.toml").write_bytes(data)
        (tmp_path / "rubric").mkdir(exist_ok=True)
        (tmp_path / "rubric" / "blur.py").write_text(rubric)
        return course.load(tmp_path)

    return written


# --- what it changes ----------------------------------------------------------------------------------


def test_without_a_file() -> None:
    """All built-in exercises in their order, with the usual limits; thresholds of an earlier course are gone."""
    thresholds.OVERRIDES["lenet5.digits"] = 0.5
    found = course.load()

    assert ("Convolutional networks", [*CORE]) == (found.name, [*found.exercises])
    assert dict.fromkeys(CORE, Limits()) == found.limits
    assert {} == thresholds.OVERRIDES
    assert (found.planted / "corr2d").is_dir()


def test_which_files_may_be_left_out() -> None:
    """Those of mnist_cnn, unless a course says otherwise: whoever leaves out another has not done the exercise."""
    every = course.load().exercises
    required = {file for exercise in every.values() for file in exercise.files if file not in exercise.optional}

    assert {"lenet5.onnx", "lenet5.pth"} == required
    assert {"mnist_cnn.onnx", "mnist_cnn.pth"} <= every["mnist_cnn"].optional


def test_an_empty_file(load: Callable[..., Course]) -> None:
    """The built-in exercises all the same."""
    found = load("")

    assert ("course", [*CORE], dict.fromkeys(CORE, Limits())) == (found.name, [*found.exercises], found.limits)


def test_a_course_of_everything(load: Callable[..., Course]) -> None:
    """All built-in exercises, in the order of their lessons; the core is among them in its own."""
    found = load('course = "everything"')

    assert [*EVERYTHING] == [*found.exercises] == [*course.built_in("everything").exercises]
    assert LESSONS == found.lessons
    assert [*CORE] == [name for name in EVERYTHING if name in CORE]


def test_lessons_of_a_course(load: Callable[..., Course]) -> None:
    """Its own, or those of the built-in exercises that it has."""
    assert {"filters": ("corr2d",)} == load('exercises = ["corr2d"]').lessons
    own = load('exercises = ["corr2d", "pooling"]\n[lessons]\n"week 1" = ["pooling", "corr2d"]')

    assert ["pooling", "corr2d"] == own.taught_in(["week 1"])
    with pytest.raises(UsageError, match="--lesson week: there is no such lesson; did you mean week 1"):
        own.taught_in(["week"])


def test_everything_at_once(load: Callable[..., Course], tmp_path: Path) -> None:
    """Own exercises and built-in ones, points, what is hidden, limits, thresholds."""
    found = load(
        """
        name = "Seeing machines"
        exercises = ["blur", "corr2d"]
        [limits]
        call_seconds = 5
        memory_bytes = 4_000
        [limits.blur]
        call_seconds = 2.5
        [thresholds]
        "lenet5.digits" = 1
        [checks."blur.first"]
        points = 0
        [checks."blur.second"]
        public = true
        points = 2.5
        """
    )
    general = Limits(call_seconds=5, memory_bytes=4000)

    assert ("Seeing machines", ["blur", "corr2d"]) == (found.name, [*found.exercises])
    assert {"blur": msgspec.structs.replace(general, call_seconds=2.5), "corr2d": general} == found.limits
    assert {"lenet5.digits": 1} == thresholds.OVERRIDES
    assert 1.0 == thresholds.accuracy("lenet5", "digits").threshold
    assert [("loads", 0, True), ("first", 0, True), ("second", 2.5, True)] == [
        (check.name, check.points, check.public) for check in found.exercises["blur"].checks
    ]
    assert ["blur.loads", "blur.first", "blur.second", "corr2d.loads"] == [*found.checks][:4]
    assert tmp_path.resolve() / "planted" == found.planted


def test_built_in_exercises_stay_as_they_are(load: Callable[..., Course]) -> None:
    """A course has its own copies, whose checks belong to them."""
    text = 'exercises = ["corr2d"]\n[checks."corr2d.rectangular"]\npoints = 99\npublic = false'
    found = load(text).checks["corr2d.rectangular"]
    built_in = next(check for check in course.builtin("corr2d").checks if check.id == "corr2d.rectangular")

    assert ("corr2d.rectangular", 99, False, "corr2d") == (found.id, found.points, found.public, found.exercise.name)
    assert found in found.exercise.checks
    assert ("corr2d.rectangular", True) == (built_in.id, built_in.public)
    assert built_in.points < 99


def test_an_own_rubric_comes_before_a_built_in_one(load: Callable[..., Course], tmp_path: Path) -> None:
    """Beside course.toml; the file itself may be named as well as its folder."""
    load()
    (tmp_path / "rubric" / "corr2d.py").write_text(RUBRIC.format(name="corr2d"))
    (tmp_path / "course.toml").write_text('exercises = ["corr2d"]')

    assert "Own" == course.load(tmp_path / "course.toml").exercises["corr2d"].title


@pytest.mark.parametrize(("wanted", "optional"), [("required", False), ("optional", True)])
def test_files(load: Callable[..., Course], wanted: str, optional: bool) -> None:
    """Whether one may be left out is the course's to say, of that file alone."""
    found = load(f'exercises = ["lenet5"]\n[files]\n"lenet5.onnx" = "{wanted}"').exercises["lenet5"]
    built_in = course.builtin("lenet5").optional

    assert (optional, "lenet5.pth" in built_in) == ("lenet5.onnx" in found.optional, "lenet5.pth" in found.optional)
    assert built_in - {"lenet5.onnx"} == found.optional - {"lenet5.onnx"}


def test_a_gate_that_is_turned_off(load: Callable[..., Course]) -> None:
    """Keeps nobody from later checks any more, and what it forbids is there for them; the built-in one stays."""
    text = 'exercises = ["corr2d"]\n[checks."corr2d.own_work"]\ngate = false\npoints = 2'
    found = load(text).checks
    own_work = found["corr2d.own_work"]

    assert (2, False, ("convolution",)) == (own_work.points, own_work.gate, own_work.without)
    assert ("corr2d.loads", "corr2d.shape") == found["corr2d.values"].all_needs
    assert {()} == {check.without for check in found.values() if check is not own_work}
    before = {check.id: check for check in course.builtin("corr2d").checks}
    assert ("corr2d.loads", "corr2d.own_work", "corr2d.shape") == before["corr2d.values"].all_needs
    assert {("convolution",)} == {check.without for check in before.values()}


def test_a_gate_may_be_said_to_be_one(load: Callable[..., Course]) -> None:
    """Which changes nothing."""
    text = 'exercises = ["corr2d"]\n[checks."corr2d.own_work"]\ngate = true'

    assert load(text).checks["corr2d.own_work"].gate


# --- refusals -----------------------------------------------------------------------------------------

THERE = ", ".join(["blur", *EVERYTHING][:12])
ONE = 'exercises = ["corr2d"]\n'
UNIQUE = "exercises must be named once each, and at least one"
ABOVE = "a limit is a number above 0"
ACCURACY = "an accuracy is above 0 and at most 1"
NO_FILE = "no check is about a file 'lenet5.onnx'"

# text, line, what is said
REFUSED: list[tuple[str, int, str]] = [
    ('name = "x"\nexercizes = []', 2, "there is no key 'exercizes' here; did you mean exercises?"),
    ("\nname = 3", 2, "name has to be a text in quotes, and it is a whole number"),
    ('\nexercises = "corr2d"', 2, "exercises has to be a list in brackets, and it is a text in quotes"),
    ("\nexercises = []", 2, UNIQUE),
    ('\nexercises = ["corr2d", "corr2d"]', 2, UNIQUE),
    ('\nexercises = ["corr2d", "poling"]', 2, "there is no exercise 'poling'; did you mean pooling?"),
    ('\nexercises = ["blurr"]', 2, "there is no exercise 'blurr'; did you mean blur?"),
    ('\ncourse = "all"', 2, "there is no built-in course 'all'; there are: core, everything"),
    (ONE + '[lessons]\nfilters = ["corr2"]', 3, "'corr2' is no exercise here; did you mean corr2d?"),
    ('exercises = ["x"]', 1, f"there is no exercise 'x'; there are: {THERE}, ..."),
    (ONE + "[limits]\ncal_seconds = 1", 3, "there is no limit 'cal_seconds'; did you mean call_seconds?"),
    (ONE + "[limits]\nzz = 1", 3, f"there is no limit 'zz'; there are: {', '.join(LIMITS)}"),
    (ONE + "[limits]\ncall_seconds = 0", 3, f"call_seconds = 0: {ABOVE}"),
    (ONE + "[limits]\ncall_seconds = -1.5", 3, f"call_seconds = -1.5: {ABOVE}"),
    (ONE + "[limits]\ncall_seconds = nan", 3, f"call_seconds = nan: {ABOVE}"),
    (ONE + "[limits]\ncall_seconds = true", 3, f"call_seconds = True: {ABOVE}"),
    (ONE + '[limits]\ncall_seconds = "5"', 3, f"call_seconds = '5': {ABOVE}"),
    (
        ONE + "[limits]\nmemory_bytes = 1.5",
        3,
        "memory_bytes has to be a whole number, and it is a number with a fraction",
    ),
    (ONE + "[limits.corr2d]\ncpu_secnds = 1", 3, "there is no limit 'cpu_secnds'; did you mean cpu_seconds?"),
    (ONE + "[limits.corr3d]", 2, "limits for 'corr3d', which is no exercise here; did you mean corr2d?"),
    (ONE + "[limits.pooling]", 2, "limits for 'pooling', which is no exercise here; there are: corr2d"),
    ('\n[thresholds]\n"lenet5.digts" = 0.9', 3, "there is no threshold 'lenet5.digts'; did you mean lenet5.digits?"),
    ('\n[thresholds]\n"lenet5.digits" = 95', 3, f"lenet5.digits = 95: {ACCURACY}"),
    ('\n[thresholds]\n"lenet5.digits" = 0', 3, f"lenet5.digits = 0: {ACCURACY}"),
    (ONE + '[checks."corr2d.vales"]\npoints = 1', 2, "there is no check 'corr2d.vales'; did you mean corr2d.values?"),
    (ONE + '[checks."corr2d.values"]\npoints = -1', 3, "corr2d.values: points = -1 is not from 0 to a million"),
    (ONE + '[checks."corr2d.values"]\npoints = 1e6', 3, "corr2d.values: points = 1e+06 is not from 0 to a million"),
    (ONE + '[checks."corr2d.values"]\npoints = nan', 3, "corr2d.values: points = nan is not from 0 to a million"),
    (
        ONE + '[checks."corr2d.values"]\npoints = "2"',
        3,
        "points has to be a number, and it is a text in quotes",
    ),
    (ONE + '[checks."corr2d.values"]\npublic = 1', 3, "public has to be true or false, and it is a whole number"),
    (ONE + "[limits]\ncall_seconds = 5\n[limits.corr2d]\ncall_seconds = -1", 5, f"call_seconds = -1: {ABOVE}"),
    (
        ONE + "[limits.corr2d]\nsubmission_seconds = 9",
        3,
        "submission_seconds is for all exercises of a submission together: set it under [limits]",
    ),
    (ONE + "limits = { corr2d = { call_seconds = 0 } }", 2, f"call_seconds = 0: {ABOVE}"),
    (
        ONE + '[checks."corr2d.shape"]\npoints = 2\n[checks."corr2d.values"]\npionts = 2',
        5,
        "there is no key 'pionts' here; did you mean points?",
    ),
    (
        ONE + '[checks."corr2d.values"]\ngate = true',
        3,
        "corr2d.values is no gate: only its author can make it one",
    ),
    (ONE + '[checks."corr2d.own_work"]\ngate = "no"', 3, "gate has to be true or false, and it is a text in quotes"),
    (
        ONE + '[checks."corr2d.own_work"]\npublic = false',
        3,
        "corr2d.own_work is hidden, but corr2d.shape, which students see, needs it: hide both or neither",
    ),
    (ONE + '[files]\n"lenet5.onnx" = "optional"', 3, NO_FILE + "; there are: "),
    ('\n[files]\n"lenet.onnx" = "optional"', 3, NO_FILE.replace("5", "") + "; did you mean lenet5.onnx?"),
    ('\n[files]\n"lenet5.onnx" = "maybe"', 3, "lenet5.onnx = 'maybe': a file is required or optional"),
    ('\n[files]\n"lenet5.onnx" = true', 3, "lenet5.onnx = True: a file is required or optional"),
    ("\nfiles = 3", 2, "files has to be a table, and it is a whole number"),
    (
        ONE + '[checks."corr2d.shape"]\npublic = false',
        3,
        "corr2d.shape is hidden, but corr2d.values, which students see, needs it: hide both or neither",
    ),
    (
        ONE + '[checks."corr2d.loads"]\npublic = false',
        3,
        "corr2d.loads is hidden, but corr2d.own_work, which students see, needs it: hide both or neither",
    ),
]


@pytest.mark.parametrize(("text", "line", "words"), REFUSED)
def test_refusals(load: Callable[..., Course], tmp_path: Path, text: str, line: int, words: str) -> None:
    """The file, the line, what is wrong with it, and what may have been meant."""
    before = dict(thresholds.OVERRIDES)
    with pytest.raises(AuthorError) as refused:
        load(text)

    assert f"{tmp_path / 'course.toml'}, line {line}: {words}" == str(refused.value)
    assert before == thresholds.OVERRIDES


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = [", ": Invalid value (at end of document)"),
        (
            b'name = "\xff"',
            " is not UTF-8 text: 'utf-8' codec can't decode byte 0xff in position 8: invalid start byte",
        ),
    ],
)
def test_no_toml(load: Callable[..., Course], tmp_path: Path, text: Any, words: str) -> None:
    """What cannot be read at all is said in the parser's words, after the file's name."""
    with pytest.raises(AuthorError) as refused:
        load(text)

    assert f"{tmp_path / 'course.toml'}{words}" == str(refused.value)


def test_no_file(tmp_path: Path) -> None:
    """A slip on the command line."""
    with pytest.raises(UsageError) as refused:
        course.load(tmp_path)

    assert f"--course {tmp_path / 'course.toml'}: cannot be read: No such file or directory" == str(refused.value)


@pytest.mark.parametrize(
    ("rubric", "words"),
    [
        ("\n1 / 0", ", line 2: ZeroDivisionError: division by zero"),
        ("def", " cannot be imported: SyntaxError: invalid syntax (blur.py, line 1)"),
        ("blur = 5", " defines no exercise named blur: write blur = exercise('blur', ...)"),
        ("", " defines no exercise named blur: write blur = exercise('blur', ...)"),
    ],
)
def test_a_broken_rubric(load: Callable[..., Course], tmp_path: Path, rubric: str, words: str) -> None:
    """Its file and the reason."""
    with pytest.raises(AuthorError) as refused:
        load(rubric=rubric)

    assert f"{tmp_path / 'rubric' / 'blur.py'}{words}" == str(refused.value)


@pytest.mark.parametrize(("kind", "at"), [("AuthorError", "{file}, line 2: "), ("UsageError", "")])
def test_a_rubric_that_refuses(load: Callable[..., Course], tmp_path: Path, kind: str, at: str) -> None:
    """Its author's sentence is told as it is, and where the course is to blame, the place."""
    with pytest.raises(GraderError) as refused:
        load(rubric=f"from grader.errors import *\nraise {kind}('blur needs values')")

    assert f"{at}blur needs values".format(file=tmp_path / "rubric" / "blur.py") == str(refused.value)


# --- the checks of a run ------------------------------------------------------------------------------


@pytest.fixture
def two(load: Callable[..., Course]) -> Course:
    return load('exercises = ["blur", "corr2d"]')


@pytest.mark.parametrize(
    ("names", "ids", "public_only", "chosen"),
    [
        (["blur"], [], False, ["blur.loads", "blur.first", "blur.second"]),
        (["blur"], [], True, ["blur.loads", "blur.first"]),
        ([], ["corr2d.values", "blur.first"], False, ["blur.loads", "blur.first", "corr2d.loads", "corr2d.values"]),
        ([], ["blur.loads"], True, ["blur.loads"]),
        (["blur"], ["blur.second", "corr2d.values"], False, ["blur.loads", "blur.second"]),
    ],
)
def test_select(two: Course, names: list[str], ids: list[str], public_only: bool, chosen: list[str]) -> None:
    """In rubric order; a chosen check brings along that its file loads, and nothing else."""
    assert chosen == [check.id for check in two.select(iter(names), iter(ids), public_only)]


def test_select_everything(two: Course) -> None:
    """Without a choice all checks are run."""
    assert [*two.checks.values()] == two.select([], [], False)


NOTHING = "no check is left to run: --exercise, --check and --public exclude each other here"


@pytest.mark.parametrize(
    ("names", "ids", "public_only", "words"),
    [
        (["blurr"], [], False, "--exercise blurr: there is no such exercise; did you mean blur?"),
        ([], ["blur.frist"], False, "--check blur.frist: there is no such check; did you mean blur.first?"),
        (["corr2d"], ["blur.first"], False, NOTHING),
        ([], ["blur.second"], True, NOTHING),  # only `loads` would be left
    ],
)
def test_select_nothing(two: Course, names: list[str], ids: list[str], public_only: bool, words: str) -> None:
    """What does not exist, and choices that exclude each other."""
    with pytest.raises(UsageError) as refused:
        two.select(names, ids, public_only)

    assert words == str(refused.value)
