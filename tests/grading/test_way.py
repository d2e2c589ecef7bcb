"""What a run keeps of earlier ones, by what it asks; what is found is played here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from grader.errors import HarnessError, UsageError
from grader.gradebook import Gradebook
from grader.gradebook.compare import changes
from grader.grading import way
from grader.grading.reuse import Wanted
from grader.records import from_json, to_json
from tests.grading.small import CLASS, RIGHT, Klass, counting_runs, played, write


@pytest.fixture
def klass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Klass:
    monkeypatch.setattr(way, "_graded", lambda run, wanted, tasks, engine: played(wanted.checks, tasks))
    return Klass(tmp_path)


def ends(run: way.ClassRun, wanted: Wanted, tasks: Sequence[way.Task], engine: object) -> Iterator[object]:
    """In the place of grading: two are graded, then it is interrupted."""
    yield from list(played(wanted.checks, tasks))[:2]
    raise KeyboardInterrupt


def stored(klass: Klass, name: str) -> dict[str, int | None]:
    """The checks in a report.json, each with the seed of the earlier run that it was kept from."""
    report = from_json((klass.out / name / "report.json").read_bytes())
    return {check.id: check.earlier and check.earlier.seed for check in report.checks}


def test_the_other_submissions_keep_their_rows(klass: Klass) -> None:
    """And those that were not graded their sentence, while they are there."""
    for name in ("gil.rar", "hal.rar"):
        (klass.root / "class" / name).touch()
    klass.grade()
    (klass.root / "class" / "hal.rar").unlink()
    klass.edit("class/ann/double.py", "X + X", "X * 2")
    klass.grade("ann")
    page = (klass.out / "index.html").read_text()

    assert (
        f"{len(CLASS)} submissions" in page
        and "bob</a> <small>earlier run, 2026-01-01</small>" in page
        and "ann</a></th>" in page
    )
    assert "gil.rar" in page and "hal.rar" not in page


def test_a_narrower_run_keeps_the_rest(klass: Klass) -> None:
    """Marked with the run that it is of; a wider one afterwards asks what has not been asked of these files."""
    klass.grade("ann", seed=1)
    klass.edit("class/ann/double.py", "X + X", "X * 2")
    graded = klass.grade("ann", seed=2, check=("shift.values",))
    assert {"double.loads": 1, "double.shape": 1, "double.values": 1, "double.zeros": 1} == {
        name: seed for name, seed in stored(klass, "ann").items() if seed is not None
    }
    assert (
        "ann: not asked in this run, kept from" in graded.told[0]
        and "before the files were changed: double" in graded.told[0]
    )

    assert {"double.loads", "double.shape", "double.values", "double.zeros"} == set(klass.grade("ann").asked)
    assert {None} == set(stored(klass, "ann").values())
    assert 2 == from_json((klass.out / "ann" / "report.json").read_bytes()).seed


def test_a_namesake_is_refused(klass: Klass) -> None:
    """Two students' results are never mixed; but a folder that has moved keeps its name, and is known by its files."""
    klass.grade("ann")
    other = write(klass.root / "class" / "again" / "ann", RIGHT)
    with pytest.raises(UsageError, match=r"holds the report of .*class/ann, not of .*again/ann; name another folder"):
        klass.grade("again/ann")
    before = klass.book.file.read_bytes()
    (klass.root / "class" / "ann").rename(klass.root / "away")

    assert before == klass.book.file.read_bytes() and other.is_dir()
    assert {} == klass.grade("again/ann").asked


def test_nothing_of_another_s_report_is_kept(klass: Klass) -> None:
    """Anna's stray file was graded as ann and is gone; the real one starts anew."""
    stray = write(klass.root / "class" / "stray" / "ann", RIGHT | {"shift.py": "# stray\n" + RIGHT["shift.py"]})
    klass.grade("stray/ann", check=("shift.values",))
    for file in stray.iterdir():
        file.unlink()
    stray.rmdir()
    graded = klass.grade("ann", check=("double.values",))

    assert {"double.loads", "double.values"} == set(stored(klass, "ann"))
    assert [f"ann: the earlier report was of {stray}, so nothing of it is kept"] == graded.told


