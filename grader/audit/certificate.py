"""What an audit found, as frozen records, as JSON and as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from grader.records import Record, to_json
from grader.report.files import write_whole
from grader.report.html import render


class Disagreement(Record, frozen=True, kw_only=True):
    """A submission whose outcome is not what it should be."""

    submission: str
    seed: int
    missing: tuple[str, ...] = ()  # checks that should have failed
    unexpected: dict[str, str] = {}  # checks that should not have failed, with what they found
    remark: str = ""


class MutantOutcome(Record, frozen=True, kw_only=True):
    """A mutant that no check failed."""

    id: str
    original: str  # reference, or the sample submission
    operator: str
    why: str
    file: str
    line: int
    diff: str
    reason: str = ""  # why it is no mistake; empty when it is one
    differs: str = ""  # a call that it answers differently from the original


class CheckAudit(Record, frozen=True, kw_only=True):
    """What one check is good for."""

    id: str
    title: str
    mutants: int  # that it failed
    wrong: int  # planted wrong submissions that it failed
    alone: int  # of both, those that no other check failed
    seconds: float  # median over the right submissions

    @property
    def never_fails(self) -> bool:
        return not self.mutants and not self.wrong

    @property
    def redundant(self) -> bool:
        """Whether all that it fails fails elsewhere too."""
        return not self.alone and not self.never_fails


class OperatorAudit(Record, frozen=True, kw_only=True):
    """The mutants of one operator."""

    name: str
    why: str
    mutants: int
    killed: int
    equivalent: int


class ControlOutcome(Record, frozen=True, kw_only=True):
    """What a submission without the work earned, see `controls`."""

    name: str
    earned: float
    points: float  # of the whole exercise
    allowed: float

    @property
    def held(self) -> bool:
        return self.earned <= self.allowed


class ExerciseAudit(Record, frozen=True, kw_only=True):
    """The audit of one exercise's rubric."""

    name: str
    title: str
    right: int  # right submissions, the reference included
    wrong: int  # planted wrong submissions
    mutants: int
    killed: int
    probes: int  # calls by which equivalence was judged
    survivors: tuple[MutantOutcome, ...] = ()
    equivalent: tuple[MutantOutcome, ...] = ()
    false_failures: tuple[Disagreement, ...] = ()  # right, and yet not full marks
    disagreements: tuple[Disagreement, ...] = ()  # wrong, and not failing what it declares
    unstable: tuple[Disagreement, ...] = ()  # an outcome that changes with the seed or when repeated
    misconceptions: int = 0
    recognised: int = 0  # of them, named rightly
    misdiagnosed: tuple[Disagreement, ...] = ()
    controls: tuple[ControlOutcome, ...] = ()
    checks: tuple[CheckAudit, ...] = ()
    operators: tuple[OperatorAudit, ...] = ()

    @property
    def kill_rate(self) -> float:
        """Killed of the mutants that are not equivalent, in percent."""
        mistaken = self.mutants - len(self.equivalent)
        return 100.0 if not mistaken else 100.0 * self.killed / mistaken

    @property
    def certified(self) -> bool:
        found = (self.survivors, self.false_failures, self.disagreements, self.unstable, self.misdiagnosed)
        return not any(found) and all(control.held for control in self.controls)


class Certificate(Record, frozen=True, kw_only=True):
    """The audit of a rubric."""

    schema: Literal["grader/audit/1"] = "grader/audit/1"
    certified: bool
    exercises: tuple[ExerciseAudit, ...]
    seeds: int
    repeats: int  # gradings with the first seed
    gradings: int
    versions: dict[str, str]
    started: str  # ISO 8601, UTC
    seconds: float
    jobs: int

    def __post_init__(self) -> None:
        if self.certified != all(exercise.certified for exercise in self.exercises):
            raise ValueError("a certificate is given when all exercises are certified, and only then")


def write(certificate: Certificate, out: Path) -> Path:
    """Write audit.html, and audit.json beside it, into `out`; return the page's path."""
    write_whole(out / "audit.json", to_json(certificate))
    return write_whole(out / "audit.html", render("audit.html.j2", certificate=certificate))


def lines(certificate: Certificate) -> list[str]:
    """The certificate in a few lines of text."""
    told = []
    for exercise in certificate.exercises:
        told.append(
            f"{exercise.name}: {exercise.right} right and {exercise.wrong} wrong submissions, "
            f"{exercise.mutants} mutants: {exercise.killed} killed, {len(exercise.equivalent)} equivalent, "
            f"{len(exercise.survivors)} survived ({exercise.kill_rate:.1f} %)"
        )
        for survivor in exercise.survivors:
            told.append(
                f"  survived: {survivor.original} {survivor.file}:{survivor.line} {survivor.id}: {survivor.why}"
            )
            if survivor.differs:
                told.append(f"    differs: {survivor.differs}")
            told += [f"    {line}" for line in survivor.diff.splitlines()]
        if exercise.controls:
            earned = (f"{control.name} {control.earned:g}" for control in exercise.controls)
            told.append(f"  earned without the work: {', '.join(earned)} of {exercise.controls[0].points:g} points")
        for control in (control for control in exercise.controls if not control.held):
            told.append(f"  {control.name} earns more than the {control.allowed:g} points it may")
        for kind in ("false_failures", "disagreements", "unstable", "misdiagnosed"):
            for entry in getattr(exercise, kind):
                told.append(f"  {kind.replace('_', ' ')}: {entry.submission} (seed {entry.seed}): {_about(entry)}")
        told += [f"  never fails: {check.id}" for check in exercise.checks if check.never_fails]
    verdict = "certified" if certificate.certified else "NOT certified"
    told.append(f"{verdict}: {certificate.gradings} gradings, {certificate.seeds} seeds, {certificate.seconds:.0f} s")
    return told


def _about(entry: Disagreement) -> str:
    parts = [f"{check} failed: {message}" for check, message in entry.unexpected.items()]
    parts += [f"{check} did not fail" for check in entry.missing]
    return "; ".join([*parts, *([entry.remark] if entry.remark else [])])
