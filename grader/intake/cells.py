"""The code cells of a notebook as Python, line for line: what IPython makes of magics, shell lines and calls for help.

IPython's own transformer does it, on text alone. What its magics mean is known where they are run, by the worker's
`shell`; those that run code are resolved here, so that this code stands in the script where the student wrote it.

This runs in the grader's own process, on text that nobody has looked at. It can: nothing is parsed or compiled, IPython
only splits lines into tokens. What takes long there is bounded beforehand, by numbers and not by a clock, so that the
same notebook always ends in the same way: every special line costs another look at its whole cell, and a call for help
costs the square of its line's length.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Container, Sequence
from functools import cache
from typing import Any

from grader.worker import magics

MOST_WORK = 1 << 20  # characters that IPython looks at again and again, in all cells of an upload
LONG_WORD = re.compile(r"[\w.*]{500}")

# a line that may be other than Python; a cell without any is left as it is
SPECIAL = re.compile(r"^[ \t\f]*[%!?,;/]|^.*=[ \t\f]*[%!]|\?(?=[ \t\f]*$)", re.MULTILINE)
PROMPT = re.compile(r"^[ \t]*(?:>>>|\.\.\.|In \[|\[nav\] |\[ins\] )", re.MULTILINE)
WRITTEN = re.compile(r"\s*%%(?:writefile|file)[ \t]+(?P<more>-a[ \t]+|--append[ \t]+)?(?P<name>\S.*)\n?")
CALL = re.compile(r"get_ipython\(\)\.run_line_magic\((.*)\)\n?")
WORD = re.compile(r"(\s*)([A-Za-z_]\w*)(?:[ \t]+([^=,\s].*)|[ \t]*)\n?")
AUTOMATIC = frozenset(  # magics that need no % where they are a cell's only line
    """alias autoreload cat cd clear conda config cp env hist history ldir less lf lk ll load load_ext ls lsmagic lx
    mamba man matplotlib micromamba mkdir more mv notebook page pdb pinfo pip precision prun pwd pylab quickref reload_ext
    reset rm rmdir run set_env sx system time timeit uv who who_ls whos xmode""".split()  # noqa: SIM905 - a page of quotes
)
BOUND = re.compile(r"(?:\b(?:import|as|def|class|for)|,)\s+(\w+)|\b(\w+)[ \t]*=(?!=)")


def written_file(cell: str) -> tuple[str, str, bool] | None:
    """The name, the text and whether it is to be appended, where `cell` is there to write a file."""
    found = WRITTEN.match(cell)
    if not found:
        return None
    name = found["name"].strip()
    return (
        (name[1:-1] if name[:1] == name[-1:] and name[:1] in "\"'" else name),
        cell[found.end() :],
        bool(found["more"]),
    )


class Reader:
    """Reads the notebooks of one upload."""

    def __init__(self) -> None:
        self._room = MOST_WORK

    def as_python(self, cells: Sequence[str]) -> list[str]:
        """Each of the cells with plain Python in it, line by line as in the notebook.

        One that would keep IPython busy for too long stays as it is.
        """
        plain = []
        for cell in cells:
            work = _work(cell)
            if 0 < work <= self._room:
                self._room -= work
                cell = _transformed(cell)
            plain.append(cell)
        alone = [number for number, cell in enumerate(plain) if "\n" not in cell.rstrip("\n") and _automagic(cell)]
        bound = {name for cell in cells for pair in BOUND.findall(cell) for name in pair} if alone else set()
        for number in alone:
            plain[number] = _automagic(plain[number], bound) or plain[number]
        return plain


def _work(cell: str) -> int:
    """How many characters IPython would look at, at most: none in plain Python, more than anybody has in too long a word."""
    special = [line[0] for line in SPECIAL.finditer(cell)]
    if any(line.endswith("?") for line in special) and LONG_WORD.search(cell):
        return MOST_WORK + 1
    changes = bool(special) or (cell[:1].isspace() and not cell.isspace()) or PROMPT.search(cell)
    return len(cell) * (len(special) + 1) if changes else 0


def _transformed(cell: str) -> str:
    """What IPython makes of it; the cell itself, which is then an error of its own, where IPython gives up."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return str(_transformer().transform_cell(cell))
    except (SyntaxError, RuntimeError, ValueError, IndexError, AssertionError, RecursionError):
        return cell


def _automagic(cell: str, bound: Container[str] = ()) -> str:
    """The call that `pip install x` is, when it is all that a cell holds and no name that the notebook has bound."""
    found = WORD.fullmatch(cell)
    if not found or found[2] not in AUTOMATIC or found[2] in bound:
        return ""
    return f"get_ipython().run_line_magic({found[2]!r}, {found[3] or ''!r})\n"


@cache
def _transformer() -> Any:
    """IPython's, which it takes a quarter of a second to import: only for notebooks that hold more than Python."""
    from IPython.core import inputtransformer2 as ipython

    class Transformer(ipython.TransformerManager):  # type: ignore[misc, unused-ignore]
        """Keeps every line where it was, and puts code in the place of the magics that run it."""

        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call]
            self._clean, self.cleanup_transforms = list(self.cleanup_transforms), [self._cleaned]
            self.line_transforms = [self._cell_magic]

        def _cleaned(self, lines: list[str]) -> list[str]:
            """Without indentation and prompts, and with the empty lines at the beginning."""
            clean = lines
            for transform in self._clean:
                clean = transform(clean)  # type: ignore[operator]
            return ["\n"] * (len(lines) - len(clean)) + clean

        def _cell_magic(self, lines: list[str]) -> list[str]:
            at = next((number for number, line in enumerate(lines) if line.strip()), 0)
            above, lines = lines[:at], lines[at:]
            if not lines or not lines[0].startswith("%%") or re.match(r"%%\w+\?", lines[0]):
                return [*above, *lines]
            name, _, line = lines[0][2:].rstrip().partition(" ")
            if name in magics.RUN or name == magics.CAPTURE:
                bound = magics.captured(line) if name == magics.CAPTURE else ""
                last = [f"\n{bound} = get_ipython().run_cell_magic({name!r}, {bound!r}, '')\n"] if bound else []
                return [*above, "\n", *self._cell_magic(self._cleaned(lines[1:])), *last]
            body = "".join(lines[1:])
            if name in magics.MEASURE:
                body = str(self.transform_cell(body)) if body else ""
            return [*above, f"get_ipython().run_cell_magic({name!r}, {line!r}, {body!r})\n"]

        def do_one_token_transform(self, lines: list[str]) -> tuple[bool, list[str]]:
            changed, after = super().do_one_token_transform(lines)  # type: ignore[no-untyped-call]
            if not changed:
                return changed, after
            at = next((n for n, (old, new) in enumerate(zip(lines, after, strict=False)) if old != new), len(after) - 1)
            gone = "".join(lines).count("\n") - "".join(after).count("\n")
            return True, [*after[:at], _code(after[at]), *["\n"] * gone, *after[at + 1 :]]

    return Transformer()


def _code(line: str) -> str:
    """A line that IPython has made, with the code in the place of the call where it is one of a magic that runs code."""
    call = CALL.search(line)
    if not call or call.end() != len(line):
        return line
    name, text = ast.literal_eval(f"({call[1]})")
    return f"{line[: call.start()]}{magics.code_of(name, text) or 'pass'}\n" if name in magics.RUN else line
