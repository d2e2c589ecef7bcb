"""A small audit from end to end, of a course of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.audit.certificate import Certificate, ExerciseAudit
from tests.audit import small


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Certificate, ExerciseAudit, list[int]]:
    """The course's folder, its audit, and how many gradings were planned and made."""
    folder = small.make(tmp_path_factory.mktemp("sound"))
    return folder, *small.audited(folder, seeds=2, jobs=2)


def test_sound_rubric_is_certified(sound: tuple[Path, Certificate, ExerciseAudit, list[int]]) -> None:
    """All mutants are killed, right and wrong come out as declared with every seed, the misconception is named."""
    _, found, exercise, _ = sound

    assert found.certified
    assert (2, 2, 100.0) == (exercise.right, exercise.wrong, exercise.kill_rate)
    assert exercise.mutants == exercise.killed + len(exercise.equivalent) > 3
    assert (1, 1) == (exercise.misconceptions, exercise.recognised)
    assert {"halve.loads"} == {check.id for check in exercise.checks if check.never_fails}


def test_every_grading_is_counted(sound: tuple[Path, Certificate, ExerciseAudit, list[int]]) -> None:
    """Progress reaches its total: mutants once, everything else with two seeds and a repetition."""
    _, _, exercise, (planned, made) = sound

    assert planned == made == exercise.mutants + 3 * (exercise.right + exercise.wrong)


def test_second_audit_grades_nothing(
    sound: tuple[Path, Certificate, ExerciseAudit, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in the cache is not graded again."""
    folder, first, _, _ = sound
    monkeypatch.setattr("grader.audit.examiner.Examiner.grade", None)
    again, *_ = small.audited(folder, seeds=2, jobs=2)

    assert first.exercises == again.exercises
