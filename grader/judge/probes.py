"""How a submission answers fixed questions, as short texts that can be compared between submissions.

    answer = form [":" norm ":" projection]

The form is a digest of everything but the values: nesting, shapes, where a value is not finite, the kind of an
error, inputs that were changed or shared. All values together count by their norm and by their projection on a
fixed vector, which two different results of one shape practically never share; both are compared with an allowance
for rounding, so library, dtype and machine do not matter. Networks are asked after their parameters have been set
by shape alone, so neither do names and the order of layers.
"""

from __future__ import annotations

import ast
import hashlib
import math
import re
import zlib
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from grader.authoring import expect
from grader.authoring.exercise import Exercise
from grader.authoring.expect import CheckFailure
from grader.judge import wording
from grader.judge.networks import Network
from grader.judge.players import RecordedCall
from grader.judge.session import Session
from grader.records import Array, Record, Setting
from grader.worker import protocol

MISSING = "-"  # the answer for a name that a submission does not define
ALLOWED = 1e-4  # of the norm: far above float32's rounding, far below what wrong answers differ by
LINE = re.compile(r" in line \d+")
SHAPE_ERRORS = {"ValueError", "RuntimeError"}  # NumPy's and torch's for shapes that do not fit: one mistake


class CallProbe(Record, frozen=True, kw_only=True, tag="call"):
    """A call of a function, as data."""

    call: str  # as the student would write it: max_pool2d(x, (2, 3))
    arrays: dict[str, Array]  # those the call names
    seed: int | None = None

    @classmethod
    def of(cls, call: RecordedCall, exercise: Exercise) -> CallProbe:
        listed = wording.arguments(call.args, call.kwargs, call.names(exercise))
        arrays = {argument.name: argument.value for argument in listed if isinstance(argument.value, Array)}
        return cls(call=call.text(exercise), arrays=arrays, seed=call.seed)

    @property
    def name(self) -> str:
        return self.call.partition("(")[0]

    def recorded(self) -> RecordedCall:
        """The call again, ready to be sent."""
        written = ast.parse(self.call, mode="eval").body
        assert isinstance(written, ast.Call)
        args = tuple(self._value(node) for node in written.args)
        kwargs = {str(word.arg): self._value(word.value) for word in written.keywords}
        return RecordedCall(self.name, args, kwargs, None, self.seed)

    def _value(self, node: ast.expr) -> Any:
        return self.arrays[node.id].numpy() if isinstance(node, ast.Name) else ast.literal_eval(node)


class NetworkProbe(Record, frozen=True, kw_only=True, tag="network"):
    """A network built with `args` and run on noise of the given shape (N, C, H, W)."""

    name: str
    args: tuple[Setting, ...]
    shape: tuple[int, ...]


Probe = CallProbe | NetworkProbe
Question = RecordedCall | NetworkProbe


def question(probe: Probe) -> Question:
    """A probe, ready to be asked."""
    return probe.recorded() if isinstance(probe, CallProbe) else probe


def answers(session: Session, questions: Sequence[Question]) -> list[str]:
    """The answer to each question. Raises CheckFailure when the submission's worker dies."""
    session.load()
    calls = [asked for asked in questions if isinstance(asked, RecordedCall)]
    told = iter(_called(session, [call for call in calls if _defined(session, call.function)]))
    found = []
    for asked in questions:
        if not _defined(session, asked.function if isinstance(asked, RecordedCall) else asked.name):
            found.append(MISSING)
        else:
            found.append(next(told) if isinstance(asked, RecordedCall) else _network(session, asked))
    return found


def agree(one: str, other: str) -> bool:
    """Whether two answers are the same but for rounding."""
    if one == other:
        return True
    (form, *values), (other_form, *other_values) = one.split(":"), other.split(":")
    if form != other_form or not values:
        return False
    numbers, other_numbers = [*map(float, values)], [*map(float, other_values)]
    allowed = ALLOWED * (1 + numbers[0])
    return all(abs(a - b) <= allowed for a, b in zip(numbers, other_numbers, strict=True))


def answer(told: Any) -> str:
    """Anything a worker can tell, as an answer."""
    numbers: list[np.ndarray] = []
    form = hashlib.sha256(_form(told, numbers).encode()).hexdigest()[:8]
    if not numbers:
        return form
    values = np.concatenate(numbers)
    with np.errstate(over="ignore", invalid="ignore"):
        norm, projection = float(np.linalg.norm(values)), float(values @ np.cos(np.arange(1.0, values.size + 1) ** 2))
    return f"{form}:{norm:.6g}:{projection:.6g}"


