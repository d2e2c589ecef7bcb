"""Read forward through what comes out of an archive, and count it: the guard against bombs."""

from __future__ import annotations

from typing import Protocol

from grader.intake.basket import ONLY_EXERCISES, Basket

MOST_UNPACKED = 256 << 20
MOST_RATIO = 200  # unpacked to packed; source packs to a tenth, and a thousandth is as far as deflate goes
FREE = 8 << 20  # unpacked bytes before the ratio counts: a small checkpoint of zeros is no bomb
CHUNK = 1 << 20


class Readable(Protocol):
    """What a stream reads: an open file of any kind."""

    def read(self, count: int, /) -> bytes: ...


class Meter:
    """How much came out of an archive of `packed` bytes."""

    def __init__(self, packed: int, basket: Basket) -> None:
        self._most = min(MOST_UNPACKED, max(FREE, MOST_RATIO * packed))
        self._packed = packed
        self._basket = basket
        self._unpacked = 0

    def add(self, count: int) -> None:
        """Raises SubmissionUnreadable when it is too much."""
        self._unpacked += count
        if self._unpacked > self._most:
            raise self._basket.unreadable(
                f"its {self._packed:,} bytes unpack to more than {self._most >> 20} MiB; {ONLY_EXERCISES}"
            )


class Stream:
    """One file of an archive, or the whole of it, read from start to end."""

    def __init__(self, file: Readable, meter: Meter) -> None:
        self._file, self._meter = file, meter

    def read(self, count: int) -> bytes:
        """`count` bytes, fewer at the end. Raises SubmissionUnreadable for a bomb."""
        found = bytearray()
        while len(found) < count and (part := self._next(count - len(found))):
            found += part
        return bytes(found)

    def skip(self, count: int) -> None:
        """Pass over `count` bytes, or to the end. Raises SubmissionUnreadable for a bomb."""
        while count > 0 and (part := self._next(count)):
            count -= len(part)

    def _next(self, count: int) -> bytes:
        part = self._file.read(min(count, CHUNK))
        self._meter.add(len(part))
        return part
