"""Planted submissions: every right style passes every check, every wrong one fails exactly what it declares."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from grader import course
from grader.engine.local import Grader, Options
from grader.engine.workplace import default_jobs
from grader.judge.session import Data
from grader.records import CheckResult, SubmissionReport
from grader.submission import Source
from grader.worker.client import Limits
from tests.words import WORDS

PLANTED = Path(__file__).parent / "planted"
EXERCISES = sorted(folder.name for folder in PLANTED.iterdir() if folder.is_dir())
LEAST = {  # exercise -> right styles, wrong ones
    "corr2d": (25, 15),
    "kernel_learning": (12, 6),
    "pooling": (25, 15),
    "mnist_cnn": (12, 12),
    "lenet5": (25, 12),
    "resnet_block": (25, 12),
}
LEAST_OF_OTHERS = (6, 10)


def planted(exercise: str) -> list[Source]:
    folders = sorted(folder for folder in (PLANTED / exercise).iterdir() if (folder / "expect.toml").is_file())
    return [Source(path=folder, name=folder.name) for folder in folders]


def declared(source: Source) -> dict[str, Any]:
    return tomllib.loads((source.path / "expect.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def graded() -> Any:
    """Reports by (exercise, name), each exercise graded once, in one run a exercise."""
    reports: dict[str, dict[str, SubmissionReport]] = {}

    def grade(exercise: str) -> dict[str, SubmissionReport]:
        if exercise not in reports:
            known = course.builtin(exercise)
            checks = known.copy(known.files).checks  # artefacts lie only where they are the point
            options = Options(jobs=default_jobs(), limits={exercise: Limits(call_seconds=8)}, data=Data(train=False))
            with Grader(checks, options) as grading:
                outcomes = grading.grade_all(planted(exercise))
                reports[exercise] = {source.name: outcome.report for source, outcome in outcomes}
        return reports[exercise]

    return grade


@pytest.mark.parametrize("exercise", EXERCISES)
def test_outcomes(exercise: str, graded: Any) -> None:
    """What a planted submission declares in expect.toml is what the judge finds, check by check."""
    wrong = {}
    for source in planted(exercise):
        report = graded(exercise)[source.name]
        expected = {f"{exercise}.{name}" for name in declared(source).get("failed", []) if name != "train"}
        by_chance = {f"{exercise}.{name}" for name in declared(source).get("by_chance", [])}
        found = {check.id for check in report.checks if check.outcome == "failed"} - by_chance
        if found != expected or report.count("errored"):
            wrong[source.name] = {
                "declared": sorted(expected),
                "found": sorted(found),
                "errored": report.count("errored"),
            }

    assert {} == wrong


@pytest.mark.parametrize("exercise", EXERCISES)
def test_right_ones_lose_no_point(exercise: str, graded: Any) -> None:
    """A right style earns all the points that are at stake."""
    right = [source for source in planted(exercise) if declared(source)["kind"] == "right"]

    assert {} == {
        source.name: (report.score, report.max_score)
        for source in right
        if (report := graded(exercise)[source.name]).score != report.max_score or report.max_score == 0
    }


@pytest.mark.parametrize("exercise", EXERCISES)
def test_wrong_ones_lose_points(exercise: str, graded: Any) -> None:
    """A wrong submission never gets full marks, unless only its training is at fault (which is not run here)."""
    wrong = [s for s in planted(exercise) if declared(s)["kind"] == "wrong" and declared(s)["failed"] != ["train"]]

    assert [] == [s.name for s in wrong if (r := graded(exercise)[s.name]).score == r.max_score]


def told(check: CheckResult) -> str:
    """All the words of a finding, in one line."""
    finding = check.finding
    assert finding is not None
    words = (finding.message, finding.traceback, finding.hint, finding.call)
    return " ".join(" ".join(words).split())


@pytest.mark.parametrize("exercise", sorted(WORDS))
def test_findings_fit(exercise: str, graded: Any) -> None:
    """At least nine of ten planted mistakes are named, or their place is; none is called by another's name."""
    named, unnamed, wrong = [], [], {}
    for source in (source for source in planted(exercise) if declared(source)["kind"] == "wrong"):
        entry, words = declared(source), WORDS[exercise].get(source.name.removeprefix("wrong_"))
        failed = [check for check in graded(exercise)[source.name].checks if check.outcome == "failed"]
        titles = {check.finding.misconception for check in failed if check.finding} - {""}
        known = entry.get("named", entry["title"])  # by the exercise's own rules, or the catalogue
        if titles - {known}:
            wrong[source.name] = f"it is called {titles}"
        elif known in titles or (words and any(re.search(words, told(check)) for check in failed)):
            named.append(source.name)
        elif words == "":
            unnamed.append(source.name)
        else:
            wrong[source.name] = " | ".join(map(told, failed))

    assert {} == wrong
    assert len(named) >= 0.9 * (len(named) + len(unnamed)), unnamed


@pytest.mark.parametrize("exercise", sorted(WORDS))
def test_a_crash_never_gets_the_check_s_own_hint_alone(exercise: str, graded: Any) -> None:
    """That one is about values: code that stopped has a reason of its own, which comes first."""
    own = {check.id: check.hint for check in course.builtin(exercise).checks if check.hint}
    findings = [(c.id, c.finding) for r in graded(exercise).values() for c in r.checks if c.outcome == "failed"]
    crashed = [(name, finding) for name, finding in findings if finding.traceback]

    assert crashed or exercise not in LEAST
    assert [] == [name for name, finding in crashed if finding.hint == own.get(name)]


@pytest.mark.parametrize("exercise", sorted(WORDS))
def test_what_is_folded_lies_under_one_that_tells(exercise: str, graded: Any) -> None:
    """A cause is a failed check of the same submission that has none itself, and a public one."""
    for report in graded(exercise).values():
        failed = {check.id: check for check in report.checks if check.outcome == "failed"}
        causes = {check.finding.cause for check in failed.values() if check.finding} - {""}

        assert causes <= failed.keys()
        assert all(failed[name].public and not failed[name].finding.cause for name in causes)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_there_are_enough(exercise: str) -> None:
    """Every exercise has many right styles and many wrong ones, each with a title of its own."""
    entries = [declared(source) for source in planted(exercise)]
    right, wrong = (sum(entry["kind"] == kind for entry in entries) for kind in ("right", "wrong"))

    least = LEAST.get(exercise, LEAST_OF_OTHERS)

    assert (right >= least[0], wrong >= least[1]) == (True, True), (right, wrong)
    assert len({entry["title"] for entry in entries}) == len(entries)


def test_every_failure_says_why(graded: Any) -> None:
    """A failed check always has a sentence, and a wrong value always comes with the call that gave it."""
    findings = [c.finding for r in graded("corr2d").values() for c in r.checks if c.outcome == "failed"]

    assert findings
    assert all(finding.message for finding in findings)
    assert all(finding.call for finding in findings if finding.expected is not None and finding.actual is not None)
