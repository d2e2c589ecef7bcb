"""NAME.ipynb becomes NAME.py where there is none: its code cells, as `cells` reads them.

A cell that begins with %%writefile NAME.py becomes that file; a script that Colab has exported loses its lines with !.
A notebook of another name than the exercises' serves for each of them that was not handed in and whose names it defines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

import msgspec

from grader.intake import cells
from grader.intake.basket import Basket, Parts, shown, too_large
from grader.worker.script import defines, is_of_colab, title

MOST_NOTEBOOK_BYTES = 16 << 20  # pictures included; decoding takes several times as much
MOST_CELLS = 2000  # of code
MOST_CODE = 1 << 20  # characters of code in all notebooks of an upload: no course asks for a hundredth of that
COMMAND = re.compile(r"([ \t]*)(?:(\w+)[ \t]*=[ \t]*)?!")
NO_NUMBER = re.compile(rb"([:\[,]\s*)(?:NaN|-?Infinity)(?=\s*[,\]}])")  # Python writes them into the outputs of plots


class _Language(msgspec.Struct, rename="camel"):
    language_id: str = "python"


class _Metadata(msgspec.Struct):
    vscode: _Language | None = None  # its notebooks may hold cells in other languages


class _Cell(msgspec.Struct):
    cell_type: str
    source: str | list[str] = ""
    input: str | list[str] = ""  # its source in formats 2 and 3
    language: str = "python"
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)

    def is_code(self) -> bool:
        other = self.metadata.vscode is not None and self.metadata.vscode.language_id != "python"
        return self.cell_type == "code" and self.language == "python" and not other

    def __len__(self) -> int:
        """Characters, and at least one for each piece of text."""
        source = self.source or self.input
        return len(source) if isinstance(source, str) else sum(max(1, len(line)) for line in source)

    def text(self) -> str:
        if isinstance(self.source, list):
            self.source = "".join(self.source)
        if isinstance(self.input, list):  # format 2 leaves the ends of lines out
            self.input = "".join(line if line.endswith("\n") else f"{line}\n" for line in self.input)
        return (self.source or self.input).replace("\r\n", "\n").replace("\r", "\n")


class _Sheet(msgspec.Struct):
    cells: list[_Cell] = []


class _Notebook(msgspec.Struct):
    """The fields that count; the decoder passes over all others without making objects of them."""

    cells: list[_Cell] | None = None
    worksheets: list[_Sheet] | None = None  # formats 2 and 3: Jupyter shows all their cells as one notebook's

    def code(self) -> list[_Cell] | None:
        """Its cells of code; None when it is no notebook."""
        if self.cells is None and self.worksheets is None:
            return None
        sheets = (sheet.cells for sheet in self.worksheets or ())
        return [cell for listed in (self.cells or (), *sheets) for cell in listed if cell.is_code()]


def convert(basket: Basket, wanted: Mapping[str, Collection[str]] | None = None) -> None:
    """Add a script for every notebook in `basket` that has none beside it, within limits of size and number.

    wanted: the exercises' files, and the names that each must define.
    """
    room, reader = MOST_CODE, cells.Reader()
    made: dict[Parts, bytes] = {}
    for parts, data in basket.files.items():
        if parts[-1].endswith(".py") and is_of_colab(text := data.decode("utf-8-sig", "replace")):
            basket.files[parts] = _without_commands(text.replace("\r\n", "\n")).encode("utf-8", "replace")
    for parts in sorted(parts for parts in basket.files if parts[-1].endswith(".ipynb")):
        name = parts[-1]
        script = (*parts[:-1], name.removesuffix(".ipynb") + ".py")
        if script in basket.files:
            continue
        if any(other[: len(script)] == script for other in basket.files):
            basket.leave_out("/".join(parts), f"there is a folder {shown(script[-1])}")
            continue
        code = _code(basket.files[parts], room)
        if isinstance(code, str):
            basket.leave_out("/".join(parts), code)
            continue
        room -= sum(map(len, code))
        texts = [cell.text() for cell in code]
        _write_files(basket, parts, texts)
        if script not in basket.files:  # it may have written that itself
            made[parts] = _script(reader.as_python(texts), shown(name)).encode("utf-8", "replace")
            basket.add(script, made[parts])
            basket.note(f"{shown(script[-1])} was made from the code cells of {shown(name)}")
    _serve(basket, made, wanted or {})


def _without_commands(text: str) -> str:
    """What Colab has exported, with `pass` in the place of its lines with !; it makes comments of all other magics."""
    lines, in_text, goes_on = text.split("\n"), False, False
    for number, line in enumerate(lines):
        found = None if in_text or goes_on else COMMAND.match(line)
        if found or goes_on:
            lines[number] = found[1] + (f"{found[2]} = []" if found[2] else "pass") if found else ""
            goes_on = line.endswith("\\")
        elif line.count('"""') % 2 == 1:  # what was Markdown
            in_text = not in_text
    return "\n".join(lines)


