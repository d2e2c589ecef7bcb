"""Reports as web pages: one self-contained file a submission, and an index over the class.

A page loads nothing from anywhere and holds no script but our own copy button, both enforced by its
content security policy. Whatever students can influence is escaped by Jinja and shown by `visible`.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import starmap
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.alike import twins
from grader.policy.conceal import concealed
from grader.policy.marks import Mark
from grader.records import OUTCOMES, CheckResult, Evidence, Outcome, Standing, SubmissionReport, sum_points, to_json
from grader.report import charts, folding, grids
from grader.report.files import write_whole
from grader.report.findings import why_missing
from grader.survey.mistakes import Case
from grader.words import one_line, points, short, visible

MOST_HARD = 10  # checks listed as failed most: the list of submissions must stay in sight
TEMPLATES = Path(__file__).parent / "templates"
MARKS: dict[Outcome, str] = {"passed": "✓", "failed": "✗", "skipped": "–", "errored": "!"}


def write_report(report: SubmissionReport, folder: Path, mark: Mark | None = None) -> Path:
    """Write report.html, as its student may see it now, and report.json beside it; return the page's path."""
    content, data = page(report, mark), to_json(report)
    write_whole(folder / "report.json", data)
    return write_whole(folder / "report.html", content)


def page(report: SubmissionReport, mark: Mark | None = None) -> bytes:
    """A submission's page, without what is concealed until its deadline."""
    shown = concealed(report, mark.due if mark else None)
    return "".join(render("report.html.j2", report=shown, mark=mark, whole=shown is report)).encode()


def write_index(
    standings: Sequence[Standing],
    out: Path,
    problems: Sequence[tuple[str, str]] = (),
    left_alone: Sequence[str] = (),
    earlier: Collection[str] = (),
    marks: Mapping[str, Mark] | None = None,
    hardness: Iterable[tuple[str, str, int, int]] = (),
) -> Path:
    """Write out/index.html over reports that stand in out/NAME/report.html; return its path.

    `problems` are entries that are not graded, each with a sentence that says why and what to do; `left_alone` are
    those that are plainly nobody's work; `earlier` are the names of what an earlier run has found; `marks` are by name;
    `hardness` tells of each check its name and title, how many failed it, and for how many it ran.
    """
    ordered = sorted(standings, key=lambda one: _natural(one.submission))
    results = [mark for mark in marks.values() if mark.counts] if marks else ordered
    shares = [100 * one.score / one.max_score for one in results if one.max_score]
    hardest = sorted(starmap(Hardness, hardness), key=lambda check: (-check.percent, check.id))[:MOST_HARD]
    page = render(
        "index.html.j2",
        reports=ordered,
        rows=[row(report, marks or {}, earlier) for report in ordered],
        with_class=(out / "class.html").exists(),
        problems=sorted(problems, key=lambda problem: _natural(problem[0])),
        left_alone=left_alone,
        earlier=earlier,
        unsettled=_unsettled(marks or {}),
        hardest=hardest,
        twins=twins(ordered),
        mean=fmean(shares) if shares else None,
        of_what="marks" if marks else "points",
        flawless=sum(one.flawless for one in ordered),
    )
    return write_whole(out / "index.html", page)


def report_link(submission: str) -> str:
    """The relative address of a submission's page, percent-encoded."""
    return f"{quote(os.fsencode(submission), safe='')}/report.html"


def case_link(case: Case) -> str:
    """The relative address of a check on a submission's page."""
    return f"{report_link(case.submission)}#{quote(case.check)}"


@dataclass(frozen=True)
class Hardness:
    """How a check went over the class."""

    id: str
    title: str
    failed: int
    ran: int

    @property
    def percent(self) -> float:
        return 100 * self.failed / self.ran


def _unsettled(marks: Mapping[str, Mark]) -> dict[str, list[str]]:
    """What the instructor has to settle, and in whose marks."""
    found: dict[str, list[str]] = {}
    for name, doubt in sorted((name, doubt) for name, mark in marks.items() for doubt in mark.doubts):
        found.setdefault(doubt, []).append(name)
    return found


def _natural(name: str) -> tuple[str, str]:
    """A sort key that puts student2 before student10."""
    return re.sub(r"\d+", lambda digits: digits[0].zfill(12), name.casefold()), name


class Row(NamedTuple):
    """A submission in the table of a class."""

    name: str
    link: str
    since: str
    mark: Mark | None
    score: float
    max_score: float
    counts: dict[Outcome, int]
    first_failure: str


def row(
    one: Standing,
    marks: Mapping[str, Mark],
    earlier: Collection[str],
    pseudonyms: Mapping[str, str] | None = None,
) -> Row:
    """A submission's row; with pseudonyms nothing leads to a name."""
    name, mark = one.submission, marks.get(one.submission)
    since = [f"earlier run{one.started and f', {one.started[:10]}'}"] if name in earlier else []
    since += ["another attempt counts"] if mark and not mark.counts else []
    return Row(
        name=name if pseudonyms is None else pseudonyms[name],
        link=report_link(name) if pseudonyms is None else "",
        since="; ".join(since),
        mark=mark,
        score=one.score,
        max_score=one.max_score,
        counts=one.counts,
        first_failure=one.first_failure,
    )


def in_order(rows: Iterable[Row]) -> list[Row]:
    """By name as people count."""
    return sorted(rows, key=lambda row: _natural(row.name))


class Script(NamedTuple):
    """A script of our own, and what allows it to run on a page."""

    text: Markup
    digest: str

    @classmethod
    def read(cls, name: str) -> Script:
        text = (TEMPLATES / name).read_text("utf-8")
        return cls(Markup(text), f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}")


def render(template: str, **context: Any) -> Iterator[str]:
    """A page, part by part: that of a class need not be held whole."""
    return _environment().get_template(template).generate(**context)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        style=Markup((TEMPLATES / "style.css").read_text("utf-8")), marks=MARKS, outcomes=OUTCOMES,
        arguments=grids.arguments, comparison=grids.comparison, uncounted=_uncounted,
        plot=charts.plot, strip=charts.strip, matrix=charts.matrix, png=charts.png,
        field=(charts.LEFT, charts.TOP, charts.RIGHT, charts.BOTTOM), strip_length=charts.STRIP,
    )  # fmt: skip
    environment.globals["scripts"] = {name: Script.read(name) for name in ("copy.js", "table.js")}
    environment.filters.update(points=points, short=short, one_line=one_line, link=report_link, case_link=case_link)
    environment.filters.update(kind=_kind)
    environment.filters.update(folded=folding.folded, waiting=folding.waiting, why_missing=why_missing)
    return environment


def _shown(value: Any) -> Any:
    """What every expression of a template goes through last, before Jinja escapes it."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _kind(evidence: Evidence) -> str:
    """The tag of an evidence record, which is also the name of the macro that draws it."""
    return str(evidence.__struct_config__.tag)


def _uncounted(checks: Sequence[CheckResult]) -> float:
    """Points of the checks that could not run here."""
    return sum_points(check.points for check in checks if not check.counted)