def test_seeds(klass: Klass) -> None:
    """Files that have changed since their questions were seen are asked others; the others are asked nothing."""
    klass.grade()
    first = {one.seed for one in klass.book.reports()}
    klass.edit("class/ann/shift.py", "1 + X", "X + 1")
    klass.grade()
    seeds = {one.submission: one.seed for one in klass.book.reports()}
    assert 1 == len(first) and seeds["ann"] not in first and {seeds["bob"], seeds["fay"]} == first

    klass.edit("course/rubric/shift.py", "examples=4", "examples=3")
    graded = klass.grade()
    assert seeds == {one.submission: one.seed for one in klass.book.reports()}
    assert {"shift.values": len(CLASS)} == graded.asked

    klass.grade(fresh=True)
    assert not {*seeds.values()} & {one.seed for one in klass.book.reports()}


def test_a_run_that_was_interrupted(klass: Klass, monkeypatch: pytest.MonkeyPatch) -> None:
    """Goes on with its seed; a file that has changed meanwhile, whose questions may be known, is asked others, also when
    the run is interrupted once more before that."""
    with monkeypatch.context() as patch:
        patch.setattr(way, "_graded", ends)
        with pytest.raises(KeyboardInterrupt):
            klass.grade()
    [(one, *_)] = [klass.book.runs()]
    assert 2 == len(list(klass.book.reports())) and "open" == one.state
    with pytest.raises(UsageError, match="was asked for otherwise"):
        klass.grade(resume=True, public=True)
    klass.edit("class/eve/shift.py", "nothing", "None")
    with monkeypatch.context() as patch:
        patch.setattr(way, "_graded", ends)
        with pytest.raises(KeyboardInterrupt):
            klass.grade(resume=True)
    assert "eve" not in {report.submission for report in klass.book.reports()}
    klass.grade(resume=True)
    seeds = {report.submission: report.seed for report in klass.book.reports()}

    assert [("done", 1)] == [(run.state, run.id) for run in klass.book.runs()]
    assert {one.seed} == {seed for name, seed in seeds.items() if name != "eve"} and seeds["eve"] != one.seed
    with pytest.raises(UsageError, match="the last run there has ended"):
        klass.grade(resume=True)


def test_why(klass: Klass) -> None:
    """A check was asked again is told in words, beside what has changed by it."""
    klass.grade()
    klass.edit("course/rubric/numbers.py", "1", "2")
    klass.edit("course/rubric/shift.py", "points=2", "points=6")
    klass.grade(note="milder")
    of_bob = {one.name: one for one in Gradebook(klass.out).results(klass.book.counting()["bob"]).values()}
    [change, *_] = changes(klass.book, 1, None)

    assert "rubric/numbers.py changed" == of_bob["double.values"].why and 2 == of_bob["double.values"].run
    assert (1, "it is asked for the first time") == (of_bob["shift.values"].run, of_bob["shift.values"].why)
    assert ["shift.values"] == [one.name for one in change.checks] and "it was not asked again" in change.checks[0].why
    assert 4 == change.gained


def why(klass: Klass, before: int, after: int | None = None) -> set[str]:
    """The results are others, over all submissions."""
    return {check.why for change in changes(klass.book, before, after) for check in change.checks}


def test_why_an_older_result_counts(klass: Klass) -> None:
    """It is not told why it was asked when it was found."""
    edits = [
        ("course/rubric/shift.py", "right(X))", "right(X) + 0)"),
        ("course/rubric/shift.py", "points=2", "points=6"),
        ("class/ann/double.py", "X + X", "2 * X"),
    ]
    klass.grade()
    for file, old, new in edits:
        klass.edit(file, old, new)
    klass.grade()
    of_all = "how much it counts has changed as well"
    reasons = {"the check itself changed", "the submission's files have changed"}
    assert {f"{one}; {of_all}" for one in reasons} == why(klass, 1, 2)

    for file, old, new in edits:
        klass.edit(file, new, old)
    assert {} == klass.grade().asked
    again = "the result of run 1 counts again, since what it depends on is as it was then"
    assert {f"{again}; {of_all}"} == why(klass, 2)
    assert {f"the result of run 1 is the older one; {of_all}"} == why(klass, 2, 1)
    klass.book.revert(3)
    klass.book.revert(2)
    assert {f"run 2 is reverted, and the result of run 1 counts again; {of_all}"} == why(klass, 2)


def test_a_run_that_is_reverted(klass: Klass) -> None:
    """The marks before it count again; neither is lost, and what it has found is not asked again."""
    klass.grade()
    klass.edit("course/rubric/shift.py", "points=2", "points=6")
    klass.grade()
    klass.book.revert(2)
    assert {1} == counting_runs(klass.book)
    assert {8.0} == {one.max_score for one in klass.book.standings()}
    klass.book.restore(2)
    assert {12.0} == {one.max_score for one in klass.book.standings()}
    klass.book.revert(2)
    assert {} == klass.grade().asked and {3} == counting_runs(klass.book)


