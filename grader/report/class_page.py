"""The report over a class: what went well, what went wrong in which way, and for whom."""

from __future__ import annotations

import heapq
import statistics
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from grader.policy.marks import Mark
from grader.records import SubmissionReport
from grader.report import html
from grader.report.files import write_whole
from grader.report.standing import standing
from grader.survey.items import Items
from grader.survey.mistakes import Case, Mistakes

PAGE, ANONYMOUS = "class.html", "class-anonymous.html"
BINS = 10
MOST_SLOW = 10
MOST_LINKS = 30  # of one mistake: the others are counted


@dataclass(frozen=True, kw_only=True)
class Class:
    """What a page is about."""

    reports: Iterable[SubmissionReport]  # looked at once, one at a time
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


class Slow(NamedTuple):
    """A submission that took long, with its slowest check."""

    seconds: float
    submission: str
    check: str
    of_it: float


def write_class(about: Class, out: Path) -> Path:
    """Write class.html, or class-anonymous.html, into `out`; return its path."""

    def called(name: str) -> str:
        return (about.pseudonyms or {}).get(name, name)

    items, mistakes = Items(), Mistakes()
    faults: dict[tuple[str, str], list[Case]] = {}
    slow: list[Slow] = []
    shares: list[float] = []
    rows: list[html.Row] = []
    for report in about.reports:
        items.add(report)
        mistakes.add(report)
        for check in report.checks:
            if check.outcome == "errored" and check.finding:
                faults.setdefault((check.id, check.finding.message), []).append(Case(report.submission, check.id))
        slow = heapq.nlargest(MOST_SLOW, [*slow, _slow(report)])
        mark = about.marks.get(report.submission)
        result = mark or report
        if result.max_score and (mark is None or mark.counts):
            shares.append(100 * result.score / result.max_score)
        rows.append(html.row(standing(report), about.marks, about.earlier, about.pseudonyms))
    page = html.render(
        "class.html.j2",
        about=about,
        anonymous=about.pseudonyms is not None,
        called=called,
        in_order=lambda cases: sorted(cases, key=lambda case: called(case.submission)),
        rows=html.in_order(rows),
        mean=statistics.fmean(shares) if shares else None,
        median=statistics.median(shares) if shares else None,
        bins=distribution(shares),
        items=items.made(),
        named=mistakes.named(),
        groups=mistakes.groups(),
        faults=[Fault(check, told, tuple(cases)) for (check, told), cases in faults.items()],
        slowest=slow,
        most=MOST_LINKS,
    )
    return write_whole(out / (ANONYMOUS if about.pseudonyms is not None else PAGE), page)


def _slow(report: SubmissionReport) -> Slow:
    slowest = max(report.checks, key=lambda check: check.seconds, default=None)
    return Slow(report.seconds, report.submission, slowest.id if slowest else "", slowest.seconds if slowest else 0.0)


def distribution(shares: Sequence[float]) -> list[Bin]:
    """Percentages in tens; more than all, by extra credit, is in the last."""
    counts = [0] * BINS
    for share in shares:
        counts[min(BINS - 1, int(share * BINS / 100))] += 1
    width, most = 100 // BINS, max(counts, default=0) or 1
    labels = [f"{n * width} to {(n + 1) * width - 1} %" for n in range(BINS - 1)] + [f"{100 - width} to 100 %"]
    return [Bin(label, count, 100 * count / most) for label, count in zip(labels, counts, strict=True)]
