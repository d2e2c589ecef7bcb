"""A later run makes a folder of reports no less."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from grader.errors import UsageError
from grader.records import ExerciseResult, Finding, SubmissionReport, from_json
from grader.report.kept import Shelf, merged, read_index
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
    assert new == merged(new, None, COURSE, set())
    assert ["corr2d.shape", "pooling.max"] == [
        check.id
        for check in merged(
            report(exercise("corr2d", "shape"), seed=2), WHOLE, COURSE | {"corr2d": {"corr2d.shape"}}, {"corr2d.shape"}
        ).checks
    ]


def test_the_other_submissions_keep_their_rows(tmp_path: Path) -> None:
    """And those that were not graded their sentence, while they are there."""
    for name in ("ben.rar", "cy.rar"):
        (tmp_path / name).touch()
    out = tmp_path / "out"
    out.mkdir()
    places = {name: str(tmp_path / name) for name in ("ann", "dan", "ben.rar", "cy.rar")}
    first = Shelf(out, places, COURSE, {"pooling.max"})
    for name in ("ann", "dan"):
        first.put(report(exercise("pooling", "max"), name=name))
    first.write_index({"ann", "dan"}, [("ben.rar", "Pack again."), ("cy.rar", "Pack it.")], ["README.md"])
    (tmp_path / "cy.rar").unlink()

    again = Shelf(out, {"ann": places["ann"]}, COURSE, {"pooling.max"})
    again.put(report(exercise("pooling", "max", wrong="max"), name="ann", seed=2))
    again.write_index({"ann"}, [], [])
    page = (out / "index.html").read_text()

    assert "2 submissions" in page and "dan</a> <small>earlier run, 2026-01-01</small>" in page
    assert "ann</a></th>" in page and 0 == from_json((out / "ann" / "report.json").read_bytes()).score
    assert "Pack again." in page and "Pack it." not in page and "README.md" in page
    assert {"ann", "dan"} == set(read_index(out).submissions)


def test_a_namesake_is_refused(tmp_path: Path) -> None:
    """Two students' results are never mixed; but a folder that has moved keeps its name."""
    for place in ("monday/ann", "tuesday/ann"):
        (tmp_path / place).mkdir(parents=True)
    one, other = (str(tmp_path / place) for place in ("monday/ann", "tuesday/ann"))
    shelf = Shelf(tmp_path, {"ann": one}, COURSE, set())
    shelf.put(report(exercise("pooling", "max")))
    shelf.write_index({"ann"}, [], [])

    with pytest.raises(
        UsageError, match=r"holds the report of .*monday/ann, not of .*tuesday/ann; name another folder"
    ):
        Shelf(tmp_path, {"ann": other}, COURSE, set())
    (tmp_path / "monday/ann").rmdir()
    Shelf(tmp_path, {"ann": other}, COURSE, set())


def test_nothing_of_another_s_report_is_kept(tmp_path: Path) -> None:
    """Anna's stray file was graded as ann and is gone; the real one starts anew, also after a run that graded nothing."""
    stray, real = str(tmp_path / "stray" / "ann"), str(tmp_path / "ann")
    first = Shelf(tmp_path, {"ann": stray}, COURSE, {"corr2d.shape"})
    first.put(report(exercise("corr2d", "shape"), digest="s"))
    first.write_index({"ann"}, [], [])
    Shelf(tmp_path, {"ann": real}, COURSE, set()).write_index(set(), [("ann", "It is empty.")], [])

    later = Shelf(tmp_path, {"ann": real}, COURSE, {"pooling.max"})
    later.put(report(exercise("pooling", "max"), seed=2))
    found = from_json((tmp_path / "ann" / "report.json").read_bytes())

    assert ["pooling.max"] == [check.id for check in found.checks]
    assert [f"ann: the earlier report was of {stray}, so nothing of it is kept"] == later.told


@pytest.mark.parametrize(("moved", "digest"), [(False, "e"), (True, "d")])
def test_of_the_same_place_or_the_same_files_it_is_kept(moved: bool, digest: str, tmp_path: Path) -> None:
    """The student has worked on, or the folder was moved."""
    one, other = str(tmp_path / "one"), str(tmp_path / "other")
    first = Shelf(tmp_path, {"ann": one}, COURSE, {"corr2d.shape"})
    first.put(report(exercise("corr2d", "shape")))
    first.write_index({"ann"}, [], [])
    later = Shelf(tmp_path, {"ann": other if moved else one}, COURSE, {"pooling.max"})
    later.put(report(exercise("pooling", "max"), seed=2, digest=digest))

    assert 2 == len(list(from_json((tmp_path / "ann" / "report.json").read_bytes()).checks))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": "grader/report/9"}'])
def test_what_is_no_report_does_no_harm(text: str, tmp_path: Path) -> None:
    """Anybody can put files there."""
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "report.json").write_text(text)
    (tmp_path / "index.json").write_text(text)
    shelf = Shelf(tmp_path, {"ann": "x"}, COURSE, set())
    shelf.put(report(exercise("pooling", "max")))
    shelf.write_index({"ann"}, [], [])

    assert "1 submission<" in (tmp_path / "index.html").read_text()
