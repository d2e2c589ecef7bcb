"""NAME.ipynb becomes NAME.py where there is none: its code cells, without magics, shell lines and calls for help."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from grader.intake.basket import Basket, shown, too_large

MOST_NOTEBOOK_BYTES = 16 << 20  # pictures included; decoding takes several times as much
MOST_CELLS = 2000  # of code
MOST_CODE = 1 << 20  # characters of code in all notebooks of an upload: no course asks for a hundredth of that

# %matplotlib, !pip, ?name and name??, but not a line that goes on with "% modulus" or "!= 1" from the line before
MAGIC = re.compile(r"(\s*)(?:%{1,2}[A-Za-z_]|!(?!=)|\?|[\w.*\[\]-]+\?{1,2}\s*$)")
# files = !ls, and y = %time f(x), of which f(x) is kept
ASSIGNED = re.compile(r"(\s*[A-Za-z_][\w.,*\[\] \t]*=\s*)(?:%time\s+(\S.*)|%[A-Za-z_]|!)")
QUOTES = re.compile("""[#"'\\\\]""")
NO_PYTHON = re.compile(r"\s*%%(?:bash|sh|script|html|javascript|js|latex|markdown|svg|perl|ruby|writefile|cmd)\b")


class _Cell(msgspec.Struct):
    cell_type: str
    source: str | list[str] = ""

    def __len__(self) -> int:
        """Characters, and at least one for each piece of text."""
        return len(self.source) if isinstance(self.source, str) else sum(max(1, len(line)) for line in self.source)

    def lines(self) -> list[str]:
        text = self.source if isinstance(self.source, str) else "".join(self.source)
        return [] if NO_PYTHON.match(text) else text.split("\n")


class _Notebook(msgspec.Struct):
    """The fields that count; the decoder passes over all others without making objects of them."""

    cells: list[_Cell]


def convert(basket: Basket) -> None:
    """Add a script for every notebook in `basket` that has none beside it, within limits of size and number."""
    room = MOST_CODE
    for parts in sorted(parts for parts in basket.files if parts[-1].endswith(".ipynb")):
        name = parts[-1]
        script = (*parts[:-1], name.removesuffix(".ipynb") + ".py")
        if script in basket.files:
            continue
        if any(other[: len(script)] == script for other in basket.files):
            basket.leave_out("/".join(parts), f"there is a folder {shown(script[-1])}")
            continue
        if len(basket.files[parts]) > MOST_NOTEBOOK_BYTES:
            basket.leave_out("/".join(parts), too_large(MOST_NOTEBOOK_BYTES))
            continue
        try:
            notebook = msgspec.json.decode(basket.files[parts], type=_Notebook)
        except (msgspec.DecodeError, ValueError, RecursionError):
            basket.leave_out("/".join(parts), "it is no readable notebook")
            continue
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        if len(cells) > MOST_CELLS:
            basket.leave_out("/".join(parts), f"it has more than {MOST_CELLS:,} cells of code")
            continue
        size = sum(map(len, cells))
        if size > room:
            basket.leave_out("/".join(parts), f"with it the notebooks hold more than {MOST_CODE >> 20} MiB of code")
            continue
        room -= size
        basket.add(script, _script(cells, shown(name)).encode("utf-8", "replace"))
        basket.note(f"{shown(script[-1])} was made from the code cells of {shown(name)}")


def _script(cells: list[_Cell], name: str) -> str:
    """The code cells, each under a comment that tells which it was: a finding about a line names the cell."""
    return "".join(
        f"{line}\n"
        for number, cell in enumerate(cells, start=1)
        for line in (f"# code cell {number} of {name}", *_plain(cell.lines()))
    )


def _plain(lines: list[str]) -> Iterator[str]:
    """The lines of a cell, with plain Python at the place of what only notebooks understand."""
    quotes = ""  # of the string that the line starts in
    for line in lines:
        plain = line if quotes else _without_magic(line)
        yield plain
        quotes = _left_open(plain, quotes)


def _without_magic(line: str) -> str:
    """`line`, or something harmless at its place: the block it stands in may hold nothing else."""
    if magic := MAGIC.match(line):
        return f"{magic[1]}pass"
    assigned = ASSIGNED.match(line)
    return assigned[1] + (assigned[2] or "[]") if assigned else line


def _left_open(line: str, quotes: str) -> str:
    """The triple quotes of a string that does not end in `line`, which begins inside of such a string or of none ("")."""
    at = 0
    while found := QUOTES.search(line, at):
        at, char = found.end(), found[0]
        if char == "\\":
            at += 1
        elif quotes:
            if line.startswith(quotes, found.start()):
                at, quotes = found.start() + len(quotes), ""
        elif char == "#":
            break
        else:
            quotes = 3 * char if line.startswith(3 * char, found.start()) else char
            at = found.start() + len(quotes)
    return quotes if len(quotes) == 3 else ""
