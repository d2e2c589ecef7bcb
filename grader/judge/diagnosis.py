"""Name the mistake behind a failing submission: its answers are compared with those of known misconceptions.

A catalogue holds probes, drawn once, and how the right code and every known misconception answer them. A submission
that answers every probe of some functions exactly as one misconception does, and no other, has that misconception
as far as anybody can tell from outside. In all other cases nothing is said: a wrong diagnosis is worse than none.
Catalogues are made by `grader audit`.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from grader.authoring.exercise import Check, Exercise, Mistake
from grader.judge.players import Live
from grader.judge.probes import MISSING, CallProbe, Probe, Question, agree, answer, answers, question
from grader.judge.session import Session
from grader.records import CheckResult, Finding, Record

SAME = "="
DIAGNOSIS_SECONDS = 10.0  # for the answers to all probes
RAISED = frozenset(answer(f"raised {name}") for name in ("shapes", *vars(builtins)))  # answers that hold no value
FOLDER = Path(__file__).resolve().parents[1] / "data"


class Misconception(Record, frozen=True, kw_only=True):
    """A mistake by name, the paragraph a student reads about it, and how code with it answers."""

    title: str
    explanation: str
    answers: str  # one for each probe, separated by blanks; "=" for the right one


class Catalogue(Record, frozen=True, kw_only=True):
    """The known misconceptions of one exercise."""

    schema: Literal["grader/signatures/1"] = "grader/signatures/1"
    exercise: str
    digest: str  # of the planted submissions it was made from
    right: str  # the reference's answers
    misconceptions: tuple[Misconception, ...]
    probes: tuple[Probe, ...]


Found = dict[frozenset[str], Misconception]  # by the functions and classes that it spoils


def explain(results: Mapping[str, CheckResult], session: Session) -> Iterable[CheckResult]:
    """The results; the first failed public check about what a misconception spoils names it."""
    open_findings = any(result.outcome == "failed" and result.public for result in results.values())
    # code that hangs would cost its limit once more
    answering = session.diagnose and not session.timeouts and (session.names or session.recognised is not None)
    # a check that knows the mistake has told it
    answering = answering and not any(r.finding and r.finding.misconception for r in results.values())
    if not (open_findings and answering):
        return results.values()
    if session.recognised is None:
        session.recognised = _asked(session)
    checks = {check.id: check for check in session.exercise.checks}
    return _attached(results.values(), session.recognised, checks)


def _asked(session: Session) -> dict[frozenset[str], Mistake]:
    """The mistakes that the submission's answers to all probes show."""
    if (by_rules := by_rule(session)) is not None:
        return {frozenset(session.exercise.class_names): by_rules}
    catalogue = load(session.exercise)
    if catalogue is None:
        return {}
    try:
        with session.exploring(DIAGNOSIS_SECONDS):
            given = answers(session, questions(path(session.exercise)))
    except Exception:  # it died on a probe, or told what nobody thought of: nothing can be said, and nothing is lost
        return {}
    found = recognise(catalogue, given)
    return {spoilt: Mistake(known.title, known.explanation) for spoilt, known in found.items()}


def by_rule(session: Session) -> Mistake | None:
    """What the exercise's own rules say of a network, which they ask anew: no style hides a mistake from them."""
    rules = session.exercise.recognise
    found: list[Mistake | None] = []
    if rules is None:
        return None
    try:
        with session.exploring(DIAGNOSIS_SECONDS):
            Live(session).play(lambda student: found.append(rules(student)), {})
    except Exception:  # nothing can be said, and nothing is lost
        return None
    return found[0]


def recognise(catalogue: Catalogue, given: Sequence[str]) -> Found:
    """The misconception behind the answers `given`, for each set of functions it spoils.

    A misconception is recognised when every answer of the functions it spoils agrees; a demonstration without
    arguments matters only where nothing else is spoilt. One that spoils more functions outranks one that spoils
    fewer; code that raises whatever it is asked tells nothing; where two are left for the same functions, neither is named.
    """
    names = [probe.name for probe in catalogue.probes]
    demonstrations = {p.name for p in catalogue.probes if isinstance(p, CallProbe) and p.call == f"{p.name}()"}
    present = {name for name, answer in zip(names, given, strict=True) if answer != MISSING}
    right = catalogue.right.split()
    found: dict[frozenset[str], dict[str, Misconception]] = {}
    for known in catalogue.misconceptions:
        wrong = known.answers.split()
        differing = frozenset(name for name, answer in zip(names, wrong, strict=True) if answer != SAME)
        spoilt = (differing - demonstrations or differing) & present
        expected = [one if other == SAME else other for one, other in zip(right, wrong, strict=True)]
        telling = any(expected[i] not in RAISED for i, name in enumerate(names) if name in spoilt)
        if spoilt and telling and all(agree(given[i], expected[i]) for i, name in enumerate(names) if name in spoilt):
            found.setdefault(spoilt, {})[known.title] = known
    return {
        spoilt: next(iter(titles.values()))
        for spoilt, titles in found.items()
        if len(titles) == 1 and not any(spoilt < other for other in found)
    }


def load(exercise: Exercise) -> Catalogue | None:
    """The catalogue of an exercise, where there is one that can be read: without it nothing is diagnosed."""
    try:
        return read(path(exercise))
    except (OSError, msgspec.DecodeError):
        return None


@cache
def read(file: Path) -> Catalogue | None:
    """The catalogue in `file`. Raises OSError, or msgspec.DecodeError for one made by another version."""
    return msgspec.json.decode(file.read_bytes(), type=Catalogue) if file.is_file() else None


@cache
def questions(file: Path) -> tuple[Question, ...]:
    """The probes of the catalogue in `file`, ready to be asked."""
    catalogue = read(file)
    return tuple(map(question, catalogue.probes)) if catalogue else ()


def path(exercise: Exercise) -> Path:
    """Where an exercise's catalogue is kept: with the grader's data, or beside the checks of another course."""
    written = Path(exercise.checks[-1].body.__code__.co_filename)
    folder = FOLDER if written.is_relative_to(FOLDER.parent) else written.parent
    return folder / f"signatures-{exercise.name}.json"


def _attached(
    results: Iterable[CheckResult], found: Mapping[frozenset[str], Mistake], checks: Mapping[str, Check]
) -> Iterator[CheckResult]:
    """Each misconception goes to the first failed public check whose call it spoils.

    Later ones about the same call are folded under it: every answer agrees with the misconception, so they fail for no
    other reason that can be seen. What has crashed, or is about a file or a training, stands for itself. A finding
    without a call is about the network.
    """
    told: dict[frozenset[str], str] = {}
    for result in results:
        finding = result.finding
        if result.outcome == "failed" and result.public and finding is not None:
            called = _called(finding, checks[result.id])
            fitting = [spoilt for spoilt in found if called & spoilt]
            if len(fitting) == 1 and fitting[0] in told:
                if not finding.traceback and not checks[result.id].files and not checks[result.id].trains:
                    finding = msgspec.structs.replace(finding, cause=told[fitting[0]])
            elif len(fitting) == 1:
                known, told[fitting[0]] = found[fitting[0]], result.id
                words = {"misconception": known.title, "explanation": known.explanation}
                if finding.traceback or called & set(checks[result.id].exercise.class_names):
                    words["hint"] = ""  # about the crash, or the check's: not about this mistake
                finding = msgspec.structs.replace(finding, **words)
            result = msgspec.structs.replace(result, finding=finding)
        yield result


def _called(finding: Finding, check: Check) -> set[str]:
    return {finding.call.partition("(")[0]} if finding.call else set(check.exercise.class_names)
