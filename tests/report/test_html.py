"""The pages: whole, linked, and deaf to what students write."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest

from grader.policy.marks import Line, Mark
from grader.records import CheckResult, ExerciseResult, Finding, SubmissionReport, from_json
from grader.report.files import write_whole
from grader.report.html import write_report
from grader.words import _UNSAFE
from tests.report import samples
from tests.report.pages import Page


@pytest.fixture
def render(tmp_path: Path) -> Callable[[SubmissionReport], Page]:
    return lambda report: Page(write_report(report, tmp_path / "report"))


def one_check(check: CheckResult, **fields: Any) -> SubmissionReport:
    return samples.report("s", ExerciseResult(name="e", title="E", file="e.py", checks=(check,), **fields))


def test_json_comes_back(tmp_path: Path) -> None:
    """The file beside the page holds the very report."""

    report = samples.mixed()
    page = write_report(report, tmp_path / "new" / "folder")

    assert tmp_path / "new" / "folder" / "report.html" == page
    assert report == from_json((page.parent / "report.json").read_bytes())
    assert sorted(os.listdir(page.parent)) == ["report.html", "report.json"]


def test_the_first_screen_says_what_failed_and_why(render: Callable[[SubmissionReport], Page]) -> None:
    """Score, counts, and every failed check with its message and a link to its place, in that order."""

    report = samples.mixed()
    page = render(report)
    wanting = [check for check in report.checks if check.outcome in ("failed", "errored")]
    links = [link[1:] for link in page.all("a", "href") if link.startswith("#")]

    assert [check.id for check in wanting] == [unquote(link) for link in links]
    assert [check.id for check in report.checks] == page.all("article", "id")
    assert "5.5 of 16.5 points ✓ 5 passed ✗ 4 failed – 1 skipped ! 1 errored" in page.text
    places = [page.text.index(check.finding.message) for check in wanting if check.finding]
    assert places == sorted(places)
    assert places[-1] < page.text.index("Cross-correlation corr2d.py")


def test_a_finding_is_shown_whole(render: Callable[[SubmissionReport], Page]) -> None:
    """Message, misconception, hint, call, numbers, place and the Python to paste."""

    finding = samples.correlation_finding()
    page = render(one_check(samples.failed("e.c", "T", finding)))

    for said in (finding.message, finding.hint, finding.explanation, finding.call):
        assert said in page.text
    assert f"Likely mistake: {finding.misconception}." in page.text
    assert " ".join(finding.reproduce.split()) in page.text
    assert "outlined one, at [0, 0], is the first" in page.text
    assert page.all("td", "class").count("wrong first") == 2
    assert {"X", "K", "Expected", "Yours", "Difference"} == set(page.all("table", "aria-label"))


def because(name: str, cause: str = "") -> CheckResult:
    return samples.failed(name, f"Title of {name}", Finding(message=f"Message of {name}", cause=cause))


def test_what_fails_for_one_reason_is_told_once(render: Callable[[SubmissionReport], Page]) -> None:
    """The others stand folded under the check that tells it, whole; only that one is listed on the first screen."""

    checks = (because("e.a"), because("e.b"), because("e.c", "e.a"), because("e.d", "e.a"))
    page = render(samples.report("s", ExerciseResult(name="e", title="E", file="e.py", checks=checks)))

    assert ["e.a", "e.c", "e.d", "e.b"] == page.all("article", "id")
    assert "2 more checks fail for this reason" in page.text
    assert ["#e.a", "#e.b"] == [link for link in page.all("a", "href") if link.startswith("#")]
    assert [2, 2, 1, 1] == [page.text.count(f"Message of {check.id}") for check in checks]


@pytest.mark.parametrize("cause", ["e.nowhere", "e.b", "e.a"])
def test_a_cause_that_tells_nothing_hides_nothing(cause: str, render: Callable[[SubmissionReport], Page]) -> None:
    """Reports are files: one that names a check that is not there, or two that name each other, show all."""

    checks = (because("e.a", cause), because("e.b", "e.a"))
    page = render(samples.report("s", ExerciseResult(name="e", title="E", file="e.py", checks=checks)))

    assert ["e.a", "e.b"] == page.all("article", "id")


def test_what_was_not_tried_is_a_line(render: Callable[[SubmissionReport], Page]) -> None:
    """Checks that wait for the same one are named together, with the points they would have given."""

    waits = Finding(message="not tried: it needs e.a, which failed")
    blocked = [
        CheckResult(id=name, title="T", outcome="skipped", points=1, earned=0, finding=waits) for name in ("e.b", "e.c")
    ]
    checks = (because("e.a"), *blocked)
    page = render(samples.report("s", ExerciseResult(name="e", title="E", file="e.py", checks=checks)))

    assert ["e.a"] == page.all("article", "id")
    assert "Not tried, it needs e.a, which failed: e.b , e.c 0 of 2" in page.text


def test_the_mistake_is_read_first(render: Callable[[SubmissionReport], Page]) -> None:
    """Then what was seen and its input, then the next step."""

    finding = samples.correlation_finding()
    page = render(one_check(samples.failed("e.c", "T", finding)))
    below = page.text[page.text.index("e.py") :]
    places = [below.index(words) for words in (finding.explanation, "The input that shows it", finding.hint)]

    assert places == sorted(places)


def test_a_traceback_is_shown(render: Callable[[SubmissionReport], Page]) -> None:
    """Code that raised shows the student's own frames."""

    page = render(one_check(samples.failed("e.c", "T", samples.raised_finding())))

    assert 'File "pooling.py", line 31, in global_avg_pool2d' in page.text
    assert "float32 (8, 64, 28, 28) too large to show" in page.text


