"""The beginning and the end of what was printed, and how much is missing between them.

What a program printed first says where it stands, what it printed last says where it stopped.
"""

from __future__ import annotations

import re

GAP = re.compile(r"\[[\d,]+ more bytes were printed and left out\]")


class Excerpt:
    """At most so many bytes of a stream of any length: a head that stays and a tail that moves on."""

    def __init__(self, most: int) -> None:
        self._most_head, self._most_tail = most - most // 2, most // 2
        self._head, self._tail = bytearray(), bytearray()
        self._left_out = 0

    def __str__(self) -> str:
        if not self._left_out:
            return (self._head + self._tail).decode("utf-8", "replace")
        head, tail = (part.decode("utf-8", "replace") for part in (self._head, self._tail))
        return f"{head}\n[{self._left_out:,} more bytes were printed and left out]\n{tail}"

    def add(self, part: bytes) -> None:
        """`part` follows what was added before."""
        room = max(0, self._most_head - len(self._head))
        self._head += part[:room]
        self._tail += part[room:]
        over = max(0, len(self._tail) - self._most_tail)
        del self._tail[:over]
        self._left_out += over

    def join(self, later: Excerpt) -> None:
        """All of `later`, an excerpt with the same limit, follows what was added before."""
        self.add(bytes(later._head))
        self._left_out += later._left_out
        self.add(bytes(later._tail))
