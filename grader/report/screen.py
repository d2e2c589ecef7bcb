"""Where the words of a run go: a terminal, a log or a pipe.

On a terminal words are wrapped to its width and coloured; elsewhere a sentence stays on its line, to be searched
for. Text from students passes `visible`, is never read as markup and stands behind a bar, on every row that it
takes, so that a name cannot move the cursor, colour the screen or fake a line of ours.
"""

from __future__ import annotations

import io
import os
import re
import unicodedata
from collections.abc import Iterator
from typing import NoReturn, TextIO

from rich.console import Console
from rich.text import Text

from grader.report.text import visible

LEAST_WIDTH = 20
WIDE = 100  # columns for what stands side by side where the width is not known
BAR = "  | "
Span = tuple[str, str] | str  # text and its style

# '::' counts only at the start of a line, but after any blanks
COMMAND = re.compile(r"(?<![^\s|])::|##(?=\[|vso|teamcity)", re.ASCII)


class Screen:
    """Writes rows of text to a stream.

    Colours go to a terminal only, unless the environment says otherwise: NO_COLOR, FORCE_COLOR.
    """

    def __init__(self, stream: TextIO, width: int | None = None) -> None:
        """`width` is that of the terminal, else None for no wrapping, unless given."""
        without = bool(os.environ.get("NO_COLOR"))
        self._console = _Console(file=stream, markup=False, highlight=False, emoji=False, color_system=None if without else "auto")  # fmt: skip
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        self.is_terminal = stream.isatty()
        known = width or (self._console.width if self.is_terminal else None)
        self.width = max(LEAST_WIDTH, known) if known else None

    @property
    def room(self) -> int:
        """Columns behind the bar."""
        return (self.width or WIDE) - len(BAR)

    def say(self, *spans: Span, indent: str = "", theirs: bool = True) -> None:
        """A line of ours. What of it does not fit its row goes on behind a bar where it may be `theirs`."""
        self._put(indent, indent + (f"  {BAR}" if theirs else "    "), self._text(*spans))

    def quote(self, text: str, style: str = "", label: str = "") -> None:
        """The lines of `text`, each behind a bar; `label` stands before the first."""
        for number, line in enumerate(visible(text).splitlines()):
            named = (f"{label} ", "bold") if label and not number else ""
            self._put(BAR, BAR, self._text(named, (line, style)))

    def row(self, *spans: Span) -> None:
        """One line behind a bar."""
        self._put(BAR, BAR, self._text(*spans))

    def blank(self) -> None:
        self._console.print()

    def can(self, text: str) -> bool:
        """Whether the stream's encoding has these characters."""
        return self._printable(text) == text

    def _text(self, *spans: Span) -> Text:
        made = Text()
        for span in spans:
            text, style = (span, "") if isinstance(span, str) else span
            made.append(self._printable(visible(text).replace("\n", "\\n").expandtabs(4)), style)
        return made

    def _put(self, first: str, others: str, text: Text) -> None:
        lead = first
        for row in self._rows(text, len(others)):
            self._console.print(Text().append(lead, "dim").append_text(row), soft_wrap=True)
            lead = others

    def _rows(self, text: Text, indent: int) -> Iterator[Text]:
        """`text` in rows that fit, none of which can command a build server that reads them in its log."""
        width = max(LEAST_WIDTH // 2, self.width - indent) if self.width else None
        for start, stop in fold(text.plain, width) if width else [(0, len(text.plain))]:
            row = text[start:stop]
            safe = no_command(row.plain)
            if safe == row.plain:
                yield row
            else:
                yield from self._rows(Text(safe), indent)

    def _printable(self, text: str) -> str:
        """`text` with escapes for what the stream's encoding lacks: an old terminal must not end the run."""
        return text.encode(self._encoding, "backslashreplace").decode(self._encoding)


class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        """For the caller to handle: the reader's going away is no reason for another exit code."""
        raise


def wrapped(text: str, width: int) -> str:
    """`text` of a screen without a width in rows of at most `width` columns; what is broken goes on behind a bar."""
    screen = Screen(stream := io.StringIO(), width)
    for line in text.splitlines():
        if line.startswith(BAR):
            screen.row(line.removeprefix(BAR))
        else:
            screen.say(line)
    return stream.getvalue().rstrip("\n")


def no_command(line: str) -> str:
    """`line`, unable to command a build server that reads its log: GitHub's ::error::, Azure's ##vso[...]."""
    return COMMAND.sub(lambda mark: "".join(f"\\x{ord(sign):02x}" for sign in mark[0]), line)


def fold(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Where each row of `text` starts and ends: at blanks where it can, never wider than `width` columns.

    Every character counts as at least one column. Terminals differ in which they draw over the one before, and a
    row that one of them breaks would begin with a student's words.
    """
    start = 0
    while True:
        end, used, blank = start, 0, 0
        while end < len(text) and (used := used + _columns(text[end])) <= width:
            if text[end] == " " and text[start:end].strip():
                blank = end
            end += 1
        if end < len(text) and text[end] == " ":
            blank = end
        if end == len(text):
            yield start, end
            return
        stop = blank or max(end, start + 1)
        yield start, stop
        start = stop
        while blank and text[start : start + 1] == " ":
            start += 1
        if start == len(text):
            return


def _columns(sign: str) -> int:
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1
