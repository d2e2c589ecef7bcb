"""An explained regrade as a page: whose marks changed, by which check, from what finding to what, and why it was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from grader.gradebook.compare import Change
from grader.report import html
from grader.report.files import write_whole, writing


class Cause(NamedTuple):
    """A check that has another result for some, for one reason."""

    check: str
    why: str
    submissions: int


def write_diff(before: str, after: str, changes: Sequence[Change], file: Path, out: Path) -> Path:
    """Write the page into `file`; return its path. `before` and `after` are what the two runs are called; the reports lie in `out`."""
    causes = Counter((check.name, check.why) for change in changes for check in change.checks)
    page = html.render(
        "diff.html.j2",
        before=before,
        after=after,
        changes=sorted(changes, key=lambda change: (not change.of_marks, change.gained, change.submission)),
        causes=[Cause(*cause, count) for cause, count in causes.most_common()],
        up=sum(change.gained > 0 for change in changes),
        down=sum(change.gained < 0 for change in changes),
        linked=file.resolve().parent == out.resolve(),
    )
    with writing(file):
        return write_whole(file, page)
