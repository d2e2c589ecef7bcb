"""How far a run has come, on standard error: a bar on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from grader.report.text import one_line

MOST_LINES = 20  # in a log, of a run whose steps have no names


class Progress:
    """A context manager whose value is called after each of `total` steps, with the step's name where it has one.

    A log gets a line for every step that has a name, and some lines in all where they have none; nothing where
    there is a single step, for the summary follows at once.
    """

    def __init__(self, total: int, quiet: bool = False) -> None:
        self._total, self._done, self._quiet = total, 0, quiet
        self._open = ExitStack()

    def __enter__(self) -> Callable[..., None]:
        if self._quiet:
            return lambda name="": None
        if not sys.stderr.isatty():
            return self._log
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        bar = self._open.enter_context(Progress(*columns, console=Console(stderr=True), transient=True))
        task = bar.add_task("grading", total=self._total)
        return lambda name="": bar.advance(task)

    def __exit__(self, *_: Any) -> None:
        self._open.close()

    def _log(self, name: str = "") -> None:
        from grader.report.screen import Screen

        self._done += 1
        every = 1 if name else max(1, self._total // MOST_LINES)
        if self._total > 1 and self._done % every == 0:
            about = f": {one_line(name)}" if name else ""
            try:
                Screen(sys.stderr).say(f"graded {self._done} of {self._total}{about}")
            except BrokenPipeError:  # nobody reads on: no reason to grade no further
                self._total = 0
