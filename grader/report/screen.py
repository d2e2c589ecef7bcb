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

from grader.words import visible

LEAST_WIDTH = 20
WIDE = 80  # columns for what stands side by side where the width is not known
BAR = "  | "
Span = tuple[str, str] | str  # text and its style

# what commands a build server that reads it in its log: GitHub's ::error::, Azure's ##vso[...]
AT_START = re.compile(r"^([\s|]*)::", re.ASCII)
_COLONS = re.compile(r" *::")
ANYWHERE = re.compile(r"##(?=\[|vso|teamcity)", re.ASCII)


class Screen:
    """Writes rows of text to a stream.

    Colours go to a terminal only, unless the environment says otherwise: NO_COLOR, FORCE_COLOR.
    """

    def __init__(self, stream: TextIO, width: int | None = None, colour: bool = True) -> None:
        """`width` is that of the terminal, else None for no wrapping, unless given."""
        without = bool(os.environ.get("NO_COLOR")) or not colour
        self._console = _Console(
            file=stream, markup=False, highlight=False, emoji=False, color_system=None if without else "auto"
        )
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
        for row in self._rows(text, len(first), len(others)):
            self._console.print(Text().append(lead, "dim" if lead.strip() else "").append_text(row), soft_wrap=True)
            lead = others

    def _rows(self, text: Text, first: int, others: int) -> Iterator[Text]:
        """`text` in rows that fit beside leads of these lengths, none of which can command a build server."""
        if self.width is None:
            yield text if (safe := no_command(text.plain)) == text.plain else Text(safe)
            return
        for start, stop in fold(text.plain, self.width - first, self.width - others):
            row = text[start:stop]
            safe = no_command(row.plain)
            if safe == row.plain:
                yield row
            else:
                yield from self._rows(Text(safe), first, others)
            first = others

    def _printable(self, text: str) -> str:
        """`text` with escapes for what the stream's encoding lacks: an old terminal must not end the run."""
        return text.encode(self._encoding, "backslashreplace").decode(self._encoding)


class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        """For the caller to handle: the reader's going away is no reason for another exit code."""
        raise


def wrapped(text: str, width: int) -> str:
    """`text` of a screen without a width in rows of at most `width` columns; what is broken goes on behind a bar."""
    screen = Screen(stream := io.StringIO(), width, colour=False)
    for line in text.splitlines():
        lead = BAR if line.startswith(BAR) else ""
        screen._put(lead, BAR, screen._text(line.removeprefix(lead)))
    return stream.getvalue().rstrip("\n")


def no_command(line: str) -> str:
    """`line`, unable to command a build server."""
    return ANYWHERE.sub(r"\\x23\\x23", AT_START.sub(r"\1\\x3a\\x3a", line))


def fold(text: str, width: int, others: int) -> Iterator[tuple[int, int]]:
    """Where each row of `text` starts and ends: at blanks where it can, the first never wider than `width` columns.

    Every character counts as at least one column. Terminals differ in which they draw over the one before, and a
    row that one of them breaks would begin with a student's words.
    """
    start = 0
    while True:
        end, used, blank = start, 0, 0
        while end < len(text) and (used := used + _columns(text[end])) <= width:
            if text[end] == " " and _may_break(text, start, end):
                blank = end
            end += 1
        if end == len(text):
            yield start, end
            return
        if text[end] == " " and _may_break(text, start, end):
            blank = end
        stop = blank or max(end, start + 1)
        yield start, start + len(text[start:stop].rstrip(" ")) if blank else stop
        start, width = stop, others
        while blank and text[start : start + 1] == " ":
            start += 1
        if start == len(text):
            return


def _may_break(text: str, start: int, blank: int) -> bool:
    """Not within the indentation, and not before X[::2], which would look like a command there."""
    return bool(text[start:blank].strip()) and not _COLONS.match(text, blank)


def _columns(sign: str) -> int:
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1
