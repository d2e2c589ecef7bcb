"""No points without the work, and none lost beside those who try: `unearned` and `tapes`, graded in one strict run."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import course
from grader.engine.local import Grader, Options, Verdicts
from grader.records import ExerciseResult, SubmissionReport
from grader.submission import Source
from grader.worker.confinement import strongest_level
from tests.hostile import tapes
from tests.hostile.unearned import ALL, FULL, ZEROS, Unearned

SEED, SEED_OF_THE_TAPES = 7, 8
EXERCISES = course.built_in("everything").exercises

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(strongest_level() != "strict", reason="strict isolation is not to be had here"),
]


def write(folder: Path, files: dict[str, bytes]) -> Source:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return Source(path=folder, name=folder.name)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Source]]:
    """All submissions, by their exercise."""
    folder = tmp_path_factory.mktemp("unearned")
    recorded = tapes.record(tmp_path_factory.mktemp("tapes"), SEED_OF_THE_TAPES)
    made: dict[str, list[Source]] = {one.exercise: [] for one in ALL.values()}
    for name, one in ALL.items():
        made[one.exercise].append(write(folder / name, one.files))
    for exercise, tape in recorded.items():
        made[exercise].append(write(folder / f"tape_of_{exercise}", tapes.replaying(exercise, tape)))
    return made


@pytest.fixture(scope="module")
def replayed(sources: dict[str, list[Source]]) -> dict[str, SubmissionReport]:
    """By exercise what its tape earns in a run like the one that it was recorded in."""
    reports = {}
    for exercise in FULL:
        handed_in = sources[exercise]
        checks = [check for check in EXERCISES[exercise].checks if not tapes.left_out(check)]
        with Grader(checks, Options(seed=SEED_OF_THE_TAPES)) as grading:
            reports[exercise] = grading.grade(handed_in[-1])
    return reports


@pytest.fixture(scope="module")
def graded(sources: dict[str, list[Source]]) -> dict[str, SubmissionReport]:
    """Reports by the submission's name; two at a time, so that a busy one has a neighbour."""
    reports = {}
    for exercise, handed_in in sources.items():
        with Grader(EXERCISES[exercise].checks, Options(seed=SEED, jobs=2)) as grading:
            for source, outcome in grading.grade_all(handed_in):
                assert isinstance(outcome, Verdicts), (source.name, outcome)
                reports[source.name] = outcome.report
    return reports


def passed(report: SubmissionReport) -> set[str]:
    return {check.id.partition(".")[2] for check in report.checks if check.outcome == "passed"}


def result(report: SubmissionReport) -> ExerciseResult:
    (found,) = report.exercises
    return found


@pytest.fixture(params=ALL.items(), ids=list(ALL), scope="module")
def submission(request: pytest.FixtureRequest) -> tuple[str, Unearned]:
    found: tuple[str, Unearned] = request.param
    return found


def test_points(submission: tuple[str, Unearned], graded: dict[str, SubmissionReport]) -> None:
    """An honest one has all points, any other at most what is stated, out of a total that nobody shrinks."""
    name, one = submission
    report = graded[name]

    assert report.count("errored") == 0
    assert report.score == one.most if one.honest else report.score <= one.most, result(report)
    assert report.max_score == total(one, report)


def total(one: Unearned, report: SubmissionReport) -> float:
    """All the points of the exercise: but for files that may be left out, and were."""
    return sum(
        check.points
        for check in EXERCISES[one.exercise].checks
        if not (set(check.files) & check.exercise.optional) - one.files.keys()
    )


def test_checks(submission: tuple[str, Unearned], graded: dict[str, SubmissionReport]) -> None:
    """It fails where it does not do the work, and only there."""
    name, one = submission

    assert one.passes - passed(graded[name]) == set()
    assert one.fails & passed(graded[name]) == set()


@pytest.mark.parametrize("exercise", FULL)
def test_zeros_earn_next_to_nothing(exercise: str) -> None:
    """Answers of the right shape are worth a tenth of an exercise at most."""
    assert ALL[f"zeros_{exercise}"].most == ZEROS[exercise] <= FULL[exercise] / 10


@pytest.mark.parametrize("exercise", FULL)
def test_tapes_earn_what_zeros_earn(exercise: str, graded: dict[str, SubmissionReport]) -> None:
    """Whoever has recorded another run knows nothing of this one."""
    assert result(graded[f"tape_of_{exercise}"]).score <= ZEROS[exercise]


@pytest.mark.parametrize("exercise", FULL)
def test_tapes_hold_the_answers(exercise: str, replayed: dict[str, SubmissionReport]) -> None:
    """To the questions of the run that they were recorded in: else they would show nothing."""
    assert result(replayed[exercise]).score >= replayed[exercise].max_score / 2


@pytest.mark.parametrize("name", ["train_loads_weights_beside", "train_loads_weights_inside"])
def test_loaded_weights_are_measured(name: str, graded: dict[str, SubmissionReport]) -> None:
    """A network that was trained on upright digits does not know those of this run."""
    (finding,) = (check.finding for check in graded[name].checks if check.id == "lenet5.train")

    assert finding is not None
    assert "on held-out digits, expected at least" in finding.message


def test_self_tests_are_noted(graded: dict[str, SubmissionReport]) -> None:
    """A ready-made function may be called while a file is imported; the instructor is told."""
    (note,) = graded["honest_self_test"].notes

    assert "corr2d.py calls torch's conv2d while it is imported" in note
    assert graded["honest_corr2d"].notes == ()


def test_copies_are_noted(graded: dict[str, SubmissionReport]) -> None:
    """Parameters that come with the grader pass for trained ones, and are pointed out."""
    assert "lenet5.onnx holds the very parameters of lenet5-digits" in str(
        graded["copy_of_the_trained_reference"].notes
    )


def test_held_out_digits_are_withheld(graded: dict[str, SubmissionReport]) -> None:
    """Neither scikit-learn's file nor its reader tells what is measured on."""
    output = result(graded["train_reads_the_held_out"]).output

    assert ("READ" in output, "SEEN" in output) == (False, False)
