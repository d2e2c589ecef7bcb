"""The page of an explained regrade."""

from __future__ import annotations

from pathlib import Path

from grader.gradebook import Result
from grader.gradebook.compare import Change, CheckChange
from grader.report.diff_page import write_diff


def result(outcome: str, told: str = "") -> Result:
    earned = 2.0 if outcome == "passed" else 0.0
    return Result(name="corr2d.values", outcome=outcome, points=2.0, earned=earned, counted=True, seconds=0.0,
                  silent=True, public=True, hint="", told=told)  # fmt: skip


def change(name: str, before: Result | None, after: Result | None, why: str) -> Change:
    scores = [None if one is None else (one.earned, one.points) for one in (before, after)]
    about = CheckChange(name="corr2d.values", before=before, after=after, why=why)
    return Change(submission=name, before=scores[0], after=scores[1], checks=(about,))


def test_who_what_and_why(tmp_path: Path) -> None:
    """Each with both findings and the reason; losses come first, a student's text is text, links lead to reports beside it."""
    wrong = result("failed", "<b>1</b> of 4 values is wrong")
    found = [
        change("ann", wrong, result("passed"), "the check itself changed"),
        change("bob & co", result("passed"), wrong, "the check itself changed"),
        change("cyd", None, result("passed"), "it is asked for the first time"),
    ]
    text = write_diff("run 1", "run 2 (milder)", found, tmp_path / "diff.html", tmp_path).read_text()

    assert "&lt;b&gt;1&lt;/b&gt; of 4 values is wrong" in text and "<b>1</b>" not in text
    assert "<strong>2</strong> went up, <strong>1</strong> went down; 0 have" in text and "run 2 (milder)" in text
    assert text.index("bob &amp; co") < text.index(">ann<") and 'href="bob%20%26%20co/report.html"' in text
    assert '<td class="number">2</td><td>the check itself changed</td>' in text and "no report" in text


def test_elsewhere(tmp_path: Path) -> None:
    """Links would lead nowhere; where nothing has changed the page says so."""
    file = tmp_path / "other" / "diff.html"
    file.parent.mkdir()
    found = [change("ann", None, result("passed"), "it is asked for the first time")]

    assert "ann/report.html" not in write_diff("a", "b", found, file, tmp_path).read_text()
    assert "No result is another one." in write_diff("a", "b", [], file, tmp_path).read_text()
