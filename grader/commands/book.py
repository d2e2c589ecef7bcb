"""Commands about the runs in a gradebook: `grader diff`, `history`, `revert` and `report`. None runs student code."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands import PASSED, course_behind, marking_of, require_writable
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.gradebook import Gradebook, Result, Run
    from grader.gradebook.compare import Change
    from grader.policy.marking import Marking


def diff(arguments: argparse.Namespace) -> int:
    from grader.gradebook.compare import changes
    from grader.report.terminal import print_lines

    book = _book(arguments.out)
    runs: list[int] = arguments.runs
    if len(runs) > 2:
        raise UsageError(f"grader diff compares two runs, and these are {len(runs)}")
    counting = [run.id for run in book.runs() if run.state != "reverted"]
    if not runs and len(counting) < 2:
        raise UsageError(f"{book.file} holds fewer than two runs that count: there is nothing to compare")
    before = book.run(runs[0] if runs else counting[-2])
    after = book.run(runs[1]) if len(runs) > 1 else None
    names = _called(before), _called(after or book.run(counting[-1]))
    found = changes(book, before.id, after.id if after else None)
    if arguments.html is not None:
        from grader.report.diff_page import write_diff

        print(write_diff(*names, list(found), arguments.html, arguments.out))
        return PASSED
    print_lines([f"From {names[0]} to {names[1]}"])
    up = down = same = 0
    for change in found:
        print_lines(_told(change))
        up, down, same = up + (change.gained > 0), down + (change.gained < 0), same + (change.gained == 0)
    print(f"Marks went up: {up}. Went down: {down}. Other findings or other points for the same mark: {same}.")
    return PASSED


def history(arguments: argparse.Namespace) -> int:
    from grader.report.terminal import print_lines
    from grader.words import points

    book = _book(arguments.out)
    if arguments.name is None:
        print_lines(f"{_called(run)}{_state(run)}" for run in book.runs())
        return PASSED
    rows = book.history(arguments.name)
    if not rows:
        raise UsageError(
            f"{book.file} knows no submission {arguments.name!r}: its name is that of its folder in {arguments.out}"
        )
    lines = []
    for run, standing, why, reused in rows:
        if standing is None:
            told = f"not graded: {why}" if why else "not graded yet"
        else:
            told = f"{points(standing.score)}/{points(standing.max_score)}{', not asked again' if reused else ''}"
            told += f"; {standing.leading}: {standing.told}" if standing.leading else ""
        lines.append(f"{_called(run)}: {told}{_state(run)}")
    print_lines(lines)
    return PASSED


def revert(arguments: argparse.Namespace) -> int:
    from grader.grading.files import stale, write_overview, write_reports

    book = _book(arguments.out)
    run = book.run(arguments.run)
    if (run.state == "reverted") != arguments.undo:
        told = (
            "counts: leave --undo out to revert it" if arguments.undo else "is reverted already: --undo brings it back"
        )
        raise UsageError(f"run {run.id} {told}")
    with book.alone():
        (book.restore if arguments.undo else book.revert)(run.id)
        written = 0
        marking = _marking(arguments, book, strict=False)
        for _, problem in write_reports(book, arguments.out, stale(book, arguments.out), marking):
            if problem is not None:
                raise problem
            written += 1
        write_overview(book, arguments.out, None, marking)
    print(
        f"Run {run.id} {'counts again' if arguments.undo else 'does not count any more'}: {written} reports are written anew"
    )
    if not arguments.undo and (later := book.standing_on(run.id)):
        told = f"Later runs that stand on its results still count: {', '.join(map(str, later))}"
        print(f"{told}; revert these too to be rid of what it has found")
    return PASSED


def report(arguments: argparse.Namespace) -> int:
    from grader.grading.files import render

    book = _book(arguments.out)
    to: Path = arguments.to or arguments.out
    if arguments.run is not None and arguments.to is None:
        raise UsageError("--to is missing: name the folder for the reports of an earlier run, beside those that count")
    run = book.run(arguments.run).id if arguments.run is not None else None
    require_writable(to)
    count = render(book, run, to, arguments.jobs, _marking(arguments, book))
    print(f"{count} reports: {to / 'index.html'}")
    return PASSED


def _book(out: Path) -> Gradebook:
    from grader.gradebook import Gradebook

    book = Gradebook(out)
    if not book.exists:
        raise UsageError(f"{out} holds no gradebook: name the folder that grader run --out wrote, with --out")
    return book


def _marking(arguments: argparse.Namespace, book: Gradebook, strict: bool = True) -> Marking | None:
    places = book.places()
    return marking_of(arguments, course_behind(arguments, arguments.out), places, places, strict=strict)


def _called(run: Run) -> str:
    from grader.words import minute

    return f"run {run.id} of {minute(run.started)}{f' ({run.note})' if run.note else ''}"


def _state(run: Run) -> str:
    return {"open": ", not ended", "reverted": ", reverted", "done": ""}[run.state]


def _told(change: Change) -> Iterator[str]:
    from grader.words import points

    scores = [f"{points(one[0])}/{points(one[1])}" if one else "no report" for one in (change.before, change.after)]
    yield f"{change.submission}: {' -> '.join(scores) if change.of_marks else scores[0]}"
    for check in change.checks:
        yield f"  {check.name}: {_outcome(check.before)} -> {_outcome(check.after)}"
        was, now = (one.told if one else None for one in (check.before, check.after))
        if was != now:
            yield from (f"    {word}: {told}" for word, told in (("was", was), ("is", now)) if told)
        yield f"    why: {check.why}"


def _outcome(result: Result | None) -> str:
    from grader.words import points

    return f"{result.outcome} {points(result.earned)}/{points(result.points)}" if result else "nothing"
