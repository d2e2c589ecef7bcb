"""How a submission stands, made of its report: what lists of many show."""

from __future__ import annotations

from grader.records import OUTCOMES, Standing, SubmissionReport
from grader.report.findings import leading
from grader.words import one_line


def standing(report: SubmissionReport) -> Standing:
    """What a list of many shows of a report."""
    first = next(iter(leading(report)), None)
    found = first.finding if first else None
    return Standing(
        submission=report.submission,
        score=report.score,
        max_score=report.max_score,
        seed=report.seed,
        started=report.started,
        counts={outcome: report.count(outcome) for outcome in OUTCOMES},
        owing=sum(check.outcome == "skipped" and check.counted for check in report.checks),
        first_failure=next((check.title for check in report.checks if check.outcome == "failed"), ""),
        leading=first.id if first else "",
        told=one_line(found.headline) if found else "",
        artefacts=report.artefacts,
    )
