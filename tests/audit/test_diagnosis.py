"""Diagnosis: the right name or none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import msgspec
import numpy as np
import pytest

from grader import course
from grader.audit import signatures
from grader.audit.examiner import Examiner
from grader.audit.signatures import candidates, telling
from grader.audit.subjects import Subject, digest, planted
from grader.authoring import expect
from grader.authoring.exercise import Exercise
from grader.authoring.strategies import arrays
from grader.authoring.student import Student
from grader.judge import diagnosis
from grader.judge.bank import Rubric
from grader.judge.diagnosis import Catalogue, Misconception, recognise
from grader.judge.players import RecordedCall
from grader.judge.probes import CallProbe, NetworkProbe, agree, answer
from grader.rubric import EVERYTHING

COURSE = course.load()
FLIPPED = "The kernel is flipped before it slides"
FLIPPED_WITH_LOOPS = """
def corr2d(image, kernel):
    rows, columns = len(image) - len(kernel) + 1, len(image[0]) - len(kernel[0]) + 1
    result = [[0.0] * columns for _ in range(rows)]
    for i in range(rows):
        for j in range(columns):
            for a, line in enumerate(reversed(kernel.tolist())):
                for b, weight in enumerate(reversed(line)):
                    result[i][j] += float(image[i + a][j + b]) * weight
    return result
