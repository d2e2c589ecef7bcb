"""A small audit from end to end, of a course of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from grader.audit.certificate import Certificate, ExerciseAudit
from grader.audit.examiner import Examiner
from grader.audit.subjects import Subject
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
    """What is in the cache is not graded again: only the controls, which are made anew."""
    folder, first, _, _ = sound
    grade, names = Examiner.grade, set()

    def noted(self: Examiner, subjects: Sequence[Subject], *more: Any) -> Any:
        names.update(subject.name.partition(" ")[0] for subject in subjects)
        return grade(self, subjects, *more)

    monkeypatch.setattr(Examiner, "grade", noted)
    again, *_ = small.audited(folder, seeds=2, jobs=2)

    assert {"control"} == names
    assert first.exercises == again.exercises


def test_controls_are_left_without_the_points(
    sound: tuple[Path, Certificate, ExerciseAudit, list[int]], tmp_path: Path
) -> None:
    """Where a rubric pays for a right shape what it pays for right values it is not certified."""
    rubric = small.make(tmp_path) / "rubric" / "halve.py"
    rubric.write_text(rubric.read_text().replace("points=20", "points=1"))
    found, exercise, _ = small.audited(tmp_path, seeds=1, jobs=2, mutants=0)

    assert all(control.held for control in sound[2].controls)
    assert not found.certified
    assert {"zeros"} <= {control.name for control in exercise.controls if not control.held}
