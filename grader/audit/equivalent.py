"""Which mutants are no mistake at all: the same behaviour on a large probe set, or listed by hand with the reason.

The list of an exercise lies beside its planted submissions. `removed` and `added` are the changed lines of the mutant's
diff without indentation. What the probe set proves need not be listed.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from grader.audit.mutate import Mutant, changed
from grader.audit.signatures import unbanked
from grader.authoring.exercise import Exercise
from grader.errors import AuthorError
from grader.judge.bank import Rubric
from grader.judge.players import RecordedCall
from grader.judge.probes import Question
from grader.records import Record

CROSSED = 600  # calls made by crossing the arguments of recorded ones
LIST = "equivalent.toml"


class Equivalent(Record, frozen=True, kw_only=True):
    """A mutant that nobody can call wrong, and why."""

    removed: str  # the changed lines of the original, without indentation
    added: str  # the same lines of the mutant
    reason: str


def listed(folder: Path) -> list[Equivalent]:
    """The list kept by hand in the folder with an exercise's planted submissions, where there is one. Raises AuthorError."""
    if not (folder / LIST).is_file():
        return []
    try:
        found: dict[str, list[Equivalent]] = msgspec.toml.decode(
            (folder / LIST).read_bytes(), type=dict[str, list[Equivalent]]
        )
    except msgspec.MsgspecError as problem:
        raise AuthorError(f"{folder / LIST}: {problem}") from None
    return found.get("equivalent", [])


def reason(mutant: Mutant, known: Iterable[Equivalent]) -> str:
    """Why the list says that a mutant is equivalent; empty when it does not."""
    removed, added = changed(mutant.diff, "-"), changed(mutant.diff, "+")
    return next((e.reason for e in known if (e.removed, e.added) == (removed, added)), "")


def probes(exercise: Exercise, rubrics: Iterable[Rubric]) -> list[Question]:
    """Calls that the reference answers with finite numbers: all recorded ones, and their arguments crossed.

    Crossing gives combinations of keywords that no check draws together. Networks are built and run.
    """
    recorded: list[RecordedCall] = []
    seen: set[str] = set()
    for rubric in rubrics:
        for bank in rubric.draw(exercise).values():
            for call in bank.calls:
                if (key := _key(call)) not in seen:
                    seen.add(key)
                    recorded.append(call)
    crossed = [call for call in _crossed(recorded, exercise) if _key(call) not in seen]
    return [*(call for call in recorded + crossed if _answered(exercise, call)), *unbanked(exercise)]


def text(asked: Question, exercise: Exercise) -> str:
    """A probe in words."""
    if isinstance(asked, RecordedCall):
        return asked.text(exercise)
    return f"{asked.name}({', '.join(map(str, asked.args))}) on {asked.shape}"


def _crossed(recorded: list[RecordedCall], exercise: Exercise) -> Iterable[RecordedCall]:
    """Calls with arguments from different recorded calls of the same function."""
    draw = random.Random(0)
    calls: Mapping[str, list[RecordedCall]] = defaultdict(list)
    words: Mapping[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for call in recorded:
        calls[call.function].append(call)
        for name, value in call.kwargs.items():
            words[call.function][name].append(value)
    for function, known in calls.items():
        for _ in range(CROSSED if known[0].args or known[0].kwargs else 0):
            one, other = draw.choice(known), draw.choice(known)
            args = one.args[:1] + other.args[1 : len(one.args)] if len(other.args) >= len(one.args) else one.args
            by_place = {name for name, _ in exercise.signature(function)[: len(args)]}
            chosen = {
                name: draw.choice(values)
                for name, values in words[function].items()
                if name not in by_place and draw.random() < 0.5
            }
            fixed = {name: value for name, value in one.kwargs.items() if name not in chosen}
            yield RecordedCall(function, args, fixed | chosen, None, other.seed)


def _answered(exercise: Exercise, call: RecordedCall) -> bool:
    """Whether the reference gives finite numbers: what it refuses, or fills with nothing, is outside the contract."""
    try:
        with np.errstate(all="ignore"):
            answer = exercise.functions[call.function](*call.args, **call.kwargs)
    except (ValueError, TypeError, IndexError, ZeroDivisionError, OverflowError):
        return False
    parts = answer if isinstance(answer, tuple) else (answer,)
    return all(np.isfinite(np.asarray(part, dtype=float)).all() for part in parts)


def _key(call: RecordedCall) -> str:
    def plain(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return (value.dtype.str, value.shape, value.tobytes())
        return value

    return repr((call.function, [*map(plain, call.args)], [(k, plain(v)) for k, v in call.kwargs.items()], call.seed))
