"""The report over a class: what went well, what went wrong in which way, and for whom."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from grader.policy.marks import Mark
from grader.records import CheckResult, SubmissionReport
from grader.report import html
from grader.report.files import write_whole
from grader.survey.items import items
from grader.survey.mistakes import Case, groups, named

PAGE, ANONYMOUS = "class.html", "class-anonymous.html"
BINS = 10
MOST_SLOW = 10
MOST_LINKS = 30  # of one mistake: the others are counted


@dataclass(frozen=True, kw_only=True)
class Class:
    """What a page is about."""

    reports: Sequence[SubmissionReport]
    marks: Mapping[str, Mark] = field(default_factory=dict)
    not_graded: Sequence[tuple[str, str]] = ()  # entries, and why
    earlier: Collection[str] = ()  # names of what an earlier run has found
    pseudonyms: Mapping[str, str] | None = None  # instead of names; without links and without students' own words


class Bin(NamedTuple):
    """A bar of the distribution."""

    label: str
    submissions: int
    share: float  # percent of the largest bar


class Fault(NamedTuple):
    """What the grader failed at, and for whom."""

    check: str
    told: str
    cases: tuple[Case, ...]


def write_class(about: Class, out: Path) -> Path:
    """Write class.html, or class-anonymous.html, into `out`; return its path."""
    shares = [share for report in about.reports if (share := _share(report, about.marks)) is not None]
    page = html.render(
        "class.html.j2",
        about=about,
        anonymous=about.pseudonyms is not None,
        called=lambda name: (about.pseudonyms or {}).get(name, name),
        rows=html.rows(about.reports, about.marks, about.earlier, about.pseudonyms),
        mean=statistics.fmean(shares) if shares else None,
        median=statistics.median(shares) if shares else None,
        bins=distribution(shares),
        items=items(about.reports),
        named=named(about.reports),
        groups=groups(about.reports),
        faults=faults(about.reports),
        slowest=slowest(about.reports),
        most=MOST_LINKS,
    )
    return write_whole(out / (ANONYMOUS if about.pseudonyms is not None else PAGE), page)


def distribution(shares: Sequence[float]) -> list[Bin]:
    """Percentages in tens; more than all, by extra credit, is in the last."""
    counts = [0] * BINS
    for share in shares:
        counts[min(BINS - 1, int(share * BINS / 100))] += 1
    width, most = 100 // BINS, max(counts, default=0) or 1
    labels = [f"{n * width} to {(n + 1) * width - 1} %" for n in range(BINS - 1)] + [f"{100 - width} to 100 %"]
    return [Bin(label, count, 100 * count / most) for label, count in zip(labels, counts, strict=True)]


def faults(reports: Sequence[SubmissionReport]) -> list[Fault]:
    """Errors of the harness, which are nobody's mistakes, by check and words."""
    found: dict[tuple[str, str], list[Case]] = {}
    for report in reports:
        for check in report.checks:
            if check.outcome == "errored" and check.finding:
                found.setdefault((check.id, check.finding.message), []).append(Case(report.submission, check.id))
    return [Fault(check, told, tuple(cases)) for (check, told), cases in found.items()]


def slowest(reports: Sequence[SubmissionReport]) -> list[tuple[SubmissionReport, CheckResult | None]]:
    """The submissions that took longest, each with its slowest check."""
    ordered = sorted(reports, key=lambda report: -report.seconds)[:MOST_SLOW]
    return [(report, max(report.checks, key=lambda check: check.seconds, default=None)) for report in ordered]


def _share(report: SubmissionReport, marks: Mapping[str, Mark]) -> float | None:
    """Percent of what was possible."""
    result = marks.get(report.submission) or report
    return 100 * result.score / result.max_score if result.max_score else None
