"""What a folder of reports holds already, and that no later run makes it less.

One rule: what a run does not ask stays as it was. A check that was not asked keeps its earlier result, marked with the
run that it is of; a submission that was not named keeps its report, and its row in the index.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from grader.records import Earlier, ExerciseResult, Record, SubmissionReport, from_json, sum_points, to_json
from grader.report.files import write_whole
from grader.words import minute

KEPT = "not asked in this run, kept from that of "  # begins a note about earlier results
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
    """What a run has left in `out`; an empty index where there is none that can be read."""
    try:
        return msgspec.json.decode((out / INDEX).read_bytes(), type=Index)
    except (OSError, msgspec.DecodeError, ValueError):
        return Index()


def write_index(index: Index, out: Path) -> None:
    write_whole(out / INDEX, to_json(index))


def is_same(place: str, other: str) -> bool:
    return place == other or os.path.realpath(place) == os.path.realpath(other)


def is_there(place: str) -> bool:
    """Whether a submission still lies there; in an archive, whether the archive does."""
    return os.path.lexists(place) or any(map(os.path.isfile, Path(place).parents))


def reports(out: Path) -> Iterator[SubmissionReport]:
    """The reports in a folder without a gradebook that can be read, one at a time."""
    for folder in sorted(out.iterdir()):
        try:
            report = from_json((folder / "report.json").read_bytes())
        except (OSError, msgspec.DecodeError, ValueError):
            continue
        if report.submission == folder.name:
            yield report


def merged(
    report: SubmissionReport,
    old: SubmissionReport,
    course: Mapping[str, Collection[str]],
    asked: Collection[str],
) -> SubmissionReport:
    """`report`, with the results of `old` for checks that are not among those `asked`.

    `course` holds the ids of every exercise's checks: what it no longer has is not kept, exercises of another
    course are.
    """
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
    return f"{KEPT}{minute(run.started)}{changed}: {', '.join(names)}"
