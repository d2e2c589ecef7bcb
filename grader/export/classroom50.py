"""Classroom 50's result.json, schema "classroom50/result/v1"."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from grader.errors import UsageError
from grader.policy.marks import Mark
from grader.records import SubmissionReport, sum_points

FIELDS = {  # of the file, and the variables that the classroom's workflow sets
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
    "review": "REVIEW_URL",
}


def result(report: SubmissionReport, mark: Mark, environment: Mapping[str, str]) -> str:
    """The file. Raises UsageError when a variable is missing.

    Its scores are integers: the total is rounded once, and a test's only where its points are no integer.
    """
    missing = [name for name in FIELDS.values() if not environment.get(name)]
    if missing:
        raise UsageError(
            f"--format classroom50: {', '.join(missing)} not set; the classroom's workflow sets these variables"
        )
    document = {
        "schema": "classroom50/result/v1",
        **{field: environment[name] for field, name in FIELDS.items()},
        "datetime": report.started or datetime.now(UTC).isoformat(timespec="seconds"),
        "score": _whole(mark.score),
        "max-score": _whole(mark.max_score),
        "tests": [
            {
                "test-name": check.id,
                "passed": check.outcome == "passed",
                "score": _whole(check.earned),
                "max-score": _whole(check.points),
            }
            for check in report.checks
            if check.counted
        ],
    }
    return json.dumps(document, indent=1) + "\n"


def _whole(points: float) -> int:
    """The nearest integer, halves up: nobody loses half a point to a rounding rule."""
    return int(sum_points([points, 0.5]) // 1)