def noise(shape: tuple[int, ...]) -> np.ndarray:
    """Standard normal noise, float32, the same for the same shape."""
    seed = zlib.crc32(repr(tuple(shape)).encode())
    return np.random.RandomState(seed).standard_normal(shape).astype("float32")


def _defined(session: Session, name: str) -> bool:
    return session.names.get(name, "missing") != "missing"


def _called(session: Session, calls: Sequence[RecordedCall]) -> list[str]:
    seeded = [msgspec.structs.replace(call, seed=call.seed or 0) for call in calls]
    wires = tuple(call.wire(session.libraries.get(call.function, "torch")) for call in seeded)
    frame = protocol.frame(protocol.Request("calls", (), wires))
    replies = session.stream(frame, len(calls), lambda i: f"{calls[i].function} was being called")
    return [answer(_told(reply)) for reply in replies]


def _told(reply: protocol.Reply) -> Any:
    if reply.raised is not None:
        kind = reply.raised.type_name
        return f"raised {'shapes' if kind in SHAPE_ERRORS else kind}"
    return [protocol.unpack(reply.value), [name for name, _ in reply.changed], list(reply.aliases)]


@np.errstate(all="ignore")  # networks may be made of infinities
def _network(session: Session, probe: NetworkProbe) -> str:
    """Shapes of the parameters, then outputs and gradients in both modes as far as they come."""
    x = noise(probe.shape)
    told: list[Any] = []
    try:
        network = Network(session, probe.name, probe.args, x, 0)
        state = network.state()
        told.append(repr(sorted((entry.kind, entry.values.shape) for entry in state)))
        network.load({entry.name: _filled(entry.values) for entry in state if entry.values.dtype.kind == "f"})
        told += [_scaled(network.output(x)), network.changes_input(x), _scaled(network.output(x, train=True))]
        output, of_input, of_parameters = network.backward(x, noise(network.output(x).shape), train=True)
        gradients = [
            None if values is None else expect.floats(values) for values in (of_input, *of_parameters.values())
        ]
        sizes = [-1.0 if g is None else float(np.abs(g).sum()) / max(1, g.size) for g in gradients[1:]]
        told += [_scaled(output), None if gradients[0] is None else _scaled(gradients[0]), sorted(sizes)]
    except CheckFailure as failure:
        if failure.fatal:
            raise
        told.append(LINE.sub("", failure.message))
    return answer(told)


def _scaled(output: np.ndarray) -> np.ndarray:
    """With a norm of one, unless it is zero: no output counts more than the others."""
    norm = np.linalg.norm(output)
    return output / norm if norm and np.isfinite(norm) else output


def _filled(values: np.ndarray) -> np.ndarray:
    """Values that depend on the shape alone: positive for a vector (a variance may be one), else of either sign."""
    draw = noise(values.shape)
    if values.ndim < 2:
        return np.asarray(np.abs(draw) + np.float32(0.5))
    return np.asarray(draw * np.float32(2 / math.sqrt(max(1, math.prod(values.shape[1:])))))


def _form(value: Any, numbers: list[np.ndarray]) -> str:
    """Everything but the values of numbers, which are appended to `numbers`."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple) and not _is_array(value):
        return f"[{', '.join(_form(item, numbers) for item in value)}]"
    if not isinstance(value, np.ndarray | list | tuple | bool | int | float):
        return repr(value) if isinstance(value, str | None) else type(value).__name__
    array = np.asarray(value)
    parts = [array.real, array.imag] if array.dtype.kind == "c" else [array]
    flat = np.concatenate([part.astype(np.float64).ravel() for part in parts])
    odd = "" if (finite := np.isfinite(flat)).all() else str([(int(i), str(flat[i])) for i in np.flatnonzero(~finite)])
    numbers.append(np.where(finite, flat, 0.0))
    return f"{array.shape} {len(parts)} {odd}"


def _is_array(value: Any) -> bool:
    """Whether nested lists are one array of numbers."""
    try:
        return bool(np.asarray(value).dtype.kind in "biuf")
    except (ValueError, TypeError, OverflowError):
        return False
