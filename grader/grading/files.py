"""Write out what the gradebook holds: a page and a JSON record for each submission, and the index over all."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from grader.errors import GraderError, HarnessError
from grader.gradebook import Gradebook, Problem
from grader.report import html, kept
from grader.report.text import one_line

FILES = ("report.json", "report.html")


def stale(book: Gradebook, out: Path) -> list[str]:
    """Submissions whose files are not there, or show another report than the one that counts."""
    gone = (name for name in book.standing() if not all((out / name / file).is_file() for file in FILES))
    return sorted({*book.unwritten(), *gone})


def write_reports(book: Gradebook, out: Path, names: Iterable[str]) -> Iterator[tuple[str, GraderError | None]]:
    """Write the reports that count, of these submissions; yields each when that is done, or with why it could not be."""
    for name in names:
        number = book.current(name)
        if number is None:
            continue
        try:
            with writing(out / name):
                html.write_report(book.report(number), out / name)
            book.mark_written(name, number)
        except GraderError as problem:
            yield name, problem
        else:
            yield name, None


def write_index(
    book: Gradebook,
    out: Path,
    mine: Collection[str] | None = None,
    problems: Sequence[Problem] = (),
    left_alone: Sequence[str] = (),
    places: Collection[str] = (),
) -> None:
    """Write index.html over all that is known.

    `mine` are the names that the last run has graded, `problems` what it has not, `places` where all of these lie; the
    others are marked as an earlier run's. Without `mine` nothing is marked.
    """
    unwritten = {one.name for one in problems}
    standings = [
        one
        for one in book.standings()
        if one.submission not in unwritten or (out / one.submission / FILES[0]).is_file()
    ]
    names = {one.submission for one in standings}
    seen = {one.place for one in problems}
    others = [
        one
        for one, _ in book.problems()
        if one.place not in seen
        and one.place not in places
        and one.name not in (mine or ())
        and kept.is_there(one.place)
    ]
    with writing(out / "index.html"):
        html.write_index(
            standings,
            out,
            [(one.name, one.why) for one in (*problems, *others)],
            list(map(one_line, left_alone)) or _left_alone(book),
            earlier=() if mine is None else {*names.difference(mine), *(one.name for one in others)},
            hardness=book.hardness(),
        )


def _left_alone(book: Gradebook) -> Sequence[str]:
    """What the last run to leave something alone has left."""
    return next((list(map(one_line, run.left_alone)) for run in reversed(book.runs()) if run.left_alone), [])


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Around what writes `path`. Raises HarnessError, in one sentence, when the system does not let it."""
    try:
        yield
    except OSError as problem:
        advice = "make room there or move away what is in its place, then run again"
        raise HarnessError(f"{path} cannot be written: {problem.strerror}; {advice}") from None


def render(book: Gradebook, run: int | None, to: Path, jobs: int) -> int:
    """Write every report as it counts, or counted after `run`, and the index, into `to`; how many there are."""
    numbers = {name: number for name, (number, _) in book.standing(run).items()}
    names = sorted(numbers)
    shares = [names[start::jobs] for start in range(jobs)]
    with ProcessPoolExecutor(jobs, get_context("fork")) as pool:
        work = [pool.submit(_render, book, to, {name: numbers[name] for name in share}) for share in shares if share]
        for part in work:
            part.result()
    standings = list(map(book.a_standing, numbers.values()))
    with writing(to / "index.html"):
        html.write_index(standings, to, hardness=book.hardness(list(numbers.values())), left_alone=_left_alone(book))
    return len(numbers)


def _render(book: Gradebook, to: Path, numbers: Mapping[str, int]) -> None:
    for name, number in numbers.items():
        with writing(to / name):
            html.write_report(book.report(number), to / name)
