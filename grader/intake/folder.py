"""Read a folder without ever following a link, waiting at a pipe or trusting a size.

Every step goes through the descriptor of the folder above, so that swapping a folder for a link meanwhile
leads nowhere. Each file is read once.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from grader.intake.basket import Basket, Parts, ignored, most_bytes, too_deep, too_large

OPEN_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
CHUNK = 1 << 18  # bytes read at once
# how opening ends where a link, a file or a socket has come in the place of what was seen there
SWAPPED = {errno.ELOOP: "it is a link", errno.ENOTDIR: "it is no folder", errno.ENXIO: "it is no regular file"}


def read_folder(path: Path, basket: Basket) -> None:
    """Put the files of the folder `path`, or that it links to, into `basket`.

    Raises SubmissionUnreadable, and SubmissionOutOfReach for the first file or folder that cannot be read.
    """
    with basket.reading():
        folder = os.open(path, OPEN_FOLDER)
        try:
            _read_level(folder, (), basket)
        finally:
            os.close(folder)


def read_file(path: str | Path, most: int, folder: int | None = None) -> bytes | str:
    """The bytes of a regular file of at most `most` bytes; otherwise why not, in words. Raises OSError.

    A link is followed only where `path` does not lie in a `folder` given by its descriptor.
    """
    follow = folder is None
    # opening a device can already do something, so look first; what is opened may be another file by then
    if not stat.S_ISREG(os.stat(path, dir_fd=folder, follow_symlinks=follow).st_mode):
        return "it is no regular file"
    fd = _open(path, OPEN_FILE | (0 if follow else os.O_NOFOLLOW), folder)
    if isinstance(fd, str):
        return fd
    try:
        return _content(fd, most)
    finally:
        os.close(fd)


def _open(path: str | Path, flags: int, folder: int | None) -> int | str:
    """A descriptor, or in words what has come in the place of what was looked at. Raises OSError."""
    try:
        return os.open(path, flags, dir_fd=folder)
    except OSError as problem:
        if problem.errno in SWAPPED:
            return SWAPPED[problem.errno]
        raise


def _content(fd: int, most: int) -> bytes | str:
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        return "it is no regular file"
    found = bytearray()
    if status.st_size <= most:
        while len(found) <= most and (part := os.read(fd, CHUNK)):
            found += part
    return bytes(found) if max(status.st_size, len(found)) <= most else too_large(most)


def _read_level(folder: int, above: Parts, basket: Basket) -> None:
    for name, is_folder, is_link in _entries(folder, above, basket):
        parts = (*above, name)
        text = "/".join(parts)
        if is_link and not ignored(name):
            basket.leave_out(text, "it is a link")
        elif is_folder and not ignored(name):
            _read_folder_in(folder, parts, basket)
        elif not (is_link or is_folder) and (kept := basket.wanted(text)):
            with basket.reading(text):
                found = read_file(name, most_bytes(kept), folder)
            if isinstance(found, str):
                basket.leave_out_file(parts, found)
            else:
                basket.add(kept, found)


def _entries(folder: int, above: Parts, basket: Basket) -> list[tuple[str, bool, bool]]:
    """Name, is it a folder, is it a link; in order, so that limits strike at the same place each time."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if not basket.count(above):
                return []
            found.append((entry.name, entry.is_dir(follow_symlinks=False), entry.is_symlink()))
    return sorted(found)


def _read_folder_in(above: int, parts: Parts, basket: Basket) -> None:
    if reason := too_deep(parts):
        basket.leave_out("/".join(parts), reason)
        return
    name = "/".join(parts)
    with basket.reading(name):
        folder = _open(parts[-1], OPEN_FOLDER | os.O_NOFOLLOW, above)
        if isinstance(folder, str):
            basket.leave_out(name, folder)
            return
        try:
            _read_level(folder, parts, basket)
        finally:
            os.close(folder)
