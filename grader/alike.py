"""Submissions of one run that hold the same trained parameters: a note for the instructor, never a failure.

It stands on the index and the terminal and on no student's page, which would name the others.

Two students may have run the same code with the same seed, or one may have handed in the other's file: which, a
grader cannot tell. Reports are compared where all of them come together, whichever processes graded them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from grader.records import Record, Standing

MOST_NAMED = 10  # submissions in one sentence


class Twins(Record, frozen=True, kw_only=True):
    """Submissions with the same parameters, and in which files each of them has these."""

    files: dict[str, tuple[str, ...]]  # by the submission's name, in order

    def __str__(self) -> str:
        named = [f"{name} ({', '.join(files)})" for name, files in self.files.items()]
        more = len(named) - MOST_NAMED
        if more > 0:
            named = [*named[:MOST_NAMED], f"{more} more"]
        return (
            f"{', '.join(named[:-1])} and {named[-1]} handed in the very same trained parameters; "
            "the same code, data and seed give the same, too"
        )


def twins(reports: Sequence[Standing]) -> list[Twins]:
    """Every group of two submissions or more, in the order of their names."""
    groups: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for report in sorted(reports, key=lambda report: report.submission):
        for artefact in report.artefacts:
            groups[artefact.fingerprint][report.submission].append(artefact.file)
    return [
        Twins(files={name: tuple(files) for name, files in group.items()})
        for group in groups.values()
        if len(group) > 1
    ]
