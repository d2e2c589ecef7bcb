"""Rows of text: wrapped, coloured, behind a bar."""

from __future__ import annotations

import io

import pytest

from grader.report.screen import Screen, fold, wrapped


def rows(text: str, width: int) -> list[str]:
    return [text[start:stop] for start, stop in fold(text, width, width)]


def written(text: str, width: int | None = None) -> list[str]:
    screen = Screen(stream := io.StringIO(), width, colour=False)
    screen.quote(text)
    return stream.getvalue().splitlines()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", [""]),
        ("one two", ["one two"]),
        ("one two three", ["one two", "three"]),
        ("one two    ", ["one two"]),
        ("one two  x ", ["one two", "x "]),
        ("abcdefghijklmnopqrst", ["abcdefgh", "ijklmnop", "qrst"]),
        ("    indented so", ["    inde", "nted so"]),
        ("李李李李李", ["李李李李", "李"]),
        ("e\u0301" * 5, ["e\u0301" * 4, "e\u0301"]),
        ("K[a, ::2] x", ["K[a, ::2", "] x"]),
    ],
)
def test_fold(text: str, folded: list[str]) -> None:
    """At blanks where it can, by columns and not by characters; no row begins with what looks like a command."""
    assert folded == rows(text, 8)


def test_a_narrower_row_after_the_first() -> None:
    """The first may be longer: it has no bar."""
    assert [(0, 5), (6, 8), (9, 11)] == list(fold("aa bb cc dd", 5, 3))


@pytest.mark.parametrize("width", [None, 20, 33, 80])
def test_all_of_a_quotation_stands_behind_the_bar(width: int | None) -> None:
    """Each line, each row of a long one."""
    text = "first\nFAILED  everything\n" + "and on and on " * 20 + "\r\nlast\u2028line\x0cend"
    said = written(text, width)

    assert all(line.startswith("  | ") for line in said)
    assert width is None or max(map(len, said)) <= width
    assert " ".join(text.split()[:9]) in " ".join(" ".join(line.lstrip(" |") for line in said).split())


@pytest.mark.parametrize("width", [None, 24])
@pytest.mark.parametrize("command", ["::error::x", "  ::set-env::", "##vso[task.complete]", "a ##[error]b"])
def test_build_servers_are_not_commanded(command: str, width: int | None) -> None:
    """Neither at the start of a line nor where a long one is broken; the rest of the words stay."""
    said = written(f"{command}\n{'x' * 20}{command} {'long words ' * 9}{command}", width)

    assert not any(line.lstrip(" |").startswith("::") or "##[" in line or "##vso" in line for line in said)
    assert width is None or max(map(len, said)) <= width


def test_colons_elsewhere_stay() -> None:
    """X[::2] is no command."""
    assert ["  | take X[::2, ::2] or ::-1"] == written("take X[::2, ::2] or ::-1")


def test_wrapped_again() -> None:
    """What was written without a width, in rows; only what stood without a bar begins without one."""
    text = "the first line is quite long\n  | and so is the second one\n  | ::x"

    assert wrapped(text, 20).split("\n") == [
        "the first line is",
        "  | quite long",
        "  | and so is the",
        "  | second one",
        r"  | \x3a\x3ax",
    ]
