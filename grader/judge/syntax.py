"""Files that are no Python of the version that grades."""

from __future__ import annotations

import re
import sys

from grader.judge.crash import Crash

NEWER = (  # since when, what the line or the message holds, and what that is
    (
        (3, 12),
        r"""[fF][rR]?("[^"{]*\{[^{}"]*"[^"{}]*"[^{}]*\}|'[^'{]*\{[^{}']*'[^'{}]*'[^{}]*\})""",
        "the same quotes inside of an f-string's braces (use ' inside of \")",
    ),
    ((3, 12), r"f-string expression part cannot include", "a backslash or # inside of an f-string's braces"),
    ((3, 12), r"^\s*type\s+\w+(\[[^\]]*\])?\s*=", "type NAME = ..."),
    ((3, 12), r"^\s*(async\s+)?(def|class)\s+\w+\s*\[", "def NAME[T](...)"),
    ((3, 14), r"""(^|[^\w])[tT][rR]?["']""", "a t-string"),
    ((3, 14), r"^\s*except\s+\w+\s*,\s*\w+(\s*,\s*\w+)*\s*:", "except A, B: without round brackets"),
)
SYNTAX = "SyntaxError IndentationError TabError"
OLD_PYTHON = "This is Python 2; in Python 3 it is written"
UTF8 = "Save the file as UTF-8."


def newer(crash: Crash) -> str:
    """Syntax of a later Python than the one that grades, by the line it stands in."""
    line = _syntax_line(crash)
    for version, pattern, what in NEWER:
        if sys.version_info < version and (re.search(pattern, line) or re.search(pattern, crash.raised.message)):
            here = f"{sys.version_info.major}.{sys.version_info.minor}"
            needs = ".".join(map(str, version))
            return f"This grader runs Python {here}; {what} needs {needs}."
    return ""


def _syntax_line(crash: Crash) -> str:
    lines = [line for line in crash.raised.traceback.splitlines() if line.strip() and set(line.strip()) != {"^"}]
    if lines and not lines[-1].lstrip().startswith('File "'):
        return lines[-1].strip()
    number = crash.raised.line or 0
    return crash.source.lines[number - 1] if 0 < number <= len(crash.source.lines) and not crash.raised.file else ""


def magic(crash: Crash) -> str:
    line = _syntax_line(crash)
    if re.match(r"\s*(%|!|\?)", line):
        return "A line that begins with % or ! is a command of notebooks, no Python: take it away."
    return ""
