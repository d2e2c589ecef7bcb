"""How far a run has come, in a log."""

from __future__ import annotations

import contextlib
import io
import itertools
import re
from types import SimpleNamespace

import pytest

from grader.report.progress import Progress


def logged(total: int, *names: str, quiet: bool = False, log: io.StringIO | None = None) -> list[str]:
    log = log or io.StringIO()
    with contextlib.redirect_stderr(log), Progress(total, quiet) as advance:
        for name in names:
            advance(*[name] if name else [])
    return log.getvalue().splitlines()


@pytest.fixture(autouse=True)
def no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)


def test_a_line_a_submission() -> None:
    """As each is done; a name cannot fake a line."""
    assert ["graded 1 of 2: ann", r"graded 2 of 2: bob\ngraded 3"] == logged(2, "ann", "bob\ngraded 3")


def test_some_lines_of_steps_without_names() -> None:
    """An audit has hundreds."""
    said = logged(400, *[""] * 400)

    assert ("graded 20 of 400", "graded 400 of 400", 20) == (said[0], said[-1], len(said))


def test_many_submissions(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line every few seconds: how many a minute, and for how long still."""
    clock = itertools.count(0.0, 1.0)
    monkeypatch.setattr("grader.report.progress.time", SimpleNamespace(monotonic=lambda: next(clock)))
    said = logged(3000, *(f"s{number}" for number in range(40)))

    assert re.fullmatch(r"graded 5 of 3000, [\d.]+ a minute, \d+:\d\d:\d\d left: s4", said[0])
    assert 8 <= len(said) <= 10


def test_the_slowest_is_named() -> None:
    """Of a class that is too large for a line each, once one has taken long."""
    log = io.StringIO()
    with contextlib.redirect_stderr(log), Progress(30) as advance:
        for number in range(30):
            advance(f"s{number}", 9.5 if number == 3 else 1.0)

    assert "slowest s3 with 9.5 s: s29" in log.getvalue().splitlines()[-1]


def test_nothing_to_tell() -> None:
    """Of a single one, or where nobody wants to know."""
    assert [] == logged(1, "ann") + logged(2, "ann", "bob", quiet=True)


def test_a_reader_who_has_gone() -> None:
    """Does not end the run."""

    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    assert [] == logged(2, "ann", "bob", log=Gone())
