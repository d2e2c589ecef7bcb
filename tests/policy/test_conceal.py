"""Checks that students see after the deadline: judged like hidden ones, kept in full, and silent until then."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from grader.course import load
from grader.errors import AuthorError
from grader.export import FORMATS, Order, export
from grader.export.classroom50 import FIELDS
from grader.policy.conceal import concealed
from grader.policy.marks import Mark, as_it_is
from grader.records import CheckResult, Finding, SubmissionReport
from grader.report.html import write_report
from tests.reports import check, report

DUE = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
COURSE = """
exercises = ["corr2d"]
[policy]
deadline = 2026-11-30T22:59:00Z
[checks."corr2d.repeatable"]
visibility = "after_due_date"
"""


@pytest.fixture
def graded() -> SubmissionReport:
    """One public failure, one for later, and one for later that passed."""
    secret = Finding(message="SECRET message", call="corr2d(SECRET)", hint="SECRET hint")
    later = [check("corr2d.linear", "failed", finding=secret), check("corr2d.delta")]
    return report(
        "anna", check("corr2d.values", "failed"), *(msgspec.structs.replace(c, public=False, later=True) for c in later)
    )


def test_until_the_deadline(graded: SubmissionReport) -> None:
    """Outcome and points as before, the words gone; afterwards nothing is changed, and before a time that is not known all."""
    before = concealed(graded, DUE, DUE - timedelta(minutes=1))

    assert "SECRET" not in str(before)
    assert [(c.outcome, c.earned) for c in graded.checks] == [(c.outcome, c.earned) for c in before.checks]
    assert before.checks[0] == graded.checks[0]
    assert "after the deadline, 2026-11-30 22:59 UTC" in str(before.checks[1])
    assert concealed(graded, DUE, DUE + timedelta(minutes=1)) is graded
    assert "SECRET" not in str(concealed(graded, None))


@pytest.mark.parametrize(("days", "shown"), [(1, False), (-1, True)])
def test_pages_and_formats(graded: SubmissionReport, tmp_path: Path, days: int, shown: bool) -> None:
    """By the student's own deadline, in everything that students see; Gradescope keeps it to itself."""
    plain = as_it_is(graded)
    mark = Mark(
        score=plain.score, max_score=plain.max_score, lines=plain.lines, due=datetime.now(UTC) + timedelta(days=days)
    )
    page = write_report(graded, tmp_path, mark).read_text()
    order = Order(marks={"anna": mark}, environment=dict.fromkeys(FIELDS.values(), "x"))
    texts = {name: export(name, [graded], order).text for name in FORMATS if name not in ("canvas", "moodle")}

    assert (shown, shown) == ("SECRET" in page, 'href="report.json"' in page)
    assert {"junit", "github", "github-summary", "gradescope"} >= {n for n, text in texts.items() if "SECRET" in text}
    assert (shown, shown) == ("SECRET" in texts["junit"], "SECRET" in texts["github-summary"])
    assert ["visible", "after_due_date", "after_due_date"] == [
        one["visibility"] for one in json.loads(texts["gradescope"])["tests"]
    ]


def test_a_course_says_so(tmp_path: Path) -> None:
    """Such a check is not public, so that no self-check runs it, and its finding is kept."""
    (tmp_path / "course.toml").write_text(COURSE)
    course = load(tmp_path)
    found = course.checks["corr2d.repeatable"]

    assert (False, True, True) == (found.public, found.later, found.is_told)
    assert found not in course.select([], [], public_only=True)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("deadline = 2026-11-30T22:59:00Z", "", "shown after the deadline, and there is none"),
        ("visibility =", "public = false\nvisibility =", "keep visibility"),
        ("after_due_date", "later", "visibility = 'later' is not possible; there are: public, hidden, after_due_date"),
        ("corr2d.repeatable", "corr2d.shape", "corr2d.shape is hidden, but"),
    ],
)
def test_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    """With the file and its line."""
    (tmp_path / "course.toml").write_text(COURSE.replace(old, new))
    with pytest.raises(AuthorError, match=f"course.toml, line \\d+: .*{told}"):
        load(tmp_path)


def test_public_and_later_contradict() -> None:
    """No record says both."""
    with pytest.raises(ValueError, match="kept for later"):
        CheckResult(id="a.b", title="T", outcome="passed", points=1, earned=1, public=True, later=True)
