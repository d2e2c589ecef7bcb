"""What a folder of reports holds already, and that no later run makes it less.

One rule: what a run does not ask stays as it was. A check that was not asked keeps its earlier result, marked with the
run that it is of; a submission that was not named keeps its report, and its row in the index.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from grader.errors import UsageError
from grader.policy.marking import Marking
from grader.records import (
    Earlier,
    ExerciseResult,
    Record,
    SubmissionReport,
    from_json,
    sum_points,
)
from grader.report import html
from grader.report.class_page import Class, write_class
from grader.report.files import write_whole
from grader.report.text import one_line

INDEX = "index.json"


class NotGraded(Record, frozen=True, kw_only=True):
    """An entry for which there is no report."""

    name: str
    path: str  # where it lies
    why: str


class Index(Record, frozen=True, kw_only=True):
    """The contents of index.json: what the index page shows and no report holds."""

    schema: Literal["grader/index/1"] = "grader/index/1"
    submissions: dict[str, str] = {}  # the name of each report's folder: where the submission lies
    not_graded: tuple[NotGraded, ...] = ()
    left_alone: tuple[str, ...] = ()


def read_index(out: Path) -> Index:
    """What an earlier run has left in `out`; an empty index where there is none that can be read."""
    try:
        return msgspec.json.decode((out / INDEX).read_bytes(), type=Index)
    except (OSError, msgspec.DecodeError, ValueError):
        return Index()


def known_names(out: Path) -> dict[str, str]:
    """The name of each submission that has a report in `out`, by its place."""
    return {place: name for name, place in read_index(out).submissions.items()}


class Shelf:
    """A folder of reports, for a run that asks the checks `asked` of the submissions in `places`, name by name.

    `course` holds the ids of every exercise's checks.
    """

    def __init__(
        self,
        out: Path,
        places: Mapping[str, str],
        course: Mapping[str, Collection[str]],
        asked: Collection[str],
        marking: Marking | None = None,
    ) -> None:
        """Raises UsageError where a report in `out` is of another submission of the same name."""
        self._out, self._places, self._course, self._asked, self._marking = out, places, course, asked, marking
        self.told: list[str] = []  # what an instructor may want to know
        self._known = read_index(out).submissions
        for name, place in places.items():
            other = self._known.get(name, place)
            if not _is_same(other, place) and _is_there(other):
                raise UsageError(
                    f"{out / name} holds the report of {other}, not of {place}; name another folder with --out"
                )

    def put(self, report: SubmissionReport) -> None:
        """Write a report, with what an earlier one of the same place or the same files has of checks that were not
        asked: a name may have been another student's.
        """
        folder = self._out / report.submission
        old = report_in(folder)
        whole = merged(report, old, self._course, self._asked)
        if whole is not report and old is not None and not self._is_of_same(report, old):
            whole = report
            other = self._known.get(report.submission, "an unknown place")
            self.told.append(f"{report.submission}: the earlier report was of {other}, so nothing of it is kept")
        html.write_report(whole, folder, self._marking.mark(whole) if self._marking else None)
        new = whole.notes[: len(whole.notes) - len(report.notes)]
        self.told += [f"{report.submission}: {note}" for note in new]

    def _is_of_same(self, report: SubmissionReport, old: SubmissionReport) -> bool:
        known = self._known.get(report.submission)
        same_place = known is not None and _is_same(known, self._places.get(report.submission, ""))
        return same_place or (bool(old.digest) and old.digest == report.digest)

    def write_index(
        self, names: Collection[str], problems: Sequence[tuple[str, str]], left_alone: Sequence[str]
    ) -> None:
        """Write index.html over all that lies here, and index.json beside it: `names` are what this run has graded,
        `problems` what it has not.
        """
        old, places = read_index(self._out), self._places
        reports = [report for folder in sorted(self._out.iterdir()) if (report := report_in(folder)) is not None]
        found = {report.submission for report in reports}
        mine = [NotGraded(name=name, path=places[name], why=why) for name, why in problems]
        graded = {name: places[name] for name in names}  # of another a report here is an earlier one's
        seen = {*places.values()}
        others = [
            one for one in old.not_graded if one.path not in seen and one.name not in names and _is_there(one.path)
        ]
        index = Index(
            submissions={name: place for name, place in (old.submissions | graded).items() if name in found},
            not_graded=(*mine, *others),
            left_alone=tuple(map(one_line, left_alone)) or old.left_alone,
        )
        problems = [(one.name, one.why) for one in index.not_graded]
        earlier = {*found.difference(names), *(one.name for one in others)}
        marks = self._marking.given(reports) if self._marking else {}
        if len(reports) > 1:
            about = Class(reports=reports, marks=marks, not_graded=problems, earlier=earlier)
            write_class(about, self._out)
        html.write_index(reports, self._out, problems, index.left_alone, earlier, marks)
        write_whole(self._out / INDEX, msgspec.json.format(msgspec.json.encode(index), indent=1) + b"\n")


def _is_same(place: str, other: str) -> bool:
    return place == other or os.path.realpath(place) == os.path.realpath(other)


def _is_there(place: str) -> bool:
    """Whether a submission still lies there; in an archive, whether the archive does."""
    return os.path.lexists(place) or any(map(os.path.isfile, Path(place).parents))


def report_in(folder: Path) -> SubmissionReport | None:
    """The report that an earlier run has left in `folder`; None where there is none that can be read."""
    try:
        report = from_json((folder / "report.json").read_bytes())
    except (OSError, msgspec.DecodeError, ValueError):
        return None
    return report if report.submission == folder.name else None


def merged(
    report: SubmissionReport,
    old: SubmissionReport | None,
    course: Mapping[str, Collection[str]],
    asked: Collection[str],
) -> SubmissionReport:
    """`report`, with the results of `old` for checks that are not among those `asked`.

    `course` holds the ids of every exercise's checks: what it no longer has is not kept, exercises of another
    course are.
    """
    if old is None:
        return report
    earlier = Earlier(started=old.started, seed=old.seed, digest=old.digest)
    new, before = ({exercise.name: exercise for exercise in one.exercises} for one in (report, old))
    exercises: list[ExerciseResult] = []
    kept: dict[Earlier, list[str]] = {}
    for name in dict.fromkeys([*before, *new]):
        results = {check.id: check for check in new[name].checks} if name in new else {}
        order = [check.id for check in before[name].checks] if name in before else []
        for check in before[name].checks if name in before else ():
            gone = check.id not in course.get(name, (check.id,))
            if check.id in asked or gone or (check.id in results and check.outcome == "skipped"):
                continue
            results[check.id] = msgspec.structs.replace(check, earlier=check.earlier or earlier)
            kept.setdefault(check.earlier or earlier, []).append(check.id)
        if results:
            checks = tuple(results[one] for one in dict.fromkeys([*order, *results]) if one in results)
            exercises.append(msgspec.structs.replace(new.get(name) or before[name], checks=checks))
    if not kept:
        return report
    return msgspec.structs.replace(
        report,
        exercises=tuple(exercises),
        score=sum_points(exercise.score for exercise in exercises),
        max_score=sum_points(exercise.max_score for exercise in exercises),
        notes=(*(_noted(run, ids, report.digest, exercises) for run, ids in kept.items()), *report.notes),
    )


def _noted(run: Earlier, ids: Sequence[str], digest: str, exercises: Iterable[ExerciseResult]) -> str:
    names = []
    for exercise in exercises:
        count = sum(check.id in ids for check in exercise.checks)
        if count:
            names.append(exercise.name if count == len(exercise.checks) else f"{exercise.name} ({count} checks)")
    changed = "" if run.digest == digest else ", before the files were changed"
    return f"not asked in this run, kept from that of {run.started[:16].replace('T', ' ')} UTC{changed}: {', '.join(names)}"
