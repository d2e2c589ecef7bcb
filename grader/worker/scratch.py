"""Scratch folders from outside: how much student code has put into one, and how to be rid of it all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from grader.worker.confinement.namespaces import MOST_FILES


def over_limit(folder: Path, most_bytes: int) -> str:
    """Which limit the files beneath `folder` exceed, in words; empty when none. What cannot be read exceeds one."""
    todo, files, used = [os.fspath(folder)], 0, 0
    while todo:
        try:
            for entry in os.scandir(todo.pop()):
                files += 1
                with contextlib.suppress(FileNotFoundError):
                    used += entry.stat(follow_symlinks=False).st_blocks * 512
                if entry.is_dir(follow_symlinks=False):
                    todo.append(entry.path)
                if files > MOST_FILES:
                    return f"{MOST_FILES:,} files in its folder"
        except FileNotFoundError:
            continue
        except OSError:
            return "the depth and readability of its folder"
        if used > most_bytes:
            return f"{most_bytes >> 20} MiB in its folder"
    return ""


def remove(folder: Path) -> None:
    """Delete `folder` and all in it, as far as possible.

    Unlike shutil.rmtree it does not recurse: a folder inside a folder is moved up and then emptied, so that
    neither a thousand levels nor a path longer than the system takes can stop it.
    """
    with contextlib.suppress(OSError):
        os.rmdir(folder)  # mostly it is empty
        return
    with contextlib.suppress(OSError):
        todo = [folder]
        while todo:
            here = todo.pop()
            todo += _move_folders_up(here, folder)
            if here != folder:
                os.rmdir(here)
        os.rmdir(folder)


def _move_folders_up(here: Path, top: Path) -> list[Path]:
    """Delete the files of `here` and move its folders into `top`; where they are now."""
    moved = []
    os.chmod(here, 0o700)
    for entry in list(os.scandir(here)):
        if entry.is_dir(follow_symlinks=False):
            os.chmod(entry.path, 0o700)  # only then may its owner move it
            moved.append(top / f"doomed-{secrets.token_hex(8)}")
            os.rename(entry.path, moved[-1])
        else:
            os.unlink(entry.path)
    return moved
