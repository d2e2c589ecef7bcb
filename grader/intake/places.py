"""Where submissions lie: the one rule, for `grader run` and for pytest. Looks at names only, opens no file.

A folder that holds an exercise file is a submission. A folder in whose subfolders one lies, however deep, is a
class folder: see `grader.intake.roster` for who is in it. Every pytest run imports this: nothing heavy at its top.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from grader.intake.basket import DATA, MOST_DEPTH, MOST_ENTRIES, ignored

NOTEBOOK = ".ipynb"
STARTER = "starter"  # nobody's submission


def spellings(files: Iterable[str]) -> set[str]:
    """The names under which exercise `files` are handed in: as scripts, as notebooks."""
    return {name for file in files for name in (file, file.removesuffix(".py") + NOTEBOOK)}


def is_submission(folder: Path, names: set[str]) -> bool:
    """Whether `folder` itself holds one of `names`. Raises OSError when it cannot be listed."""
    return not names.isdisjoint(os.listdir(folder))


def is_class(folder: Path, names: set[str]) -> bool:
    """Whether one of `names` lies in a folder in `folder`, however deep. Raises OSError."""
    with os.scandir(folder) as entries:
        inner = [Path(one.path) for one in entries if not passed_over(one.name) and one.is_dir(follow_symlinks=False)]
    return any(os.path.basename(file) in names for path in inner for file in files_in(path))


def passed_over(name: str) -> bool:
    """Whether an entry of a class folder is nobody's submission."""
    return name.startswith("_") or name in (STARTER, DATA) or ignored(name)


def files_in(folder: Path, onerror: Callable[[OSError], object] | None = None) -> Iterator[str]:
    """The paths of the files in `folder`, as far as a submission is looked through for its exercises.

    `onerror` is told of every folder that cannot be listed.
    """
    looked_at = 0
    for base, folders, files in os.walk(folder, onerror=onerror):
        looked_at += len(folders) + len(files)
        above = Path(base).parts[len(folder.parts) :]
        yield from ("/".join((*above, file)) for file in sorted(files))
        if looked_at > MOST_ENTRIES:
            return
        deep = len(above) >= MOST_DEPTH
        folders[:] = [] if deep else sorted(name for name in folders if not (ignored(name) or name == DATA))
