"""The frozen records that every stage passes on, and their JSON form.

A stored report can be rendered again without running anything: all that a writer shows is in here.
Contradictory records (a passed check with a finding, a score that is not the sum) cannot be built.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    import numpy as np

SCHEMA: Literal["grader/report/1"] = "grader/report/1"
MOST_VALUES_KEPT = 4096  # arrays beyond this size keep dtype and shape only: a report stays readable

Outcome = Literal["passed", "failed", "skipped", "errored"]
OUTCOMES: tuple[Outcome, ...] = ("passed", "failed", "skipped", "errored")


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all records: frozen, keyword-only, equal by value."""


class Array(Record, frozen=True, kw_only=True, tag="array"):
    """An array as plain data."""

    dtype: str  # a NumPy dtype name, "float32"
    shape: tuple[int, ...]
    values: Any = None  # nested lists; non-finite numbers as "nan", "inf", "-inf"; None when too large to keep

    @classmethod
    def of(cls, array: np.ndarray) -> Array:
        """Record `array`, with its values when there are at most `MOST_VALUES_KEPT` of them."""
        members = math.prod(max(1, size) for size in array.shape)  # empty rows are members too
        kept = _plain(array.tolist()) if members <= MOST_VALUES_KEPT else None
        return cls(dtype=str(array.dtype), shape=tuple(array.shape), values=kept)

    def numpy(self) -> np.ndarray:
        """The array again. Raises ValueError when its values were too many to keep."""
        if self.values is None:
            raise ValueError(f"an array of shape {self.shape} was too large to keep its values")
        import numpy as np  # takes long, and most of what reads records needs none

        return np.array(_numbers(self.values), dtype=self.dtype).reshape(self.shape)


class Plain(Record, frozen=True, kw_only=True, tag="plain"):
    """A value that is no array, by its Python source text."""

    text: str


Value = Array | Plain
Setting = int | tuple[int, ...] | None  # an argument of a network's constructor


class Argument(Record, frozen=True, kw_only=True):
    """One argument of a call: positional when `name` is only for the reader, see `keyword`."""

    name: str
    value: Value
    keyword: bool = False


class Finding(Record, frozen=True, kw_only=True):
    """Why a check did not pass, in words and data a beginner can act on."""

    message: str  # one plain sentence
    call: str = ""  # the call as the student would write it: corr2d(X, K)
    arguments: tuple[Argument, ...] = ()  # the smallest counterexample found
    seed: int | None = None  # every generator was seeded with it before the call
    expected: Value | None = None
    actual: Value | None = None
    where: tuple[int, ...] | None = None  # index of the first wrong value
    hint: str = ""  # one next step
    misconception: str = ""  # the catalogue's name for this mistake, when the answers agree with it
    explanation: str = ""  # the catalogue's paragraph about it
    traceback: str = ""  # the student's own frames, when their code raised
    reproduce: str = ""  # Python to paste into a file beside the submission
    cause: str = ""  # the check above that fails for the same reason and tells it; this one is folded under it

    @property
    def headline(self) -> str:
        """The mistake by its name where it has one."""
        return self.misconception or self.message

    @property
    def function(self) -> str:
        """What of the student's was called; empty where the finding does not say."""
        return self.call.partition("(")[0]


