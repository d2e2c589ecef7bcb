"""Writing a file so that a reader never sees half of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.errors import HarnessError


def write_whole(path: Path, data: bytes | Iterable[str]) -> Path:
    """Write `data`, a text part by part, beside `path`, then put it in place in one step; folders are made as needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(unfinished, "wb") as file:
            file.writelines([data] if isinstance(data, bytes) else (part.encode() for part in data))
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Around what writes `path`. Raises HarnessError, in one sentence, when the system does not let it."""
    try:
        yield
    except OSError as problem:
        advice = "make room there or move away what is in its place, then run again"
        raise HarnessError(f"{path} cannot be written: {problem.strerror}; {advice}") from None
