"""A later run makes a folder of reports no less."""

from __future__ import annotations

import msgspec

from grader.records import ExerciseResult, Finding, SubmissionReport
from grader.report.kept import merged
from tests.report import samples

COURSE = {"corr2d": {"corr2d.shape", "corr2d.values"}, "pooling": {"pooling.max"}}


def exercise(name: str, *checks: str, wrong: str = "") -> ExerciseResult:
    results = [
        samples.failed(f"{name}.{check}", "T", Finding(message="m"), points=1)
        if check == wrong
        else samples.passed(f"{name}.{check}", "T")
        for check in checks
    ]
    return ExerciseResult(name=name, title="T", file=f"{name}.py", checks=tuple(results))


def report(*exercises: ExerciseResult, name: str = "ann", seed: int = 1, digest: str = "d") -> SubmissionReport:
    made = samples.report(name, *exercises)
    return msgspec.structs.replace(made, seed=seed, digest=digest, started=f"2026-01-0{seed}T10:00:00+00:00", notes=())


WHOLE = report(exercise("corr2d", "shape", "values", wrong="values"), exercise("pooling", "max"))


def test_what_was_not_asked_is_kept_and_marked() -> None:
    """An exercise and single checks, with the run that they are of; the score is of all."""
    new = report(exercise("corr2d", "values"), seed=2)
    found = merged(new, WHOLE, COURSE, {"corr2d.values"})

    assert ["corr2d.shape", "corr2d.values", "pooling.max"] == [check.id for check in found.checks]
    assert [1, None, 1] == [check.earlier and check.earlier.seed for check in found.checks]
    assert (3, 3, 2) == (found.score, found.max_score, found.seed)
    kept = "corr2d (1 checks), pooling"
    assert (f"not asked in this run, kept from that of 2026-01-01 10:00 UTC: {kept}",) == found.notes


def test_results_of_other_files_are_not_mixed_in_silently() -> None:
    """The note says that the files were others; the mark holds their digest, through later runs."""
    second = merged(report(exercise("corr2d", "values"), seed=2, digest="e"), WHOLE, COURSE, {"corr2d.values"})
    third = merged(report(exercise("corr2d", "shape"), seed=3, digest="e"), second, COURSE, {"corr2d.shape"})

    assert "before the files were changed: corr2d (1 checks), pooling" in second.notes[0]
    assert {"pooling.max": "d", "corr2d.values": "e"} == {
        check.id: check.earlier.digest for check in third.checks if check.earlier
    }
    assert 2 == len(third.notes) and third.notes[0] != third.notes[1]


def test_what_was_asked_is_replaced() -> None:
    """A whole run leaves nothing of an earlier one; nor does what the course has no longer."""
    new = report(exercise("corr2d", "shape", "values"), exercise("pooling", "max"), seed=2)

    assert new == merged(new, WHOLE, COURSE, {check.id for check in new.checks})
    assert ["corr2d.shape", "pooling.max"] == [
        check.id
        for check in merged(
            report(exercise("corr2d", "shape"), seed=2), WHOLE, COURSE | {"corr2d": {"corr2d.shape"}}, {"corr2d.shape"}
        ).checks
    ]
