"""Words for people: numbers, times, a name that was meant, and text that students can influence, made safe to look at.

Names, prints, exceptions and tracebacks may hold terminal escapes, NULs, or marks that reorder the line
they stand in. They are shown, never obeyed: every such character becomes an escape like \\x1b.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from grader.excerpt import GAP

MOST_CHARACTERS = 20_000
MOST_LISTED = 12  # names, where one is misspelt beyond recognition
LONGEST_LINE = 240  # characters of a printed line on a terminal

# Control characters but tab and newline; marks that reorder text (the attack of CVE-2021-42574); separators
# that end a line in some programs; invisible characters that serve no script; halves of surrogate pairs,
# which no UTF-8 file can hold. The joiners U+200C and U+200D stay: Persian names and emoji need them.
_UNSAFE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f"
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    r"\u2028\u2029\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
    r"\ud800-\udfff]"
)


def visible(text: str, limit: int = MOST_CHARACTERS) -> str:
    """`text` with every unsafe character as a visible escape; beyond `limit` characters head and tail, with a note."""
    if (left_out := len(text) - limit) > 0:
        head, tail = text[: limit - limit // 2], text[len(text) - limit // 2 :]
        text = f"{head}\n… cut here, {left_out:,} more characters\n{tail}"
    return _UNSAFE.sub(_escape, text.replace("\r\n", "\n"))


def one_line(text: str, limit: int = 500) -> str:
    """`visible`, on a single line: a name with a newline in it cannot fake a second line of output."""
    shown = visible(text[:limit]).replace("\n", "\\n").replace("\t", "\\t")
    return shown if len(text) <= limit else f"{shown}…"


def head_and_tail(lines: Sequence[str], head: int, tail: int) -> list[str]:
    """The first and the last of `lines`, and between them how many are left out; long lines alike.

    A note that says what the record itself has left out stays.
    """
    shown = [_ends(line) for line in lines]
    left_out = len(lines) - head - tail
    if left_out <= 0:
        return shown
    before = [line for line in lines[head : head + left_out] if GAP.fullmatch(line)][:1]
    return [*shown[:head], f"[{left_out - len(before):,} more lines left out]", *before, *shown[head + left_out :]]


def _ends(line: str) -> str:
    left_out = len(line) - LONGEST_LINE
    side = LONGEST_LINE // 2
    return line if left_out <= 0 else f"{line[:side]} [{left_out:,} more characters] {line[-side:]}"


def minute(time: str) -> str:
    """A time in ISO 8601, of which all that is stored is in UTC, as people read it."""
    return f"{time[:16].replace('T', ' ')} UTC"


def points(number: float) -> str:
    """Points as people write them: 17.5, 20."""
    return f"{number:.10g}"


def short(number: complex) -> str:
    """A number in a few characters: whole numbers in full, others to four digits, nan and inf by name."""
    if isinstance(number, (bool, int)):
        return str(number)
    if isinstance(number, complex):
        return f"{number:.3g}"
    return f"{number:.4g}"


def suggest(word: str, known: Iterable[str]) -> str:
    """ "; did you mean ...?" or what there is."""
    known = list(known)
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return (
        f"; did you mean {near[0]}?"
        if near
        else f"; there are: {', '.join(known[:MOST_LISTED])}{', ...' if len(known) > MOST_LISTED else ''}"
    )


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
