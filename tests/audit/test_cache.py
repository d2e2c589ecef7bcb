"""Stored gradings stand only while nothing that they depend on is another."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import course
from grader.audit.cache import rubric_digest
from grader.rubric import thresholds
from tests.audit import small


def digest(folder: Path, toml: str = "") -> str:
    (folder / "course.toml").write_text(f'name = "Halves"\nexercises = ["halve"]\n{toml}')
    loaded = course.load(folder)
    return rubric_digest(loaded, loaded.exercises["halve"])


@pytest.mark.parametrize(
    "toml",
    ["[limits]\ncall_seconds = 3\n", '[checks."halve.values"]\npoints = 5\n'],
)
def test_what_a_course_sets(toml: str, tmp_path: Path) -> None:
    small.make(tmp_path)

    assert digest(tmp_path) == digest(tmp_path) != digest(tmp_path, toml)


def test_what_a_rubric_says(tmp_path: Path) -> None:
    rubric = small.make(tmp_path) / "rubric" / "halve.py"
    before = digest(tmp_path)
    rubric.write_text(rubric.read_text().replace("X.shape", "tuple(X.shape)"))

    assert digest(tmp_path) != before


def test_a_measured_threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts for exercises with networks, wherever it comes from."""
    loaded = course.load(None)

    def digests() -> list[str]:
        return [rubric_digest(loaded, loaded.exercises[name]) for name in ("lenet5", "corr2d")]

    before = digests()
    monkeypatch.setitem(thresholds.OVERRIDES, "lenet5.digits", 0.5)
    [lenet5, corr2d] = digests()

    assert lenet5 != before[0] and corr2d == before[1]
