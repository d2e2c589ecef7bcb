"""What is kept of an endless print."""

from __future__ import annotations

import pytest

from grader.excerpt import Excerpt


def of(*parts: bytes, most: int = 8) -> Excerpt:
    made = Excerpt(most)
    for part in parts:
        made.add(part)
    return made


@pytest.mark.parametrize(
    ("parts", "kept"),
    [
        ([], ""),
        ([b"abcd", b"efgh"], "abcdefgh"),
        ([b"abcdef", b"ghi"], "abcd\n[1 more bytes were printed and left out]\nfghi"),
        ([b"x" * 3000] * 2 + [b"end"], "xxxx\n[5,995 more bytes were printed and left out]\nxend"),
        (["Zoë".encode()[:3], "Zoë".encode()[3:]], "Zoë"),
    ],
)
def test_head_and_tail(parts: list[bytes], kept: str) -> None:
    """Up to the limit all, beyond it both ends, in whatever pieces it came."""
    assert kept == str(of(*parts))


@pytest.mark.parametrize("first", [b"", b"ab", b"abcdefgh", b"ab" * 50])
@pytest.mark.parametrize("second", [b"", b"12", b"12" * 50])
def test_joined(first: bytes, second: bytes) -> None:
    """What several processes printed is kept as if one had printed it."""
    joined = of(first)
    joined.join(of(second))

    assert str(of(first, second)) == str(joined)
