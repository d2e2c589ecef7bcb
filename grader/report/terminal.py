"""The summary at the end of a run: a line a submission; for a single one a scoreboard and what to do next."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from grader.alike import twins
from grader.policy.marks import Mark
from grader.records import Standing, SubmissionReport
from grader.report.findings import leading, tell_exercise, tell_missing
from grader.report.scoreboard import Scoreboard
from grader.report.screen import Screen
from grader.words import one_line, points

Problems = Sequence[tuple[str, str]]


def print_summary(
    standings: Sequence[Standing],
    problems: Problems,
    out: Path,
    stream: TextIO | None = None,
    *,
    quiet: bool = False,
    source: Path | None = None,
    report: SubmissionReport | None = None,
    marks: Mapping[str, Mark] | None = None,
) -> None:
    """Print how every submission did, and for a single one what failed and what to do next.

    `problems` are submissions that could not be graded, each with a sentence that says why; `out` is the
    folder of the reports. `stream` is standard output unless given. Where `quiet`, a line a submission and no more.
    `source` is where a single one lies, `report` all that is known about it; `marks` are by name.
    """
    screen = Screen(stream or sys.stdout)
    board = Scoreboard(standings, screen, with_bar=screen.is_terminal)
    for one in standings:
        mark = (marks or {}).get(one.submission)
        after = f"  mark {points(mark.score)}/{points(mark.max_score)}" if mark else ""
        board.say(one, after if screen.is_terminal else f"{after}  {_page(one.submission, out)}")
        if report is None and not quiet:
            _tell_first(one, screen)
    if report is not None and not quiet:
        _tell_all(report, screen)
        _tell_mark((marks or {}).get(report.submission), screen)
    for name, sentence in problems:
        screen.say((one_line(name), "bold"), f"  not graded: {one_line(sentence)}")
    if quiet:
        return
    for sentence in twins(standings):
        screen.say(f"Noted: {one_line(sentence, 1000)}")
    if report is not None:
        _what_next(report, out, source, screen)
    elif standings:
        flawless = sum(one.flawless for one in standings)
        screen.say(f"Graded: {len(standings)}, of which {flawless} passed every check. Not graded: {len(problems)}.")
        screen.say(f"All reports: {one_line(str(out / 'index.html'))}")
    for seed in dict.fromkeys(one.seed for one in standings):
        screen.say((f"Seed: {seed} (the same is asked again with --seed {seed})", "dim"), theirs=False)


def print_lines(lines: Iterable[str]) -> None:
    """Print texts with what students wrote in them: none of their lines passes for one of ours."""
    screen = Screen(sys.stdout)
    for text in lines:
        screen.quote(text)


def _tell_first(one: Standing, screen: Screen) -> None:
    """The first check that failed, in a few words."""
    if one.leading:
        screen.say((one_line(one.leading), "red"), f": {one_line(one.told)}", indent="    ")


def _tell_all(report: SubmissionReport, screen: Screen) -> None:
    """A line an exercise, then everything that failed."""
    board = Scoreboard(report.exercises, screen, indent="  ")
    for exercise in report.exercises:
        board.say(exercise)
    missing = [exercise for exercise in report.exercises if exercise.missing]
    for exercise in report.exercises:
        if not exercise.missing or len(missing) == 1:
            tell_exercise(exercise, screen)
    if len(missing) > 1:
        tell_missing(missing, screen)
    screen.blank()


def _tell_mark(mark: Mark | None, screen: Screen) -> None:
    """How it comes about, and what is not settled."""
    for line in mark.lines if mark and len(mark.lines) > 1 else ():
        screen.say(f"{points(line.points):>8}  {one_line(line.text, 1000)}")
    if mark and len(mark.lines) > 1:
        screen.say((f"{points(mark.score):>8}  is the mark, of {points(mark.max_score)}", "bold"), theirs=False)
        screen.blank()
    for doubt in mark.doubts if mark else ():
        screen.say(f"To settle: {doubt}", theirs=False)


def _what_next(report: SubmissionReport, out: Path, source: Path | None, screen: Screen) -> None:
    """Where to start, and how to see it again."""
    for check in leading(report)[:1]:
        screen.say("Start with ", (one_line(check.id), "bold"), ", then run the grader again.", theirs=False)
        if source is not None and check.finding and check.finding.reproduce:
            words = ["grader", "replay", str(out / report.submission / "report.json"), check.id]
            words += ["--submission", str(source)]
            screen.say(f"Its example: {one_line(shlex.join(words), 1000)}")
    screen.say(f"Report: {_page(report.submission, out)}")


def _page(submission: str, out: Path) -> str:
    return one_line(str(out / submission / "report.html"))
