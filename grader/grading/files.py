"""Write out what the gradebook holds: a page and a JSON record for each submission, and the index over all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from grader.errors import GraderError
from grader.gradebook import Gradebook, Problem
from grader.policy.marking import Marking
from grader.report import kept
from grader.report.files import writing
from grader.words import one_line
from grader.written import OF_SUBMISSION


class LastRun(NamedTuple):
    """What the last run was about; all else is an earlier one's."""

    graded: Collection[str] = ()  # names
    problems: Sequence[Problem] = ()
    left_alone: Sequence[str] = ()
    places: Collection[str] = ()  # where all of these lie


def stale(book: Gradebook, out: Path) -> list[str]:
    """Submissions whose files are not there, or show another report than the one that counts."""
    gone = (name for name in book.counting() if not all((out / name / file).is_file() for file in OF_SUBMISSION))
    return sorted({*book.unwritten(), *gone})


def write_reports(
    book: Gradebook, out: Path, names: Iterable[str], marking: Marking | None = None
) -> Iterator[tuple[str, GraderError | None]]:
    """Write the reports that count, of these submissions; yields each when that is done, or with why it could not be.

    Raises GraderError where it is the gradebook that cannot be used.
    """
    for name in names:
        number = book.current(name)
        if number is None:
            continue
        from grader.report import html  # takes long to import, and often there is nothing to write

        report = book.report(number)
        try:
            with writing(out / name):
                html.write_report(report, out / name, marking.mark(report) if marking else None)
        except GraderError as problem:
            yield name, problem
            continue
        book.mark_written(name, number)
        yield name, None


def write_overview(book: Gradebook, out: Path, last: LastRun | None, marking: Marking | None = None) -> None:
    """Write index.html over all that counts, index.json beside it, and class.html where there are several.

    What is not of the `last` run is marked as an earlier one's; nothing is without it.
    """
    from grader.report import html
    from grader.report.class_page import Class, write_class

    now = last or LastRun()
    unwritten = {one.name for one in now.problems}
    standings = [
        one
        for one in book.standings()
        if one.submission not in unwritten or (out / one.submission / OF_SUBMISSION[0]).is_file()
    ]
    names = {one.submission for one in standings}
    seen = {*now.places, *(one.place for one in now.problems)}
    others = [
        one
        for one in book.problems()
        if one.place not in seen and one.name not in now.graded and kept.is_there(one.place)
    ]
    index = kept.Index(
        submissions={name: place for name, place in book.places().items() if name in names},
        not_graded=tuple(
            kept.NotGraded(name=one.name, path=one.place, why=one.why) for one in (*now.problems, *others)
        ),
        left_alone=tuple(map(one_line, now.left_alone)) or tuple(_left_alone(book)),
    )
    problems = [(one.name, one.why) for one in index.not_graded]
    earlier = {*names.difference(now.graded), *(one.name for one in others)} if last else set[str]()
    marks = marking.given(book.reports(names)) if marking else {}
    with writing(out / "index.html"):
        if len(standings) > 1:
            about = Class(reports=book.reports(names), marks=marks, not_graded=problems, earlier=earlier)
            write_class(about, out)
        else:
            (out / "class.html").unlink(missing_ok=True)
        html.write_index(standings, out, problems, index.left_alone, earlier, marks, book.hardness())
        kept.write_index(index, out)


def _left_alone(book: Gradebook) -> Sequence[str]:
    """What the last run to leave something alone has left."""
    return next((list(map(one_line, run.left_alone)) for run in reversed(book.runs()) if run.left_alone), [])


def render(book: Gradebook, run: int | None, to: Path, jobs: int, marking: Marking | None = None) -> int:
    """Write every report as it counts, or counted after `run`, and what is over all, into `to`; how many there are."""
    from grader.report import html

    numbers = book.counting(run)
    names = sorted(numbers)
    shares = [names[start::jobs] for start in range(jobs)]
    with ProcessPoolExecutor(jobs, get_context("fork")) as pool:
        work = [
            pool.submit(_render, book, to, {name: numbers[name] for name in share}, marking)
            for share in shares
            if share
        ]
        for part in work:
            part.result()
    if run is None:
        write_overview(book, to, None, marking)
    else:
        standings = list(map(book.standing, numbers.values()))
        with writing(to / "index.html"):
            hardness = book.hardness(list(numbers.values()))
            html.write_index(standings, to, left_alone=_left_alone(book), hardness=hardness)
    return len(numbers)


def _render(book: Gradebook, to: Path, numbers: Mapping[str, int], marking: Marking | None) -> None:
    from grader.report import html

    for name, number in numbers.items():
        with writing(to / name):
            report = book.report(number)
            html.write_report(report, to / name, marking.mark(report) if marking else None)
