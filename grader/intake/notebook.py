"""NAME.ipynb becomes NAME.py where there is none: its code cells, without magics and shell lines."""

from __future__ import annotations

import re

import msgspec

from grader.intake.basket import Basket, shown, too_large

MOST_NOTEBOOK_BYTES = 16 << 20  # pictures included; decoding takes several times as much

# %matplotlib and !pip, but not a line that goes on with "% modulus" from the line before
MAGIC = re.compile(r"(\s*)(?:%{1,2}[A-Za-z_]|!)")
NO_PYTHON = re.compile(r"\s*%%(?:bash|sh|script|html|javascript|js|latex|markdown|svg|perl|ruby|writefile|cmd)\b")


class _Cell(msgspec.Struct):
    cell_type: str
    source: str | list[str] = ""

    def lines(self) -> list[str]:
        text = self.source if isinstance(self.source, str) else "".join(self.source)
        return [] if NO_PYTHON.match(text) else text.split("\n")


class _Notebook(msgspec.Struct):
    """The fields that count; the decoder passes over all others without making objects of them."""

    cells: list[_Cell]


def convert(basket: Basket) -> None:
    """Add a script for every notebook in `basket` that has none beside it."""
    for parts in sorted(parts for parts in basket.files if parts[-1].endswith(".ipynb")):
        name = parts[-1]
        script = (*parts[:-1], name.removesuffix(".ipynb") + ".py")
        if script in basket.files:
            continue
        if len(basket.files[parts]) > MOST_NOTEBOOK_BYTES:
            basket.leave_out("/".join(parts), too_large(MOST_NOTEBOOK_BYTES))
            continue
        try:
            notebook = msgspec.json.decode(basket.files[parts], type=_Notebook)
        except (msgspec.DecodeError, ValueError, RecursionError):
            basket.leave_out("/".join(parts), "it is no readable notebook")
            continue
        basket.files[script] = _script(notebook, shown(name)).encode("utf-8", "replace")
        basket.note(f"{shown(script[-1])} was made from the code cells of {shown(name)}")


def _script(notebook: _Notebook, name: str) -> str:
    """The code cells, each under a comment that tells which it was: a finding about a line names the cell."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return "".join(
        f"{line}\n"
        for number, cell in enumerate(cells, start=1)
        for line in (f"# code cell {number} of {name}", *map(_plain, cell.lines()))
    )


def _plain(line: str) -> str:
    """`line`, or something harmless at its place: the block it stands in may hold nothing else."""
    magic = MAGIC.match(line)
    return f"{magic[1]}pass" if magic else line