@pytest.mark.parametrize("item", samples.evidence(), ids=lambda item: type(item).__name__)
@pytest.mark.parametrize("make", [samples.passed, samples.failed])
def test_every_kind_of_evidence_renders(item: Any, make: Any, render: Callable[[SubmissionReport], Page]) -> None:
    """Open under a failed check, folded under a passed one."""

    arguments = ("e.c", "T") if make is samples.passed else ("e.c", "T", Finding(message="m"))
    page = render(one_check(make(*arguments, evidence=(item,))))
    drawn = {
        "Table": page.all("figure", "class").count("layers") and "≠ differs" in page.text,
        "Curves": "train last 0.1015" in page.text and page.source.count('<g class="line') == 3,
        "Confusion": "most often 4 taken for 9, 213 times" in page.text,
        "Pictures": len(page.all("img", "src")) == 4,
        "Measure": "yours 0.9412 ┃ threshold 0.97 ▒ reference 0.9853 ± 0.0021" in page.text,
    }

    assert item.caption in page.text
    assert drawn[type(item).__name__]
    assert (make is samples.passed) == any(tag == "details" for tag, _ in page.tags)


def test_outcomes_are_words_too(render: Callable[[SubmissionReport], Page]) -> None:
    """Nobody needs to see colours to know how a check went."""

    page = render(samples.mixed())

    assert {"passed", "failed", "skipped", "errored"} <= {text.strip(" :") for text in page.texts}
    assert "The grader failed here, not the submission." in page.text
    assert "Checks worth 3 points could not be judged here" in page.text


@pytest.mark.parametrize(("isolation", "warned"), [("none", True), ("landlock, seccomp", False)])
def test_missing_confinement_is_said_aloud(
    isolation: str, warned: bool, render: Callable[[SubmissionReport], Page]
) -> None:
    """A result from unconfined code cannot be taken for another."""

    page = render(samples.report("s", isolation=isolation))

    assert warned == ("Not confined." in page.text)
    assert f"Student code was confined by {'nothing' if warned else isolation}" in page.text


def test_headings_are_in_order(render: Callable[[SubmissionReport], Page]) -> None:
    """One h1, and no level is jumped over."""

    levels = [int(tag[1]) for tag, _ in render(samples.mixed()).tags if tag in {"h1", "h2", "h3", "h4"}]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_policy_allows_our_script_and_nothing_else(render: Callable[[SubmissionReport], Page]) -> None:
    """The script in the page is the one whose hash the policy names; nothing is loaded from anywhere."""

    page = render(samples.mixed())
    script = page.source.split("<script>")[1].split("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()

    assert (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}';"
        in (page.all("meta", "content")[0])
    )
    assert all(address.startswith("data:image/png;base64,") for address in page.all("img", "src"))
    assert {"#", "r"} == {address[0] for address in page.all("a", "href")}


