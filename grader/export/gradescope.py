"""Gradescope's results.json: https://gradescope-autograders.readthedocs.io/en/latest/specs/

A single hidden test hides a student's total there. What a hidden check found is not in the report in the first
place, so all tests are visible but those that a course shows after the deadline: until then they hide the total, too.
"""

from __future__ import annotations

import json
from typing import Any

from grader.export.words import told
from grader.policy.marks import Mark
from grader.records import CheckResult, ExerciseResult, SubmissionReport
from grader.words import one_line, visible


def results(report: SubmissionReport, mark: Mark) -> str:
    """The file that an autograder leaves in results/results.json.

    A check that is not counted has no points there; the total is the mark, and is given by itself.
    """
    tests = [
        _test(check, f"{row}.{number}")
        for row, exercise in enumerate(report.exercises, start=1)
        for number, check in enumerate(exercise.checks, start=1)
    ]
    printed = "\n".join(text for exercise in report.exercises if (text := _printed(exercise)))
    document = {
        "score": mark.score,
        "execution_time": round(report.seconds, 3),
        "output": "\n".join([*map(one_line, [*mark.told, *report.notes]), printed]).strip() or "Graded.",
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"seed": report.seed, "digest": report.digest, "max_score": mark.max_score},
        "tests": tests,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _test(check: CheckResult, number: str) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": f"{one_line(check.id)}: {one_line(check.title)}",
        "number": number,
        "status": "passed" if check.outcome == "passed" else "failed",
        "output": told(check),
        "visibility": "after_due_date" if check.later else "visible",
        "extra_data": {"outcome": check.outcome, "counted": check.counted},
    }
    if check.counted:
        test |= {"score": check.earned, "max_score": check.points}
    else:
        del test["status"]  # neither: nothing is at stake
    return test


def _printed(exercise: ExerciseResult) -> str:
    return f"{exercise.file} printed:\n{visible(exercise.output)}" if exercise.output else ""
