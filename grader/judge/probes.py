"""How a submission answers fixed questions, as short digests that can be compared between submissions.

Equal behaviour gives equal digests, whatever library, dtype or names a submission uses: values count to a
thousandth, kinds of error count, and so do inputs that are changed or shared. Networks are compared after their
parameters have been set by shape alone, so that neither names nor the order of layers matter.
"""

from __future__ import annotations

import ast
import hashlib
import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from grader.authoring.exercise import Exercise
from grader.authoring.expect import CheckFailure
from grader.judge import wording
from grader.judge.networks import Network
from grader.judge.players import RecordedCall
from grader.judge.session import Session
from grader.records import Array, Record
from grader.worker import protocol

MISSING = "-"  # the answer for a name that a submission does not define
# a thousandth is far below what wrong answers differ by; the offset keeps round numbers off the edge of a step
STEPS, OFFSET = 1000.0, 0.137
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
    args: tuple[int, ...]
    shape: tuple[int, ...]


Probe = CallProbe | NetworkProbe
Question = RecordedCall | NetworkProbe


def question(probe: Probe) -> Question:
    """A probe, ready to be asked."""
    return probe.recorded() if isinstance(probe, CallProbe) else probe


def answers(session: Session, questions: Sequence[Question]) -> list[str]:
    """A digest of the answer to each question, by a fresh worker. Raises CheckFailure when it dies."""
    session.discard()
    session.load()
    calls = [asked for asked in questions if isinstance(asked, RecordedCall)]
    told = iter(_called(session, [call for call in calls if _defined(session, call.function)]))
    found = []
    for asked in questions:
        if not _defined(session, asked.function if isinstance(asked, RecordedCall) else asked.name):
            found.append(MISSING)
        else:
            found.append(next(told) if isinstance(asked, RecordedCall) else _digest(_network(session, asked)))
    return found


def _defined(session: Session, name: str) -> bool:
    return session.names.get(name, "missing") != "missing"


def _called(session: Session, calls: Sequence[RecordedCall]) -> list[str]:
    seeded = [msgspec.structs.replace(call, seed=call.seed or 0) for call in calls]
    wires = tuple(call.wire(session.libraries.get(call.function, "torch")) for call in seeded)
    frame = protocol.frame(protocol.Request("calls", (), wires))
    replies = session.stream(frame, len(calls), lambda i: f"{calls[i].function} was being called")
    return [_digest(_reply(reply)) for reply in replies]


def _reply(reply: protocol.Reply) -> Any:
    if reply.raised is not None:
        kind = reply.raised.type_name
        return ["raised", "shapes" if kind in SHAPE_ERRORS else kind]
    return [token(protocol.unpack(reply.value)), [name for name, _ in reply.changed], reply.aliases]


def _network(session: Session, probe: NetworkProbe) -> Any:
    """Shapes of the parameters, then outputs and gradients in both modes as far as they come."""
    x = noise(probe.shape)
    told: list[Any] = []
    try:
        network = Network(session, probe.name, probe.args, x, 0)
        state = network.state()
        told.append(sorted((entry.kind, entry.values.shape) for entry in state))
        network.load({entry.name: filled(entry.values) for entry in state if entry.values.dtype.kind == "f"})
        told += [_scaled(network.output(x)), network.changes_input(x)]
        told.append(_scaled(network.output(x, train=True)))
        told.append(_gradients(*network.backward(x, noise(network.output(x).shape), train=True)))
    except CheckFailure as failure:
        if failure.fatal:
            raise
        told.append(LINE.sub("", failure.message))
    return told


def _gradients(output: np.ndarray, of_input: Any, of_parameters: Mapping[str, Any]) -> Any:
    sizes = [-1.0 if values is None else float(np.abs(values).sum()) for values in of_parameters.values()]
    return [
        _scaled(output),
        None if of_input is None else _scaled(of_input),
        [f"{size:.2g}" for size in sorted(sizes)],
    ]


def _scaled(output: np.ndarray) -> Any:
    """Values as parts of the largest: outputs of networks have no unit."""
    largest = float(np.abs(output).max()) if output.size else 0.0
    return [f"{largest:.2g}", token(output / largest if largest and np.isfinite(largest) else output)]


def filled(values: np.ndarray) -> np.ndarray:
    """Values that depend on the shape alone: positive for a vector (a variance may be one), else of either sign."""
    draw = noise(values.shape)
    return np.abs(draw) + np.float32(0.5) if values.ndim < 2 else draw * np.float32(2 / np.sqrt(values[0].size))


def noise(shape: tuple[int, ...]) -> np.ndarray:
    """Standard normal noise, float32, the same for the same shape."""
    seed = zlib.crc32(repr(tuple(shape)).encode())
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


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


def _is_array(value: Any) -> bool:
    """Whether nested lists are one array of numbers."""
    try:
        return bool(np.asarray(value).dtype.kind in "biuf")
    except (ValueError, TypeError, OverflowError):
        return False


def _digest(told: Any) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()[:8]
