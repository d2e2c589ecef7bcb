"""Names for a projector: nobody is recognised, and the same student is called the same at every look."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

KEY = "pseudonyms.key"  # beside the reports: whoever has it and the list of the class can tell who is who
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that look alike
LENGTH = 4


def key_in(out: Path) -> bytes:
    """The secret of a folder of reports, made at the first time: a name alone would not hide who knows the class list."""
    file = out / KEY
    with contextlib.suppress(FileExistsError), open(file, "xb", opener=_for_the_owner) as made:
        made.write(secrets.token_hex(32).encode())
    return file.read_bytes()


def pseudonyms(names: Iterable[str], key: bytes) -> dict[str, str]:
    """A pseudonym for each name; two that fall together are made longer."""
    chosen: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted({*names}):
        digest = hmac.new(key, name.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
        word = "".join(LETTERS[byte % len(LETTERS)] for byte in digest)
        length = next(n for n in range(LENGTH, len(word) + 1) if word[:n] not in taken)
        taken.add(word[:length])
        chosen[name] = word[:length]
    return chosen


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
