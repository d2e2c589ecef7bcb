"""A small reader of tar archives (ustar, GNU and pax), for archives that nobody vouches for.

The standard library's reader allocates what headers ask for and has looped on forged ones; this one reads
forward only, in bounded pieces, and takes nothing from a header but a name, a type and a length.
"""

from __future__ import annotations

import re

from grader.intake.basket import MOST_FILE_BYTES, Basket, too_large
from grader.intake.stream import Stream

BLOCK = 512
MOST_NAME_HEADER = 1 << 20  # an extended header also holds the file attributes of macOS
PAX_PATH = re.compile(rb"(?:\A|\n)[0-9]{1,9} path=([^\n]*)\n")

FILE, FOLDER, LONG_NAME, LONG_LINK, PAX, PAX_GLOBAL = b"0\x007", b"5", b"L", b"K", b"xX", b"g"


def read_tar(stream: Stream, basket: Basket) -> None:
    """Put the files of a tar archive into `basket`. Raises SubmissionUnreadable, ValueError when damaged."""
    longer: bytes | None = None  # name of the next member, when it does not fit a header
    while any(block := stream.read(BLOCK)):
        basket.count()
        name, kind, size = _header(block)
        if kind in LONG_NAME + PAX:
            if size > MOST_NAME_HEADER:
                raise ValueError("an extended header is too long")
            data = _content(stream, size)
            found = PAX_PATH.search(data) if kind in PAX else None
            longer = data.rstrip(b"\0") if kind == LONG_NAME else found[1] if found else longer
        elif kind in LONG_LINK + PAX_GLOBAL:
            _skip(stream, size)
        else:
            _member((longer or name).decode("utf-8", "surrogateescape"), kind, size, stream, basket)
            longer = None


def _member(name: str, kind: bytes, size: int, stream: Stream, basket: Basket) -> None:
    if kind == FOLDER or name.endswith("/"):
        basket.met_folder(name)
        _skip(stream, size)
        return
    parts = basket.wanted(name)
    if parts is None or kind not in FILE or size > MOST_FILE_BYTES:
        if parts is not None:
            basket.leave_out(name, too_large(MOST_FILE_BYTES) if kind in FILE else "it is a link or a device")
        _skip(stream, size)
        return
    basket.add(parts, _content(stream, size))


def _header(block: bytes) -> tuple[bytes, bytes, int]:
    """Name, type and length. Raises ValueError when the block is none of a tar archive's."""
    if len(block) < BLOCK:
        raise ValueError("it ends in the middle of a header")
    if _number(block[148:156]) != sum(block[:148]) + sum(block[156:]) + 8 * ord(" "):
        raise ValueError("a header has a wrong checksum")
    name, prefix = block[:100].partition(b"\0")[0], block[345:500].partition(b"\0")[0]
    if prefix and block[257:263] == b"ustar\0":
        name = prefix + b"/" + name
    kind = block[156:157]
    # links and devices have no content, whatever their header says
    return name, kind, _number(block[124:136]) if kind not in b"123456" else 0


def _number(field: bytes) -> int:
    """Octal digits, or binary after a byte 0x80. Raises ValueError, also for what is below 0."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.partition(b"\0")[0].strip(b" ")
    if digits.strip(b"01234567"):
        raise ValueError("a header holds no number where one belongs")
    return int(digits or b"0", 8)


def _content(stream: Stream, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise ValueError("it ends in the middle of a file")
    stream.skip(-size % BLOCK)
    return data


def _skip(stream: Stream, size: int) -> None:
    stream.skip(size + -size % BLOCK)
