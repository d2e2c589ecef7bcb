"""Pairs of submissions that share what few others have: the same rare wrong answers, or unusual code.

Code is compared by compare50 (extra `similar`): winnowing over the structure of the code, in which names, numbers,
comments and layout do not count, the course's starter files are left out and a passage counts more the fewer have it.
"""

from __future__ import annotations

import difflib
import functools
import keyword
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from grader.errors import UsageError
from grader.records import Finding, SubmissionReport
from grader.survey.behaviour import behaviour

MOST_SHARING = 5  # submissions: an answer that more give is a mistake of the class, not of a pair
MOST_PAIRS = 50
MOST_BYTES = 100_000  # of a file: a longer one is hardly written by hand
MOST_LINES = 1_000  # of a file, beside another
MISSING = "code is compared by compare50, which is not installed: python -m pip install 'course-grader[similar]'"
_NAME = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"\d[\d_.]*")

Names = tuple[str, str]


class Answer(NamedTuple):
    """A wrong answer that a pair shares."""

    check: str
    finding: Finding
    shared_by: int  # submissions


class Pair(NamedTuple):
    """Two submissions to look at."""

    names: Names
    answers: tuple[Answer, ...] = ()
    bits: float = 0.0  # how surprising it is that they share these answers
    code: float = 0.0  # compare50's score


class Line(NamedTuple):
    """A line of each of two files beside each other; None where the other has no counterpart."""

    left: str | None
    right: str | None
    same: bool = False


def pairs(reports: Sequence[SubmissionReport], code: Mapping[Names, float], most: int = MOST_PAIRS) -> list[Pair]:
    """The pairs that share most in either way: first those that stand high in both."""
    found = {pair.names: pair for pair in answering_alike(reports)}
    for names, score in code.items():
        found[names] = found.get(names, Pair(names))._replace(code=score)
    by_answers = sorted((pair for pair in found.values() if pair.bits), key=lambda pair: -pair.bits)
    by_code = sorted((pair for pair in found.values() if pair.code), key=lambda pair: -pair.code)
    places = [{pair.names: 1 / (1 + n) for n, pair in enumerate(order)} for order in (by_answers, by_code)]
    return sorted(found.values(), key=lambda pair: (-sum(place.get(pair.names, 0) for place in places), pair.names))[
        :most
    ]


def answering_alike(reports: Sequence[SubmissionReport]) -> list[Pair]:
    """All pairs that give the same wrong answer to the same question where hardly anybody else does.

    An answer that n of N submissions give tells log2(N / n) bits. Answers that the very same submissions share are
    counted once: they come from one mistake.
    """
    holders: dict[Any, dict[str, Finding]] = defaultdict(dict)
    for report in reports:
        for check in report.checks:
            if check.finding and (how := behaviour(check)) and how.asked:
                holders[how][report.submission] = check.finding
    by_holders: dict[tuple[str, ...], list[Answer]] = defaultdict(list)
    for how, found in holders.items():
        if 2 <= len(found) <= MOST_SHARING:
            names = tuple(sorted(found))
            by_holders[names].append(Answer(how.check, found[names[0]], len(found)))
    shared: dict[Names, list[Answer]] = defaultdict(list)
    bits: dict[Names, float] = defaultdict(float)
    for holding, answers in by_holders.items():
        for names in combinations(holding, 2):
            shared[names] += answers
            bits[names] += math.log2(len(reports) / len(holding))
    return [Pair(names, tuple(answers), bits[names]) for names, answers in shared.items() if bits[names] > 0]


def code_alike(snapshots: Mapping[str, Path], starter: Iterable[Path], most: int = MOST_PAIRS) -> dict[Names, float]:
    """compare50's score for the pairs of `snapshots` that share most code, but what is in `starter`.

    Raises UsageError where compare50 is not installed.
    """
    try:
        import compare50
        from compare50.passes import structure
    except ImportError:
        raise UsageError(MISSING) from None
    prepared = functools.partial(_prepared, tuple(structure.preprocessors))

    def submission(folder: Path) -> Any:
        return compare50.Submission(folder, files_in(folder), preprocessor=prepared)

    owners = {submission(folder).id: name for name, folder in snapshots.items()}
    known = {file for folder in starter for file in submission(folder).files}
    every = [compare50.Submission.get(number) for number in owners]
    ranked = compare50.rank(every, [], known, structure, n=most)
    scores = {}
    for one in ranked:
        first, second = sorted((owners[one.sub_a.id], owners[one.sub_b.id]))
        scores[first, second] = float(one.score)
    return scores


def files_in(folder: Path) -> list[str]:
    """The scripts of a snapshot that can be compared."""
    found = (path for path in folder.rglob("*.py") if path.stat().st_size <= MOST_BYTES and _is_text(path))
    return sorted(str(path.relative_to(folder)) for path in found)


def side_by_side(left: str, right: str) -> list[Line]:
    """The beginning of two files line by line, aligned where their lines have the same structure."""
    ours, theirs = left.splitlines()[:MOST_LINES], right.splitlines()[:MOST_LINES]
    matcher = difflib.SequenceMatcher(None, [*map(_shape, ours)], [*map(_shape, theirs)])
    lines = []
    for kind, a, b, c, d in matcher.get_opcodes():
        for n in range(max(b - a, d - c)):
            one = ours[a + n] if a + n < b else None
            other = theirs[c + n] if c + n < d else None
            lines.append(Line(one, other, kind == "equal" and bool((one or "").strip())))
    return lines


def _prepared(steps: Sequence[Any], tokens: Any) -> Any:
    """In a function of its own, which another process finds by its name."""
    for step in steps:
        tokens = step(tokens)
    return tokens


def _shape(line: str) -> str:
    """A line without what is easily changed: names, numbers, blanks and comments."""
    plain = _NUMBER.sub("0", _NAME.sub(lambda name: name[0] if keyword.iskeyword(name[0]) else "v", line))
    return "".join(plain.partition("#")[0].split())


def _is_text(path: Path) -> bool:
    try:
        path.read_text("utf-8")
    except UnicodeDecodeError:
        return False
    return True
