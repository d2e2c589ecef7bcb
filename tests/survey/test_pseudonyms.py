"""Pseudonyms: the same at every look, another one each, and nothing without the key."""

from __future__ import annotations

from pathlib import Path

from grader.survey.pseudonyms import LENGTH, key_in, pseudonyms

NAMES = [f"student{number}" for number in range(3000)]


def test_stable_and_unique() -> None:
    """Whoever joins the class changes hardly anybody's: only who would have got the same."""
    some, every = pseudonyms(NAMES[:1500], b"key"), pseudonyms(NAMES, b"key")

    assert len(NAMES) == len({*every.values()})
    assert [name for name in some if some[name][:LENGTH] != every[name][:LENGTH]] == []
    assert every == pseudonyms(reversed(NAMES), b"key")


def test_the_key_decides(tmp_path: Path) -> None:
    """It is made once a folder, for its owner alone."""
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()

    assert key_in(first) == key_in(first) != key_in(second)
    assert 0o600 == (first / "pseudonyms.key").stat().st_mode & 0o777
    assert not {*pseudonyms(NAMES[:50], key_in(first)).values()} & {*pseudonyms(NAMES[:50], key_in(second)).values()}