"""


def catalogue(right: str, **wrong: str) -> Catalogue:
    """Probes f, f, g, g, and misconceptions by title."""
    return Catalogue(
        exercise="any",
        digest="",
        right=right,
        misconceptions=tuple(Misconception(title=t, explanation=t, answers=answers) for t, answers in wrong.items()),
        probes=tuple(CallProbe(call=f"{name}(1)", arrays={}) for name in "ffgg"),
    )


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("x b c d", ["only_f"]),
        ("x b z z", ["only_f"]),  # another mistake in g does not hide the one in f
        ("x b - -", []),  # without g, two mistakes look alike
        ("x b y d", ["both"]),  # outranks only_f
        ("x q c d", []),  # one answer differs
        ("a b c d", []),  # right
        ("- - - -", []),
        ("a b w d", []),  # two names for one behaviour
    ],
)
def test_recognise(given: str, named: list[str]) -> None:
    """All answers of the functions a misconception spoils must agree, and with one misconception only."""
    known = catalogue("a b c d", only_f="x = = =", both="x = y =", twin="= = w =", other_twin="= = w =")

    assert named == [found.title for found in recognise(known, given.split()).values()]


def test_same_misconception_twice() -> None:
    """Several submissions of one title agree with themselves."""
    known = catalogue("a b c d", only_f="x = = =")
    assert ["only_f"] == [found.title for found in recognise(known, ["x", "b", "-", "-"]).values()]

    known = msgspec.structs.replace(known, misconceptions=known.misconceptions * 2)

    assert ["only_f"] == [found.title for found in recognise(known, ["x", "b", "c", "d"]).values()]


def test_demonstrations_matter_only_alone() -> None:
    """What a demonstration gives is looked at only for mistakes that are in the demonstration."""
    known = catalogue("a b c d", works="x = y =", shows="= = y =")
    probes = (*known.probes[:2], *(CallProbe(call="g()", arrays={}),) * 2)
    known = msgspec.structs.replace(known, probes=probes)

    for given, named in (("x b c d", "works"), ("x b z z", "works"), ("a b y d", "shows")):
        assert [named] == [found.title for found in recognise(known, given.split()).values()]


def test_equal_answers_agree() -> None:
    """Equal answers agree in every library and dtype and with rounding; other values, shapes and kinds do not."""
    values = [[1.0, 2.5], [3.0, -0.0]]
    same = [np.array(values), np.array(values, dtype="float32") * np.float32(1 + 1e-6), tuple(map(tuple, values))]
    other = [[1.0, 2.5, 3.0, 0.0], [[1.0, 2.51], [3.0, 0.0]], [[2.5, 1.0], [3.0, 0.0]], [[np.nan, 2.5], [3.0, 0.0]]]
    other += [[[np.inf, 2.5], [3.0, 0.0]], None, "text", [values, 1], 1, 2]

    assert all(agree(answer(values), answer(value)) for value in same)
    for i, value in enumerate([values, *other]):
        assert not any(agree(answer(value), answer(another)) for another in other[i:])


def test_telling_probes() -> None:
    """Enough probes are kept to show every misconception and to tell any two apart."""
    wrong = [["=", "=", "=", "=", "x", "y"], ["=", "=", "=", "=", "x", "z"], ["a", "=", "=", "=", "=", "="]]

    assert [0, 1, 4, 5] == telling(wrong, always=[1])
    assert [1] == telling([], always=[1])


def test_what_is_drawn_by_chance_is_no_probe() -> None:
    """Right answers of such a function differ: its calls would hide every misconception about another one."""
    dice = Exercise(
        "dice", title="Dice", functions={"roll": np.zeros_like, "double": lambda x: 2 * x}, by_chance=["roll"]
    )

    @dice.check(points=1)
    @hypothesis.given(x=arrays(3))
    def values(student: Student, x: np.ndarray) -> None:
        """Both give as many values."""
        for call in (student.roll, student.double):
            expect.shape(call(x), x.shape)

    asked, _ = candidates(dice, Rubric(dice.checks, seed=0))

    assert {"double"} == {call.function for call in asked if isinstance(call, RecordedCall)}


def test_probe_is_the_call_again() -> None:
    """A call kept as data comes back with the same arrays, pairs, keywords and seed."""
    exercise = COURSE.exercises["pooling"]
    arguments = {"kernel_size": (2, 3), "stride": [1, 2], "ceil_mode": True, "divisor_override": None}
    call = RecordedCall("avg_pool2d", (np.ones((1, 1, 4, 4), dtype="float32"),), arguments, None, 7)

    assert call.same_as(CallProbe.of(call, exercise).recorded())


@pytest.mark.parametrize("name", EVERYTHING)
def test_catalogue_is_up_to_date(name: str) -> None:
    """The stored signatures were made from the planted misconceptions as they are: else run `grader audit`."""
    exercise = course.builtin(name)
    known = [s for s in planted(exercise, COURSE.planted) if s.expectation and s.expectation.misconception]
    stored = diagnosis.load(exercise)

    assert (signatures.digest(exercise, known) if known else None) == (stored.digest if stored else None)
    if stored:
        assert [s.expectation.title for s in known if s.expectation] == [m.title for m in stored.misconceptions]
        assert all(len(m.answers.split()) == len(stored.probes) for m in stored.misconceptions)
        assert all(set(m.answers.split()) != {diagnosis.SAME} for m in stored.misconceptions)


@pytest.fixture(scope="module")
def examiner() -> Iterator[Examiner]:
    names = ("corr2d", "resnet_block")
    with Examiner({name: COURSE.exercises[name] for name in names}, COURSE.limits, jobs=2) as examiner:
        yield examiner


def chosen(exercise: str, step: int) -> list[Subject]:
    """Every so manieth misconception of an exercise."""
    every = planted(COURSE.exercises[exercise], COURSE.planted)
    return [s for s in every if s.expectation and s.expectation.misconception][::step]


def written(folder: Path, source: str) -> Subject:
    """A submission for corr2d."""
    folder.mkdir()
    (folder / "corr2d.py").write_text(source)
    return Subject(exercise="corr2d", name=folder.name, kind="wrong", folder=folder, digest=digest(folder))


def test_planted_misconceptions_are_named(examiner: Examiner) -> None:
    """A planted misconception is called by its own name."""
    subjects = [*chosen("corr2d", 3), *chosen("resnet_block", 3)]

    assert {s.name: s.expectation.title for s in subjects if s.expectation} == {
        subject.name: graded.diagnosis for subject, graded in examiner.grade(subjects, 0)
    }


def test_another_voice(examiner: Examiner, tmp_path: Path) -> None:
    """The same mistake in other words, in another library and without edge_demo, has the same name."""
    [(_, graded)] = examiner.grade([written(tmp_path / "loops", FLIPPED_WITH_LOOPS)], 0)

    assert FLIPPED == graded.diagnosis


def test_other_mistakes_have_no_name(examiner: Examiner, tmp_path: Path) -> None:
    """Right values, a mistake nobody knows, and a known one mixed with another are not called anything."""
    calls_conv2d = (
        "import torch\ndef corr2d(X, K):\n    return torch.conv2d(X[None, None].float(), K[None, None].float())[0, 0]\n"
    )
    subjects = [
        written(tmp_path / "conv2d", calls_conv2d),
        written(tmp_path / "plus_one", FLIPPED_WITH_LOOPS.replace("[0.0]", "[1.0]")),
        written(
            tmp_path / "sometimes",
            FLIPPED_WITH_LOOPS.replace("reversed(line)", "(line if len(line) > 2 else line[::-1])"),
        ),
        written(tmp_path / "broken", "def corr2d(X, K):\n    raise ValueError\n"),
    ]
    graded = dict(examiner.grade(subjects, 0))

    assert all(found.failed for found in graded.values())
    assert dict.fromkeys(("conv2d", "plus_one", "sometimes", "broken"), "") == {
        subject.name: found.diagnosis for subject, found in graded.items()
    }


def test_network_probe_needs_no_names() -> None:
    """A network probe is plain data."""
    probe = NetworkProbe(name="ResidualBlock", args=(3, 6, 2), shape=(2, 3, 7, 5))

    assert probe == NetworkProbe(name="ResidualBlock", args=(3, 6, 2), shape=(2, 3, 7, 5))