def hostile(value: Any, key: str = "") -> Any:
    """`value` with every text that is not a tag of the format replaced by one that means harm."""
    if isinstance(value, dict):
        return {name: hostile(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [hostile(item) for item in value]
    return samples.HOSTILE if isinstance(value, str) and key not in ("schema", "outcome", "type") else value


def test_no_text_of_a_report_can_act(tmp_path: Path) -> None:
    """With harmful text in every field, the page has the same tags and attributes as without."""

    harmless = Page(write_report(samples.mixed(), tmp_path / "harmless"))
    report = msgspec.convert(hostile(msgspec.to_builtins(samples.mixed())), SubmissionReport)
    page = Page(write_report(report, tmp_path / "hostile"))

    assert not page.open
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in harmless.tags}
    assert {name for _, attributes in page.tags for name in attributes} <= {
        name for _, attributes in harmless.tags for name in attributes
    }
    assert sum(tag == "script" for tag, _ in page.tags) == 1
    assert not _UNSAFE.search(page.source.replace("\n", ""))
    assert r"\x1b[31mred\x00\u202egpj.exe\u2066 {{ 7 * 7 }} {% raw %} ]]>" in page.text
    assert all(address[0] == "#" or address == "report.json" for address in page.all("a", "href"))


def test_output_is_cut(render: Callable[[SubmissionReport], Page]) -> None:
    """A flood of prints stays a page."""

    page = render(one_check(samples.passed("e.c", "T"), output="spam " * 100_000))

    assert "cut here, 480,000 more characters" in page.text
    assert len(page.source) < 60_000


NAMES = [
    "student2",
    "student10",
    "a b#c?d%41&e",
    "<i>x</i>",
    "..hidden",
    "Zoë",
    "new\nline",
    "-rf",
    "javascript:alert(1)",
]


def test_links_lead_to_their_pages(tmp_path: Path) -> None:
    """Names with marks that mean something in an address, in HTML or in a shell still lead to their page."""

    reports = [samples.flawless(name) for name in NAMES]
    for report in reports:
        write_report(report, tmp_path / report.submission)
    page = Page(samples.write_index(reports, tmp_path))
    links = page.all("a", "href")

    assert sorted(NAMES) == sorted(unquote(link).removesuffix("/report.html") for link in links)
    assert all((tmp_path / unquote(link)).is_file() for link in links)
    assert not any(set(link) & set(" #?&:<>\"'\n") for link in links)


def test_the_index_sums_up_a_class(tmp_path: Path) -> None:
    """Sorted by name as people count, with totals, problems and what failed most."""

    reports = [samples.flawless("student10"), samples.mixed("student9"), samples.mixed("Student1")]
    problems = [("late<1>", "The upload is <empty>."), ("broken", "No zip.")]
    page = Page(samples.write_index(reports, tmp_path, problems))

    assert [unquote(link).split("/")[0] for link in page.all("a", "href")] == [
        "Student1",
        "student9",
        "student10",
    ]
    assert "3 submissions 56 % of the points on average, 1 with every check passed, 2 not graded" in page.text
    assert "broken No zip. late<1> The upload is <empty>." in page.text
    assert "corr2d.values 2 of 3" in page.text
    assert page.text.index("pooling.padding 2 of 2") < page.text.index("corr2d.values 2 of 3")
    assert "Student1 5.5 of 16.5 5 4 1 1 Every value is the sum of the window under the kernel" in page.text


def test_an_empty_class_has_an_index(tmp_path: Path) -> None:
    """Nothing graded is no reason to fail."""

    page = Page(samples.write_index([], tmp_path, [("s", "Not a zip.")]))

    assert "0 submissions 0 with every check passed, 1 not graded" in page.text


def test_three_thousand_submissions_fit(tmp_path: Path) -> None:
    """The index of a large course stays below a megabyte and a half."""

    path = samples.write_index([samples.mixed(f"student{number}") for number in range(3000)], tmp_path)

    assert path.stat().st_size < 1_500_000
    assert path.read_text("utf-8").count("/report.html") == 3000


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader sees the old page or the new one, never half of one, and no rubbish stays."""

    path = write_whole(tmp_path / "page", b"old")

    def full(*paths: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        write_whole(path, b"new")

    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["page"]


def test_mark(tmp_path: Path) -> None:
    """It stands on top, with each reason for it; what the instructor has to settle is not on a student's page."""
    report = samples.mixed()
    lines = (Line(text="What the checks earned", points=8), Line(text=samples.HOSTILE, points=-1.5), Line(text="noted"))
    mark = Mark(score=6.5, max_score=20, lines=lines, doubts=("write handed_in",))
    page = Page(write_report(report, tmp_path, mark))
    index = Page(samples.write_index([report], tmp_path, marks={report.submission: mark}))

    assert f"6.5 of 20 points, where the checks earned {report.score:g}" in page.text
    assert "What the checks earned 8" in page.text
    assert "noted The mark, of 20 6.5" in page.text
    assert "write handed_in" not in page.text
    assert "1 submission: write handed_in" in index.text
    assert "6.5 of 20" in index.text
    assert len(page.all("img", "src")) == len(Page(write_report(report, tmp_path)).all("img", "src"))
