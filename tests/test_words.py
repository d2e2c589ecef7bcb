"""`visible`, `one_line` and the two ways numbers are written."""

from __future__ import annotations

import pytest

from grader.words import MOST_CHARACTERS, head_and_tail, one_line, points, short, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("a\x00b\x07\x7f\x9b", r"a\x00b\x07\x7f\x9b"),
        ("\u202egpj.exe\u2069", r"\u202egpj.exe\u2069"),
        ("progress 1\rprogress 2", r"progress 1\x0dprogress 2"),
        ("\u2028\u200b\ufeff\U000e0041", r"\u2028\u200b\ufeff\U000e0041"),
        ("half a pair \ud83d", r"half a pair \ud83d"),
    ],
)
def test_what_could_act_is_shown(text: str, shown: str) -> None:
    """Control characters, reordering marks and what no file can hold become visible escapes."""

    assert shown == visible(text)


@pytest.mark.parametrize("text", ["", "a\n\tb", "Zoë 李 محمد 👩‍🔬 می‌روم", r"\x1b as the student typed it"])
def test_ordinary_text_stays(text: str) -> None:
    """Names in any script, tabs and newlines come through unchanged."""

    assert text == visible(text)


def test_windows_line_ends_are_ends_of_lines() -> None:
    """A carriage return is only shown where it is not part of a line's end."""

    assert visible("a\r\nb") == "a\nb"


def test_long_text_is_cut_with_a_note() -> None:
    """A flood of output cannot make a page that no browser opens: head and tail stay."""

    shown = visible("first" + "x" * (MOST_CHARACTERS + 1224) + "\x1blast")

    assert ["first", "last"] == [shown[:5], shown[-4:]]
    assert "\n… cut here, 1,234 more characters\n" in shown
    assert MOST_CHARACTERS < len(shown) < MOST_CHARACTERS + 50
    assert visible("x" * MOST_CHARACTERS) == "x" * MOST_CHARACTERS


def test_head_and_tail() -> None:
    """Of many lines and of a long one both ends, with how much is missing; all of what is short."""
    many, gap = [f"line {number}" for number in range(5000)], "[7,000 more bytes were printed and left out]"

    assert ["line 0", "line 1", "[4,995 more lines left out]", "line 4997", "line 4998", "line 4999"] == head_and_tail(
        many, 2, 3
    )
    assert ["line 0", "[2 more lines left out]", gap, "line 4999"] == head_and_tail([*many[:2], gap, *many[-2:]], 1, 1)
    assert many[:5] == head_and_tail(many[:5], 2, 3)
    (shown,) = head_and_tail(["a" + "x" * 1000 + "z"], 1, 1)
    assert (shown[0], shown[-1], len(shown) < 300, "more characters]" in shown) == ("a", "z", True, True)


def test_one_line_is_one_line() -> None:
    """No newline, tab or length of a name can fake a second line or a column."""

    assert one_line("me\n  40/40\tpassed") == r"me\n  40/40\tpassed"
    assert one_line("abcdef", limit=3) == "abc…"


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (3, "3"), (12345678, "12345678"), (True, "True"), (0.1, "0.1"), (-1.0, "-1"), (2 / 3, "0.6667"),
        (1e-9, "1e-09"), (float("nan"), "nan"), (float("-inf"), "-inf"), (1 + 2.5j, "1+2.5j"),
    ],
)  # fmt: skip
def test_short_numbers(number: complex, written: str) -> None:
    """Whole numbers in full, others to four digits."""

    assert written == short(number)


def test_points_have_no_dust() -> None:
    """Points read like on paper."""

    assert [points(20.0), points(17.5), points(0.1)] == ["20", "17.5", "0.1"]
