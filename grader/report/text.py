"""Text that students can influence, made safe to look at.

Names, prints, exceptions and tracebacks may hold terminal escapes, NULs, or marks that reorder the line
they stand in. They are shown, never obeyed: every such character becomes an escape like \\x1b.
"""

from __future__ import annotations

import re

MOST_CHARACTERS = 20_000

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
    """`text` with every unsafe character as a visible escape; beyond `limit` characters cut, with a note."""
    left_out = len(text) - limit
    shown = _UNSAFE.sub(_escape, text[:limit].replace("\r\n", "\n"))
    return shown if left_out <= 0 else f"{shown}\n… cut here, {left_out:,} more characters"


def one_line(text: str, limit: int = 500) -> str:
    """`visible`, on a single line: a name with a newline in it cannot fake a second line of output."""
    shown = visible(text[:limit]).replace("\n", "\\n").replace("\t", "\\t")
    return shown if len(text) <= limit else f"{shown}…"


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


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
