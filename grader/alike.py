"""Submissions of one run that hold the same trained parameters: a note for the instructor, never a failure.

It stands on the index and the terminal and on no student's page, which would name the others.

Two students may have run the same code with the same seed, or one may have handed in the other's file: which, a
grader cannot tell. Reports are compared where all of them come together, whichever processes graded them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from grader.records import Standing

MOST_NAMED = 10  # submissions in one sentence


def twins(reports: Sequence[Standing]) -> list[str]:
    """A sentence for every group of two submissions or more, in the order of their names."""
    groups: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for report in sorted(reports, key=lambda report: report.submission):
        for artefact in report.artefacts:
            groups[artefact.fingerprint][report.submission].append(artefact.file)
    return [_sentence(group) for group in groups.values() if len(group) > 1]


def _sentence(files: Mapping[str, Sequence[str]]) -> str:
    """`files` are by the submission's name."""
    named = [f"{name} ({', '.join(each)})" for name, each in files.items()]
    more = len(named) - MOST_NAMED
    if more > 0:
        named = [*named[:MOST_NAMED], f"{more} more"]
    return (
        f"{', '.join(named[:-1])} and {named[-1]} handed in the very same trained parameters; "
        "the same code, data and seed give the same, too"
    )
