"""Read a zip or tar archive, by what it is rather than by what it is called.

No size that an archive states is believed: what comes out is counted as it comes out.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import stat
import struct
import zipfile
import zlib
from pathlib import Path

from grader.errors import GraderError
from grader.intake.basket import (
    MOST_ENTRIES,
    MOST_FILE_BYTES,
    ONLY_EXERCISES,
    Basket,
    Parts,
    hidden,
    plain_parts,
    shown,
)
from grader.intake.folder import read_file
from grader.intake.stream import Meter, Stream
from grader.intake.tar import read_tar

MOST_ARCHIVE_BYTES = 128 << 20
PACK_AGAIN = "pack your folder again as a .zip"
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # LZMA takes whatever memory its header asks for
CENTRAL_ENTRY = b"PK\x01\x02"

# what zipfile, gzip and zlib raise for archives that are cut off, damaged or forged
FORMAT = (zipfile.BadZipFile, zlib.error, struct.error, EOFError)
DAMAGE = (*FORMAT, OSError, ValueError, LookupError, RuntimeError)


def read_archive(path: Path, basket: Basket) -> None:
    """Put the files of the archive `path` into `basket`. Raises SubmissionUnreadable, SubmissionOutOfReach."""
    with basket.reading():
        data = read_file(path, MOST_ARCHIVE_BYTES)
    if isinstance(data, str):
        raise basket.unreadable(f"the archive cannot be read: {data}; {ONLY_EXERCISES}")
    unpack(data, basket)


def names_in(path: Path) -> list[str]:
    """The files and folders/ in an archive; none when it cannot be read, which taking it in will tell."""
    listing = _Listing(path)
    with contextlib.suppress(GraderError):
        read_archive(path, listing)
    return listing.names


class _Listing(Basket):
    """Keeps names only."""

    def __init__(self, source: object) -> None:
        super().__init__(source)
        self.names: list[str] = []

    def wanted(self, name: str) -> Parts | None:
        parts = plain_parts(name)
        if parts and not hidden(parts):
            self.names.append("/".join(parts))
        return None

    def met_folder(self, name: str) -> None:
        if (parts := plain_parts(name.replace("\\", "/"))) and not hidden((*parts, "")):
            self.names.append("/".join(parts) + "/")


def unpack(data: bytes, basket: Basket) -> None:
    """Put the files of an archive, given as its bytes, into `basket`. Raises SubmissionUnreadable."""
    meter = Meter(len(data), basket)
    try:
        if not data:
            raise ValueError("it is empty")
        if data.startswith(b"PK"):
            _read_zip(data, meter, basket)
        elif data.startswith(b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
                read_tar(Stream(file, meter), basket)
        else:
            read_tar(Stream(io.BytesIO(data), meter), basket)
    except DAMAGE as problem:
        reason = f"it is no archive or a damaged one ({shown(str(problem))})"
        raise basket.unreadable(f"{reason}; {PACK_AGAIN}") from None


def _read_zip(data: bytes, meter: Meter, basket: Basket) -> None:
    if data.count(CENTRAL_ENTRY) > MOST_ENTRIES:  # before zipfile makes an object of each
        raise basket.unreadable(f"it holds more than {MOST_ENTRIES:,} files; {ONLY_EXERCISES}")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            basket.count()
            kind = stat.S_IFMT(member.external_attr >> 16)
            if member.is_dir():
                basket.met_folder(member.filename)
                continue
            parts = basket.wanted(member.filename.replace("\\", "/"))
            if parts is None:
                continue
            if member.flag_bits & 1:
                raise basket.unreadable(f"it is locked with a password; {PACK_AGAIN} without one")
            if kind not in (0, stat.S_IFREG):
                basket.leave_out(member.filename, "it is a link or a device")
            elif member.compress_type not in METHODS:
                basket.leave_out(member.filename, "it is packed in a rare way")
            else:
                with archive.open(member) as file:
                    basket.add(parts, Stream(file, meter).read(MOST_FILE_BYTES + 1))
