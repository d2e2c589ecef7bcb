"""The class report: everything is on it, an anonymous one names nobody, and text that means harm is text."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.cli import main
from grader.policy.marks import Line, Mark
from grader.records import Finding, SubmissionReport, to_json
from grader.report.class_page import Class, distribution, write_class
from tests.report import samples
from tests.report.pages import Page
from tests.reports import check, failed, report, wrong


@pytest.fixture
def graded() -> list[SubmissionReport]:
    """Two with the same mistake, one with a name for it, one that the grader failed at, and one that means harm."""
    name = {"misconception": "The kernel is flipped", "explanation": "It is not turned."}
    return [
        report("annaberg", failed("corr2d.values", wrong(7))),
        report("benkhan", failed("corr2d.values", wrong(7))),
        report("cyrossi", failed("corr2d.values", wrong(8, **name))),
        report("danchen", check("corr2d.values", "errored", finding=Finding(message="out of memory at annaberg"))),
        samples.hostile(),
    ]


def test_everything_is_there(graded: list[SubmissionReport], tmp_path: Path) -> None:
    """With a link to each case; harness faults apart."""
    page = Page(write_class(Class(reports=graded, not_graded=[("evesmith", "No zip.")]), tmp_path))

    for told in ("2 submissions", "The kernel is flipped", "Where the grader failed", "out of memory", "No zip."):
        assert told in page.text
    for link in (
        "annaberg/report.html#corr2d.values",
        "cyrossi/report.html#corr2d.values",
        "danchen/report.html#corr2d.values",
    ):
        assert link in page.all("a", "href")


def test_anonymous(graded: list[SubmissionReport], tmp_path: Path) -> None:
    """No name, no link to one, nothing that a student wrote; the pseudonyms instead."""
    called = {one.submission: f"P{number}" for number, one in enumerate(graded)}
    graded += [report("fay", failed("corr2d.delta", wrong("annaberg was here", message="it is 'annaberg was here'")))]
    called["fay"] = "P9"
    path = write_class(Class(reports=graded, not_graded=[("evesmith", "No zip.")], pseudonyms=called), tmp_path)
    text = path.read_text()

    assert [] == [
        name for name in ("annaberg", "benkhan", "cyrossi", "danchen", "evesmith", "report.html") if name in text
    ]
    assert all(name in Page(path).text for name in called.values())


def test_anonymous_order(graded: list[SubmissionReport], tmp_path: Path) -> None:
    """Names in order would tell who is who."""
    called = {one.submission: f"P{9 - number}" for number, one in enumerate(graded)}
    text = Page(write_class(Class(reports=graded, pseudonyms=called), tmp_path)).text

    assert "P8, P9" in text


def test_marks_are_what_is_counted(graded: list[SubmissionReport], tmp_path: Path) -> None:
    """Where there are any."""
    full = Mark(score=2, max_score=2, lines=(Line(text="x", points=2),))
    page = Page(write_class(Class(reports=graded[:2], marks={"annaberg": full, "benkhan": full}), tmp_path))

    assert "100 % of the marks on average" in page.text


def test_text_that_means_harm(graded: list[SubmissionReport], tmp_path: Path) -> None:
    """Adds no tag that the page of a harmless class has not."""
    graded.append(report(samples.HOSTILE, failed("corr2d.values", wrong(samples.HOSTILE, message=samples.HOSTILE))))
    page = Page(write_class(Class(reports=graded, not_graded=[(samples.HOSTILE, samples.HOSTILE)]), tmp_path))

    assert (1, []) == (len([tag for tag, _ in page.tags if tag == "script"]), page.all("img", "onerror"))
    assert [] == page.open


def test_distribution() -> None:
    """Every share is in one bar, full ones and extra credit in the last."""
    assert [1, 1, 0, 0, 0, 1, 0, 0, 0, 4] == [
        one.submissions for one in distribution([0, 10, 59.99, 90, 99.9, 100, 120])
    ]


def test_the_index_links_to_it(graded: list[SubmissionReport], tmp_path: Path) -> None:
    """Once it is there."""
    assert "class.html" not in Page(samples.write_index(graded, tmp_path)).all("a", "href")
    write_class(Class(reports=graded), tmp_path)
    assert "class.html" in Page(samples.write_index(graded, tmp_path)).all("a", "href")


def test_command(graded: list[SubmissionReport], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From stored reports, running nothing; twice the same pseudonyms."""
    for one in graded[:4]:
        (tmp_path / one.submission).mkdir()
        (tmp_path / one.submission / "report.json").write_bytes(to_json(one))

    assert 0 == main(["class", str(tmp_path)])
    assert f"{tmp_path / 'class.html'}\n" == capsys.readouterr().out
    pages = []
    for _ in range(2):
        assert 0 == main(["class", str(tmp_path), "--anonymous"])
        pages.append((tmp_path / "class-anonymous.html").read_text())
    assert pages[0] == pages[1]
    assert 2 == main(["class", str(tmp_path / "annaberg" / "nothing")])
