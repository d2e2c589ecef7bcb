"""How far a run has come, on standard error: a bar on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from grader.words import one_line

MOST_LINES = 20  # in a log, of a run whose steps have no names; a line each for so few that have
SECONDS = 5.0  # between two lines about many
SLOW_SECONDS = 5.0  # that a submission takes to be named as the slowest
MOST_NAME = 30  # characters of its name


class Progress:
    """A context manager whose value is called after each of `total` steps, with the step's name where it has one.

    A log gets a line for every step that has a name, or every few seconds where these are many, and some lines in all
    where they have none; nothing where there is a single step, for the summary follows at once.
    """

    def __init__(self, total: int, quiet: bool = False) -> None:
        self._total, self._done, self._quiet = total, 0, quiet
        self._slowest = 0.0, ""
        self._open = ExitStack()
        self._started = self._last = time.monotonic()

    def __enter__(self) -> Callable[..., None]:
        if self._quiet:
            return lambda name="", seconds=0.0: None
        if not sys.stderr.isatty():
            return self._log
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn("grading"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[pace]}"),
        )
        bar = self._open.enter_context(Progress(*columns, console=Console(stderr=True), transient=True))
        task = bar.add_task("grading", total=self._total, pace="")

        def advance(name: str = "", seconds: float = 0.0) -> None:
            self._note(name, seconds)
            bar.update(task, advance=1, pace=self._pace())

        return advance

    def __exit__(self, *_: Any) -> None:
        self._open.close()

    def _note(self, name: str, seconds: float) -> None:
        self._done += 1
        self._slowest = max(self._slowest, (seconds, name))

    def _log(self, name: str = "", seconds: float = 0.0) -> None:
        from grader.report.screen import Screen

        self._note(name, seconds)
        if self._total > 1 and self._is_due(name):
            about = f": {one_line(name)}" if name else ""
            pace = f", {self._pace()}" if self._total > MOST_LINES and name else ""
            try:
                Screen(sys.stderr).say(f"graded {self._done} of {self._total}{pace}{about}")
            except BrokenPipeError:  # nobody reads on: no reason to grade no further
                self._total = 0

    def _is_due(self, name: str) -> bool:
        if not name:
            return self._done % max(1, self._total // MOST_LINES) == 0
        now = time.monotonic()
        if self._total > MOST_LINES and now - self._last < SECONDS and self._done < self._total:
            return False
        self._last = now
        return True

    def _pace(self) -> str:
        """How many a minute, for how long still, and which took longest."""
        seconds = max(time.monotonic() - self._started, 1e-9)
        minutes, left = divmod(round(seconds / self._done * (self._total - self._done)), 60)
        hours, minutes = divmod(minutes, 60)
        pace = f"{60 * self._done / seconds:.3g} a minute, {hours}:{minutes:02}:{left:02} left"
        longest, name = self._slowest
        return f"{pace}, slowest {one_line(name, MOST_NAME)} with {longest:.1f} s" if longest >= SLOW_SECONDS else pace
