"""Name the mistake behind a failing submission: its answers are compared with those of known misconceptions.

A catalogue holds probes (calls of the exercise's functions, drawn once), and how the right code and every known
misconception answer them, as short digests. A submission that answers every probe of some functions exactly as one
misconception does, and no other, has that misconception as far as anybody can tell from outside. In all other cases
nothing is said: a wrong diagnosis is worse than none. Catalogues are made by `grader audit`.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from grader.authoring.exercise import Exercise
from grader.authoring.expect import CheckFailure
from grader.errors import GraderError
from grader.judge import wording
from grader.judge.players import RecordedCall
from grader.judge.session import Session
from grader.records import Array, CheckResult, Record
from grader.worker import protocol

SCHEMA = "grader/signatures/1"
FOLDER = Path(__file__).resolve().parents[1] / "data"
MISSING = "-"  # the answer of a function that a submission does not define
# 1/1000 is far below what wrong answers differ by; the offset keeps round numbers off the edge between two steps
STEPS, OFFSET = 1000.0, 0.137
SHAPE_ERRORS = {"ValueError", "RuntimeError"}  # NumPy's and torch's for shapes that do not fit: one mistake


class Probe(Record, kw_only=True):
    """One call, as data."""

    call: str  # as the student would write it: max_pool2d(x, (2, 3))
    arrays: dict[str, Array]  # those the call names
    seed: int | None = None

    @classmethod
    def of(cls, call: RecordedCall, exercise: Exercise) -> Probe:
        listed = wording.arguments(call.args, call.kwargs, call.names(exercise))
        arrays = {argument.name: argument.value for argument in listed if isinstance(argument.value, Array)}
        return cls(call=call.text(exercise), arrays=arrays, seed=call.seed)

    def recorded(self) -> RecordedCall:
        """The call again, ready to be sent."""
        written = ast.parse(self.call, mode="eval").body
        assert isinstance(written, ast.Call)
        args = tuple(self._value(node) for node in written.args)
        kwargs = {str(word.arg): self._value(word.value) for word in written.keywords}
        return RecordedCall(ast.unparse(written.func), args, kwargs, None, self.seed)

    def _value(self, node: ast.expr) -> Any:
        return self.arrays[node.id].numpy() if isinstance(node, ast.Name) else ast.literal_eval(node)


class Misconception(Record, kw_only=True):
    """A mistake by name, the paragraph a student reads about it, and how code with it answers."""

    title: str
    explanation: str
    answers: str  # a digest for each probe, separated by blanks


class Catalogue(Record, kw_only=True):
    """The known misconceptions of one exercise."""

    schema: Literal["grader/signatures/1"] = SCHEMA
    exercise: str
    digest: str  # of the planted submissions it was made from
    right: str  # the reference's answers
    misconceptions: tuple[Misconception, ...]
    probes: tuple[Probe, ...]


def explain(results: Mapping[str, CheckResult], session: Session) -> Iterable[CheckResult]:
    """The results; the first failed public check about the functions a misconception spoils names it."""
    open_findings = any(result.outcome == "failed" and result.public for result in results.values())
    answering = session.names and not session.timeouts  # code that hangs would cost its limit once more
    catalogue = load(session.exercise.name) if open_findings and answering else None
    if catalogue is None:
        return results.values()
    calls = [probe.recorded() for probe in catalogue.probes]
    try:
        found = recognise(catalogue, answers(session, calls))
    except (CheckFailure, GraderError):  # it died on a probe: nothing can be said
        return results.values()
    return _attached(results.values(), found)


def recognise(catalogue: Catalogue, given: Sequence[str]) -> dict[frozenset[str], Misconception]:
    """The misconception behind the answers `given`, for each set of functions it spoils.

    A misconception is recognised when every answer of the functions it spoils agrees. One that spoils more functions
    outranks one that spoils some of them; where two are left for the same functions, neither is named.
    """
    functions = [probe.call.partition("(")[0] for probe in catalogue.probes]
    right = catalogue.right.split()
    found: dict[frozenset[str], dict[str, Misconception]] = {}
    for known in catalogue.misconceptions:
        wrong = known.answers.split()
        spoilt = frozenset(f for f, one, other in zip(functions, wrong, right, strict=True) if one != other)
        matter = [i for i, function in enumerate(functions) if function in spoilt and given[i] != MISSING]
        shows = any(wrong[i] != right[i] for i in matter)
        if shows and all(given[i] == wrong[i] for i in matter):
            found.setdefault(spoilt, {})[known.title] = known
    widest = {spoilt: titles for spoilt, titles in found.items() if not any(spoilt < other for other in found)}
    return {spoilt: next(iter(titles.values())) for spoilt, titles in widest.items() if len(titles) == 1}


def answers(session: Session, calls: Sequence[RecordedCall]) -> list[str]:
    """A digest of how a submission answers each call. Raises CheckFailure when its worker dies."""
    session.load()
    present = [call for call in calls if session.names.get(call.function, "missing") != "missing"]
    wires = tuple(call.wire(session.libraries.get(call.function, "torch")) for call in present)
    frame = protocol.frame(protocol.Request("calls", (), wires))
    replies = session.stream(frame, len(present), lambda i: f"{present[i].function} was being called")
    digests = {id(call): digest(reply) for call, reply in zip(present, replies, strict=True)}
    return [digests.get(id(call), MISSING) for call in calls]


def digest(reply: protocol.Reply) -> str:
    """Eight digits for one reply: values to a thousandth, the kind of error, inputs changed or shared."""
    if reply.raised is not None:
        kind = reply.raised.type_name
        told: Any = ["raised", "shapes" if kind in SHAPE_ERRORS else kind]
    else:
        told = [token(protocol.unpack(reply.value)), [name for name, _ in reply.changed], reply.aliases]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:8]


def token(value: Any) -> Any:
    """A value in a form that equal answers share, whatever library or dtype they come from."""
    if isinstance(value, dict):
        return [token(item) for item in value.values()]
    if isinstance(value, list | tuple) and not _is_array(value):
        return [token(item) for item in value]
    if isinstance(value, np.ndarray | list | tuple | bool | int | float):
        array = np.asarray(value)
        if array.dtype.kind == "c":
            return [token(array.real), token(array.imag)]
        with np.errstate(invalid="ignore", over="ignore"):
            steps = np.round(array.astype(np.float64) * STEPS + OFFSET) + 0.0
        return [array.shape, steps.ravel().tolist()]
    return value if isinstance(value, str | None) else type(value).__name__


@cache
def load(exercise: str) -> Catalogue | None:
    """The catalogue of an exercise, where there is one."""
    file = path(exercise)
    return msgspec.json.decode(file.read_bytes(), type=Catalogue) if file.is_file() else None


def path(exercise: str) -> Path:
    return FOLDER / f"signatures-{exercise}.json"


def _attached(
    results: Iterable[CheckResult], found: dict[frozenset[str], Misconception]
) -> Iterable[CheckResult]:
    """Each misconception goes to the first failed public check whose call it spoils, and to no other."""
    for result in results:
        finding = result.finding
        if result.outcome == "failed" and result.public and finding is not None:
            function = finding.call.partition("(")[0]
            fitting = [spoilt for spoilt in found if function in spoilt]
            if len(fitting) == 1:
                known = found.pop(fitting[0])
                told = {"misconception": known.title, "explanation": known.explanation}
                result = msgspec.structs.replace(result, finding=msgspec.structs.replace(finding, **told))
        yield result


def _is_array(value: Any) -> bool:
    """Whether nested lists are one array of numbers."""
    try:
        return bool(np.asarray(value).dtype.kind in "biuf")
    except (ValueError, TypeError, OverflowError):
        return False