class Table(Record, frozen=True, kw_only=True, tag="table"):
    """Rows of text, such as the layers of a network beside the reference's."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: tuple[int, ...] = ()  # rows that differ from what was expected


class Series(Record, frozen=True, kw_only=True):
    """One line of a plot."""

    name: str
    values: tuple[float, ...]


class Curves(Record, frozen=True, kw_only=True, tag="curves"):
    """Learning curves: every series against its index (epoch or step)."""

    caption: str
    x_label: str
    series: tuple[Series, ...]


class Confusion(Record, frozen=True, kw_only=True, tag="confusion"):
    """Counts of (true label, predicted label)."""

    caption: str
    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


class Picture(Record, frozen=True, kw_only=True):
    """A small grey picture, 0 black to 255 white, row by row."""

    label: str
    pixels: tuple[tuple[int, ...], ...]


class Pictures(Record, frozen=True, kw_only=True, tag="pictures"):
    """A handful of pictures, such as misclassified digits."""

    caption: str
    items: tuple[Picture, ...]


class Measure(Record, frozen=True, kw_only=True, tag="measure"):
    """A measured number against its threshold, with what the reference reached."""

    caption: str
    value: float
    threshold: float
    reference_mean: float | None = None
    reference_spread: float | None = None  # standard deviation over the reference's seeds
    data: str = ""  # the data set it was measured on


Evidence = Table | Curves | Confusion | Pictures | Measure


class Earlier(Record, frozen=True, kw_only=True):
    """The run that a result was kept from, because a later one did not ask."""

    started: str
    seed: int
    digest: str  # of the submission as it was then


class CheckResult(Record, frozen=True, kw_only=True):
    """The outcome of one check for one submission."""

    id: str  # "corr2d.values"
    title: str
    outcome: Outcome
    points: float
    earned: float
    finding: Finding | None = None
    seconds: float = 0.0  # wall time
    share: float = 0.0  # of a failed check: what part of its points it earns, whatever these are
    public: bool = True
    later: bool = False  # not public, but what it found is kept, for students to see after the deadline
    counted: bool = True  # False: no points at stake (data absent, or the harness failed)
    evidence: tuple[Evidence, ...] = ()
    earlier: Earlier | None = None  # when it is not of the report's own run

    def __post_init__(self) -> None:
        if self.outcome == "passed" and (self.finding is not None or self.earned != self.points):
            raise ValueError(f"{self.id}: a passed check has no finding and earns all its points")
        if self.outcome == "failed" and (self.finding is None or not 0 <= self.earned <= self.points):
            raise ValueError(f"{self.id}: a failed check has a finding and earns a part of its points at most")
        if self.outcome in ("skipped", "errored") and (self.finding is None or self.earned != 0):
            raise ValueError(f"{self.id}: a {self.outcome} check has a finding and earns nothing")
        if self.outcome == "errored" and self.counted:
            raise ValueError(f"{self.id}: an error of the harness never costs points")
        if self.public and self.later:
            raise ValueError(f"{self.id}: what is public is not kept for later")


class ExerciseResult(Record, frozen=True, kw_only=True):
    """The checks of one exercise, in rubric order."""

    name: str
    title: str
    file: str
    checks: tuple[CheckResult, ...]
    missing: bool = False  # its file was not handed in
    output: str = ""  # what the student's code printed, cut at a limit
    notes: tuple[str, ...] = ()  # what an instructor may want to look at

    @property
    def score(self) -> float:
        return sum_points(check.earned for check in self.checks)

    @property
    def max_score(self) -> float:
        return sum_points(check.points for check in self.checks if check.counted)


class Artefact(Record, frozen=True, kw_only=True):
    """A file with trained parameters that was handed in."""

    file: str
    fingerprint: str  # sha256 over all its values in order of size: names, order and kind of file do not matter


class SubmissionReport(Record, frozen=True, kw_only=True):
    """All that is known about one submission after a run: schema "grader/report/1"."""

    schema: Literal["grader/report/1"] = SCHEMA
    submission: str  # the submission's name
    score: float
    max_score: float  # out of the checks that could run
    exercises: tuple[ExerciseResult, ...]
    seed: int
    versions: dict[str, str]  # grader, python, torch, numpy, hypothesis
    digest: str = ""  # sha256 over the snapshot's names and bytes
    isolation: str = "none"  # how student code was confined
    device: str = "cpu"
    started: str = ""  # ISO 8601, UTC
    seconds: float = 0.0  # wall time
    notes: tuple[str, ...] = ()  # files left out of the submission, and why; parameters that others have too
    artefacts: tuple[Artefact, ...] = ()  # what can be compared with other submissions of a run

    def __post_init__(self) -> None:
        earned = sum_points(exercise.score for exercise in self.exercises)
        possible = sum_points(exercise.max_score for exercise in self.exercises)
        if (self.score, self.max_score) != (earned, possible):
            raise ValueError(f"{self.submission}: score {self.score}/{self.max_score} is not {earned}/{possible}")

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        return tuple(check for exercise in self.exercises for check in exercise.checks)

    def count(self, outcome: Outcome) -> int:
        return sum(check.outcome == outcome for check in self.checks)


class Standing(Record, frozen=True, kw_only=True):
    """How a submission stands: what a list of thousands shows of each, and no more."""

    submission: str
    score: float
    max_score: float
    seed: int
    started: str
    counts: dict[Outcome, int]
    owing: int = 0  # checks not tried that cost points
    first_failure: str = ""  # title of the first check that failed
    leading: str = ""  # name of the first one that is told by itself
    told: str = ""  # and what is told of it
    artefacts: tuple[Artefact, ...] = ()

    def count(self, outcome: Outcome) -> int:
        return self.counts.get(outcome, 0)

    @property
    def flawless(self) -> bool:
        return self.count("passed") == sum(self.counts.values())


def sum_points(points: Iterable[float]) -> float:
    """Add points without binary dust: 0.1 + 0.2 is 0.3."""
    return round(math.fsum(points), 6)


def earned(outcome: Outcome, points: float, share: float = 0.0) -> float:
    """What a check earns; `share` of its points where it failed."""
    return points if outcome == "passed" else round(points * share, 2)


def to_json(record: Record) -> bytes:
    """A report, or another record, as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"


def from_json(data: bytes) -> SubmissionReport:
    """Read a report that `to_json` wrote. Raises msgspec.DecodeError with the path of the first wrong field."""
    return msgspec.json.decode(data, type=SubmissionReport)


def _plain(value: Any) -> Any:
    """Nested lists with text in the place of what JSON has no number for."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, complex):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _numbers(value: Any) -> Any:
    """The inverse of `_plain`."""
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if isinstance(value, str):
        return complex(value) if value.endswith(("j", "j)")) else float(value)
    return value
