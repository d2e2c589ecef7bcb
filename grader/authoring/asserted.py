"""What an author's own code says when it raises: the words of an assert for the student, the place for the author."""

from __future__ import annotations

import ast
import linecache
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import numpy as np

from grader.authoring.expect import CheckFailure, as_value, describe
from grader.records import Array, Plain

MOST_WORDS = 300  # characters of a message
MOST_VALUE = 60  # characters of a value beside an expression
ARRAYS = ("actual", "desired", "x:", "y:", "mismatch at", "first ", "[")  # how np.testing's lines with values begin
COMPARED = (("actual", "desired"), ("actual", "expected"))  # arguments of the assert_ functions of NumPy and torch


class Asserted(CheckFailure):
    """An `assert`, or an assert_ function of NumPy or torch, in the body of a check does not hold."""


def failure(problem: AssertionError, body: Callable[..., None]) -> Asserted:
    """The finding about an assert in `body`: its message, or the expression and what its names stand for."""
    frames = list(traceback.walk_tb(problem.__traceback__))
    own = [i for i, (frame, _) in enumerate(frames) if frame.f_code.co_filename == body.__code__.co_filename]
    last = own[-1] if own else len(frames) - 1
    expected, actual = _compared(frames[last + 1 :])
    return Asserted(_message(str(problem)) or _expression(*frames[last]), expected=expected, actual=actual)


def frame(problem: BaseException, root: Path) -> traceback.FrameSummary | None:
    """The last of an author's lines, in files at or under `root`, that led to `problem`."""
    raised = _raised(problem)
    return next((x for x in reversed(traceback.extract_tb(raised.__traceback__)) if _under(x.filename, root)), None)


def place(problem: BaseException, body: Callable[..., None]) -> str:
    """`FILE, line N` of the last line of a check's file that led to `problem`; empty where there was none.

    FILE is told with its folder only: where a course lies is nobody's business.
    """
    found = frame(problem, _file(body))
    return f"{'/'.join(Path(found.filename).parts[-2:])}, line {found.lineno}" if found else ""


def told(problem: BaseException, body: Callable[..., None]) -> str:
    """The traceback, from the check's own first line on."""
    raised = _raised(problem)
    start: TracebackType | None = raised.__traceback__
    while start is not None and not _under(start.tb_frame.f_code.co_filename, _file(body)):
        start = start.tb_next
    return "".join(traceback.format_exception(type(raised), raised, start or raised.__traceback__, chain=False))


def _raised(problem: BaseException) -> BaseException:
    """What the author's code itself raised."""
    return problem.__cause__ or problem if isinstance(problem, Asserted) else problem


def _file(body: Callable[..., None]) -> Path:
    return Path(body.__code__.co_filename)


def _under(file: str, root: Path) -> bool:
    path = Path(file).resolve()
    return path.is_relative_to(root.resolve()) and "site-packages" not in path.parts


def _message(text: str) -> str:
    """A message in one line, without the arrays that the finding shows."""
    lines = [line.strip() for line in text.splitlines()]
    wanted: list[str] = []
    for line in filter(None, lines):
        if not (wanted and line.lower().startswith(ARRAYS)):
            wanted.append(line.rstrip(":.!"))
    words = "; ".join(wanted)
    return words if len(words) <= MOST_WORDS else f"{words[:MOST_WORDS]}..."


def _expression(frame: FrameType, line: int) -> str:
    """The condition of the assert that starts in `line`, and what its names stand for."""
    source = "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
    try:
        nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert)]
    except SyntaxError:
        nodes = []
    found = next((node for node in nodes if node.lineno <= line <= (node.end_lineno or line)), None)
    if found is None:
        return "an assertion of this check does not hold"
    named = [node for node in ast.walk(found.test) if isinstance(node, ast.Name)]
    names = dict.fromkeys(node.id for node in sorted(named, key=lambda node: (node.lineno, node.col_offset)))
    values = {name: _shown(frame.f_locals[name]) for name in names if name in frame.f_locals}
    listed = ", ".join(f"{name} = {value}" for name, value in values.items() if value)
    return f"this does not hold: {ast.unparse(found.test)}" + (f"; here {listed}" if listed else "")


def _shown(value: Any) -> str:
    """A value in a few words; nothing for a student, a function or a module."""
    if isinstance(value, np.ndarray) and value.size > 1:
        return describe(value)
    if isinstance(value, bool | int | float | str | tuple | list | None | np.generic | np.ndarray):
        text = str(value) if isinstance(value, np.generic | np.ndarray) else repr(value)
        return text if len(text) <= MOST_VALUE else describe(value)
    return ""


def _compared(frames: list[tuple[FrameType, int]]) -> tuple[Array | Plain | None, Array | Plain | None]:
    """Expected and actual, where an assert_ function of NumPy or torch was given both."""
    for frame, _ in frames[:3]:
        for actual, expected in COMPARED:
            if actual in frame.f_locals and expected in frame.f_locals:
                pair = (frame.f_locals[expected], frame.f_locals[actual])
                return as_value(_plain(pair[0])), as_value(_plain(pair[1]))
    return None, None


def _plain(value: Any) -> Any:
    """A tensor as an array; everything else as it is."""
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value
