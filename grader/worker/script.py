"""The script that a notebook becomes: its code cells, each under a title. Text only: intake and judge read it as well."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

CELL = re.compile(r"# (code cell [0-9]+ of .+)\n?")


def title(number: int, name: str) -> str:
    """The line above a cell."""
    return f"# code cell {number} of {name}\n"


def cells(source: str) -> Iterator[str]:
    """The code of each cell, as far down as it stands in the script; nothing of what is no notebook's."""
    lines = source.split("\n")
    starts = [number for number, line in enumerate(lines) if CELL.fullmatch(line)]
    for start, end in pairwise([*starts, len(lines)]):
        yield "\n" * start + "\n".join(lines[start:end]) + "\n"


def defines(source: str, names: Iterable[str]) -> bool:
    """Whether one of `names` is bound at the margin, by the look of a line: what follows need not be Python."""
    any_of = "|".join(map(re.escape, names))
    bound = rf"^(?:(?:async )?def|class) +(?:{any_of})\b|^(?:{any_of}) *(?::.*)?=[^=]"
    return bool(any_of) and re.search(bound, source, re.MULTILINE | re.ASCII) is not None