def test_an_interrupted_run_that_is_reverted(klass: Klass, monkeypatch: pytest.MonkeyPatch) -> None:
    """Brought back, it is as it was: not ended, so the next run goes on with it."""
    with monkeypatch.context() as patch:
        patch.setattr(way, "_graded", ends)
        with pytest.raises(KeyboardInterrupt):
            klass.grade()
    klass.book.revert(1)
    klass.book.restore(1)
    assert ["open"] == [run.state for run in klass.book.runs()]
    klass.grade(resume=True)

    assert [(1, "done")] == [(run.id, run.state) for run in klass.book.runs()]


def test_reports_from_before_there_was_a_gradebook(klass: Klass, tmp_path: Path) -> None:
    """Are taken over, and what is no report does no harm; but their results are not used again."""
    klass.grade()
    old = tmp_path / "old"
    for name in ("ann", "bob"):
        (old / name).mkdir(parents=True)
        (old / name / "report.json").write_bytes((klass.out / name / "report.json").read_bytes())
    for name, text in (("cyd", ""), ("dan", "{"), ("eve", '{"schema": "grader/report/9"}')):
        (old / name).mkdir()
        (old / name / "report.json").write_text(text)
    place = str(klass.root / "class" / "ann")
    (old / "index.json").write_bytes(msgspec.json.encode({"submissions": {"ann": place}}))
    graded = klass.grade("ann", out=old, check=("shift.values",))

    assert {"shift.loads": 1, "shift.values": 1} == graded.asked
    assert {"ann", "bob"} == {one.submission for one in klass.book.reports()}
    assert 6 == len(next(iter(klass.book.reports())).checks)


def test_files_that_change_meanwhile(klass: Klass, monkeypatch: pytest.MonkeyPatch) -> None:
    """With questions that are known already, they are not graded: the sentence says to run again."""
    klass.grade("ann")
    klass.edit("course/rubric/shift.py", "examples=4", "examples=3")

    def other(*given: object) -> object:
        for task, found in played(given[1].checks, given[2]):  # type: ignore[attr-defined, arg-type]
            assert found is not None
            report = msgspec.structs.replace(found.report, digest="another")
            yield task, msgspec.structs.replace(found, report=report)

    monkeypatch.setattr(way, "_graded", other)
    graded = klass.grade("ann")

    assert "changed while they were being graded; run again" in graded.problems[0].why
    assert [HarnessError.exit_code] == graded.codes
    assert to_json(next(iter(klass.book.reports()))) == (klass.out / "ann" / "report.json").read_bytes()


@pytest.mark.parametrize("full", ["put", "mark_written"])
def test_a_gradebook_that_cannot_be_written(klass: Klass, monkeypatch: pytest.MonkeyPatch, full: str) -> None:
    """Ends the run at once; the next one goes on with it, and so with its seed."""
    todo = []
    works = getattr(Gradebook, full)

    def fails(self: Gradebook, *given: object, **more: object) -> object:
        todo.append(given)
        if len(todo) < 3:
            return works(self, *given, **more)
        raise HarnessError("gradebook.sqlite cannot be used: database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Gradebook, full, fails)
        with pytest.raises(HarnessError, match="disk is full"):
            klass.grade()
    [one] = klass.book.runs()
    assert ("open", 3) == (one.state, len(todo)) and not klass.book.problems()
    klass.grade()

    assert [(1, "done")] == [(run.id, run.state) for run in klass.book.runs()]
    assert set(CLASS) == set(klass.book.counting()) and {one.seed} == {report.seed for report in klass.book.reports()}


def test_a_page_that_cannot_be_written(klass: Klass) -> None:
    """Costs nobody else a report, and the run has ended."""
    klass.out.mkdir()
    (klass.out / "bob").touch()
    graded = klass.grade()

    assert ["bob"] == [one.name for one in graded.problems] and set(CLASS) == set(klass.book.counting())
    assert ["done"] == [run.state for run in klass.book.runs()]


def test_what_is_counted_as_asked(klass: Klass, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an interruption: what was asked then, and not what the run had found before it."""
    with monkeypatch.context() as patch:
        patch.setattr(way, "_graded", ends)
        with pytest.raises(KeyboardInterrupt):
            klass.grade()
    graded = klass.grade(resume=True)

    assert 2 == graded.reused and {len(CLASS) - 2} == set(graded.asked.values())