def _code(data: bytes, room: int) -> list[_Cell] | str:
    """The cells of code of a notebook, at most `room` characters; otherwise why not, in words."""
    if len(data) > MOST_NOTEBOOK_BYTES:
        return too_large(MOST_NOTEBOOK_BYTES)
    code = _read(data)
    if code is None:
        return "it is no readable notebook"
    if len(code) > MOST_CELLS:
        return f"it has more than {MOST_CELLS:,} cells of code"
    if sum(map(len, code)) > room:
        return f"with it the notebooks hold more than {MOST_CODE >> 20} MiB of code"
    return code


def _read(data: bytes) -> list[_Cell] | None:
    """The cells of code; None when this is no notebook."""
    for text in (data, NO_NUMBER.sub(rb"\1null", data.removeprefix(b"\xef\xbb\xbf"))):
        try:
            return msgspec.json.decode(text, type=_Notebook).code()
        except (msgspec.DecodeError, ValueError, RecursionError):
            continue
    return None


def _write_files(basket: Basket, notebook: Parts, texts: list[str]) -> None:
    """Put what %%writefile cells hold into the basket, as if it were handed in, unless it is; take it out of `texts`."""
    written: dict[Parts, bytes] = {}
    for number, text in enumerate(texts, start=1):
        found = cells.written_file(text)
        if found is None:
            continue
        name, content, more = found
        texts[number - 1] = "pass\n"
        # of another computer's folders the last part is what counts: the notebook imports it from where it works
        place = name.rpartition("/")[2] if name.startswith(("/", "~", "$", "{")) else name
        parts = basket.wanted("/".join((*notebook[:-1], place)))
        if parts is None or parts in basket.files:
            continue
        if parts[-1].endswith(".py"):
            above = text[: len(text) - len(content)].count("\n")
            content = "".join((title(number, shown(notebook[-1])), "#\n" * above, content, "\n"))
        written[parts] = (written.get(parts, b"") if more else b"") + content.encode("utf-8", "replace")
        basket.note(f"{shown('/'.join(parts))} was written by code cell {number} of {shown(notebook[-1])}")
    for parts, data in written.items():
        basket.add(parts, data)


def _script(texts: Iterable[str], name: str) -> str:
    """The code cells, each under a comment that tells which it was: a finding about a line names the cell."""
    return "".join(
        f"{title(number, name)}{text}" + ("" if text.endswith("\n") else "\n")
        for number, text in enumerate(texts, start=1)
    )


def _serve(basket: Basket, made: Mapping[Parts, bytes], wanted: Mapping[str, Collection[str]]) -> None:
    """Let a notebook's script stand for the exercises that are missing, where it is the only one with their names.

    Of these only those tell that no other exercise asks for.
    """
    asked = Counter(name for names in wanted.values() for name in names)
    for file, names in wanted.items():
        if (file,) in basket.files:
            continue
        own = [name for name in names if asked[name] == 1]
        holders = [parts for parts, script in made.items() if defines(script.decode("utf-8"), own)]
        notebooks = [shown("/".join(parts)) for parts in holders]
        if len(holders) == 1:
            basket.add((file,), made[holders[0]])
            there = [name for name in own if defines(made[holders[0]].decode("utf-8"), [name])]
            basket.note(f"{notebooks[0]} counts as {file}, for it defines {' and '.join(there)}")
        elif holders:
            basket.note(
                f"{', '.join(notebooks)} define what belongs into {file}: none of them counts; "
                f"hand in the right one as {file.removesuffix('.py')}.ipynb"
            )
