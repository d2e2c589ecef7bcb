"""What of a submission need not be asked again: the rule, and why something must be.

A result stands while all that it depends on is the same. The checks of an exercise share a worker, a clock and a diagnosis.
A single one is asked alone where every check of the exercise passed and nothing was printed, and where the code keeps
nothing between two calls: then what each check has found by itself is kept, and what is told of all is told anew.
Questions that students may have seen are asked of no file that is younger than they are: a submission whose files have
changed gets the seed of this run, one whose files have not the seed that it had.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from operator import attrgetter
from typing import NamedTuple

import msgspec

from grader.authoring.exercise import Check, Exercise
from grader.gradebook import Candidate, Gradebook, Result
from grader.grading import fingerprints
from grader.judge.runner import NOT_TRIED
from grader.judge.trail import Step, Trail

MOST_NAMED = 3  # things that have changed, in one sentence
ANEW = "it is asked for the first time"
FILES = "the submission's files have changed"
FRESH = "nothing was to be reused (--fresh)"
SEED = "another seed is asked for"
OURS = "the grader itself had failed"
NEEDS = "the check's needs and kind"  # of a fingerprint
ALL_TIME = "s for all exercises together"  # in a finding about time: what other exercises took matters

AS_SHOWN = attrgetter("title", "points", "public", "later", "hint", "exercise.title")  # of a check


@dataclass(frozen=True)
class Wanted:
    """What a run asks of everybody."""

    checks: tuple[Check, ...]
    fingerprints: dict[str, str]  # by the check's name
    parts: Callable[[str], Mapping[str, str]]  # of a fingerprint

    @cached_property
    def settled(self) -> str:
        """A digest over all that a report with these checks and no others depends on, and over how it shows them."""
        shown = [(check.id, self.fingerprints[check.id], *AS_SHOWN(check)) for check in self.checks]
        return hashlib.sha256(repr(shown).encode()).hexdigest()

    def exercises(self) -> dict[Exercise, list[Check]]:
        found: dict[Exercise, list[Check]] = {}
        for check in self.checks:
            found.setdefault(check.exercise, []).append(check)
        return found


class Plan(NamedTuple):
    """What is to be done for one submission."""

    seed: int
    base: int | None = None  # the stored report whose results are used
    whole: bool = False  # it stands as it is
    run: frozenset[str] = frozenset()  # checks to be asked
    kept: frozenset[str] = frozenset()  # checks of the same exercises whose results stand
    why: dict[str, str] = {}  # each of `run` is asked


def plan(
    wanted: Wanted,
    stored: Sequence[Candidate],
    snapshot: str,
    seed_if_anew: int,
    given_seed: int | None,
    book: Gradebook,
) -> Plan:
    """For a submission with these files now, and with these stored reports, the newest first, the one that counts before all.

    `seed_if_anew` is for what nobody has seen the questions of; `given_seed` the one that was asked for.
    """
    candidates = [one for one in stored if one.snapshot == snapshot]
    if not candidates:
        return anew(wanted, seed_if_anew, FILES if stored else ANEW)
    seed = candidates[0].seed if given_seed is None else given_seed
    of_seed = [one for one in candidates if one.seed == seed]
    if not of_seed:
        return anew(wanted, seed, SEED)
    if of_seed[0] == stored[0] and of_seed[0].settled == wanted.settled:
        return Plan(seed, base=of_seed[0].id, whole=True)
    plans = (_from(wanted, one, book.results(one.id), seed, book) for one in of_seed)
    return min(plans, key=lambda made: len(made.run))


def anew(wanted: Wanted, seed: int, why: str) -> Plan:
    """Everything is asked."""
    names, reasons = _for_all(tuple(check.id for check in wanted.checks), why)
    return Plan(seed, run=names, why=reasons)


@cache
def _for_all(names: tuple[str, ...], why: str) -> tuple[frozenset[str], dict[str, str]]:
    """One for a whole class."""
    return frozenset(names), dict.fromkeys(names, why)


def trails(book: Gradebook, wanted: Wanted, plan: Plan) -> dict[str, Trail]:
    """What is known of the exercises of which some checks are asked again."""
    assert plan.base is not None
    found, passed = {}, None
    stored = book.trails(plan.base)
    for exercise, checks in wanted.exercises().items():
        if plan.kept.isdisjoint(check.id for check in checks):
            continue
        if exercise.name in stored:
            found[exercise.name] = msgspec.json.decode(stored[exercise.name], type=Trail)
            continue
        passed = passed or {one.name: one for one in book.report(plan.base).exercises}
        told = passed[exercise.name]
        steps = tuple(Step(result=one) for one in told.checks if one.outcome == "passed")
        found[exercise.name] = Trail(exercise=exercise.name, steps=steps, plain=False, notes=told.notes)
    return found


def _from(wanted: Wanted, candidate: Candidate, results: Mapping[str, Result], seed: int, book: Gradebook) -> Plan:
    """What of one stored report stands, and what has to be asked."""
    run: set[str] = set()
    kept: set[str] = set()
    why: dict[str, str] = {}
    known: Collection[str] | None = None
    for exercise, checks in wanted.exercises().items():
        stale = {check.id: reason for check in checks if (reason := _stale(check, results.get(check.id), wanted))}
        for name in [name for name in stale if _waits(name, stale, results, wanted)]:
            del stale[name]
        if not stale and _is_whole(exercise, checks, results):
            continue
        if known is None:
            known = book.trails(candidate.id).keys()
        standing = [check.id for check in checks if check.id not in stale]
        alone = {name for name in standing if results[name].outcome == "passed"}
        if exercise.name in known and _is_whole(exercise, checks, results) and alone:
            alone = set(standing)
        elif any(results[name].outcome == "failed" or not results[name].silent for name in standing):
            alone = set()
        rest = [name for name in standing if name not in alone]
        run |= {*stale, *rest}
        kept |= alone
        told = (
            f"{next(iter(stale), 'another set of checks')} is asked again, and the others cannot be told apart from it"
        )
        why |= stale | dict.fromkeys(rest, told)
    if run and any(ALL_TIME in one.told for one in results.values()):
        return anew(wanted, seed, "it had used up its time for all exercises, and something is asked again")
    return Plan(seed, base=candidate.id, run=frozenset(run), kept=frozenset(kept), why=why)


def _waits(name: str, stale: Mapping[str, str], results: Mapping[str, Result], wanted: Wanted) -> bool:
    """Whether a check was not tried, and will not be, because of another whose result stands: its own code is no matter."""
    result = results.get(name)
    if result is None or not result.told.startswith(NOT_TRIED) or not result.fingerprint:
        return False
    before, now = wanted.parts(result.fingerprint), wanted.parts(wanted.fingerprints[name])
    return result.told.removeprefix(NOT_TRIED).partition(",")[0] not in stale and before.get(NEEDS) == now[NEEDS]


def _is_whole(exercise: Exercise, checks: Sequence[Check], results: Mapping[str, Result]) -> bool:
    """Whether the very same checks of the exercise were asked together; where all have passed, that is no matter."""
    names = {check.id for check in checks}
    together = {check.id for check in exercise.checks if check.id in results and results[check.id].fingerprint}
    found = [results.get(name) for name in names]
    return names == together or all(one is not None and one.outcome == "passed" and one.silent for one in found)


def _stale(check: Check, result: Result | None, wanted: Wanted) -> str:
    """Why a stored result cannot be used; empty where it can."""
    if result is None or not result.fingerprint:
        return ANEW
    if result.outcome == "errored":
        return OURS
    now = wanted.fingerprints[check.id]
    if result.fingerprint != now:
        parts = fingerprints.changed(wanted.parts(result.fingerprint), wanted.parts(now))
        more = f" and {len(parts) - MOST_NAMED} more" if len(parts) > MOST_NAMED else ""
        return f"{', '.join(parts[:MOST_NAMED])}{more} changed"
    if (result.public, result.later) != (check.public, check.later) and (result.outcome != "passed" or check.live):
        return "students see more or less of it now"
    if result.outcome == "failed" and result.hint != check.hint and not (result.hint and check.hint):
        return f"it has {'a' if check.hint else 'no'} hint now"
    return ""
