"""A student's network, and trained networks as files, as the judge sees them: names, shapes and plain arrays.

Images are (N, C, H, W) float32, standardised; logits (N, classes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from grader.authoring import expect
from grader.authoring.expect import CheckFailure
from grader.judge import wording
from grader.worker import protocol

if TYPE_CHECKING:
    from grader.judge.session import Session

EVALUATION_SECONDS = 120.0
EXPORT_SECONDS = 60.0


class Parameter(NamedTuple):
    """One parameter of a layer."""

    name: str
    shape: tuple[int, ...]
    count: int
    trainable: bool


class Layer(NamedTuple):
    """A layer that owns parameters."""

    name: str
    kind: str
    parameters: tuple[Parameter, ...]

    @property
    def count(self) -> int:
        return sum(parameter.count for parameter in self.parameters)


class Entry(NamedTuple):
    """A parameter or buffer with its values."""

    name: str
    kind: str  # parameter or buffer
    owner: str  # type of the layer it belongs to
    values: np.ndarray


class Network:
    """A network built in the student's worker. Methods raise CheckFailure in words for the student."""

    def __init__(self, session: Session, name: str, args: tuple[int, ...], sample: np.ndarray, seed: int) -> None:
        session.require(name)
        self.session = session
        self.made = f"{name}({', '.join(map(str, args))})"
        self._number = self._ask(
            "build", name, list(args), sample, session.device, seed, doing=f"{self.made} was being built", call=self.made
        )

    def layers(self) -> list[Layer]:
        """The layers that own parameters, in order of registration."""
        found = self._ask("layers", self._number, doing="its parameters were being listed")
        return [
            Layer(str(name), str(kind), tuple(Parameter(str(k), tuple(s), int(c), bool(t)) for k, s, c, t in own))
            for name, kind, own in found
        ]

    def state(self) -> list[Entry]:
        """All parameters and buffers."""
        found = self._ask("state", self._number, doing="its parameters were being read")
        return [Entry(str(n), str(kind), str(owner), np.asarray(values)) for n, kind, owner, values in found]

    def load(self, values: dict[str, np.ndarray]) -> None:
        """Set parameters and buffers by name."""
        self._ask("load_state", self._number, values, doing="its parameters were being set")

    def forward(self, x: np.ndarray, train: bool = False) -> Any:
        """The output for a batch, whatever it is; see `logits` for one that must be an array."""
        return self._forward(x, train)[0]

    def changes_input(self, x: np.ndarray) -> bool:
        """Whether a pass in eval mode modifies its input."""
        return bool(self._forward(x, False)[1])

    def output(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """The output as an array."""
        return expect.array(self.forward(x, train), f"the output for a batch of shape {x.shape}")

    def backward(self, x: np.ndarray, weights: np.ndarray, train: bool = False) -> tuple[np.ndarray, Any, dict[str, Any]]:
        """Output, gradient of x and of each parameter (None where there is none) of sum(output * weights)."""
        doing = f"the gradients for a batch of shape {x.shape} were being computed"
        output, gradient, gradients = self._ask("backward", self._number, x, weights, train, doing=doing, call="backward()")
        return expect.array(output), gradient, gradients

    def overfit(self, x: np.ndarray, labels: np.ndarray, steps: int, rate: float) -> tuple[list[float], np.ndarray]:
        """Losses and final logits of Adam on one batch."""
        doing = f"{steps} steps of training on one batch of {len(x)} were being made"
        losses, logits = self._ask("overfit", self._number, x, labels, steps, rate, doing=doing, call="a training step", seconds=EXPORT_SECONDS)
        return [float(loss) for loss in losses], expect.array(logits)

    def operators(self, x: np.ndarray) -> list[str]:
        """Names of the aten operators in a forward pass."""
        return list(map(str, self._ask("forward_operators", self._number, x, doing="a forward pass was being watched", call="forward()")))

    def train(self, images: np.ndarray, labels: np.ndarray, seed: int, seconds: float) -> Any:
        """What the student's `train` returned; the network is trained in place."""
        returned, _ = self._ask(
            "train", "train", self._number, images, labels, seed, doing="train was running", call="train(model, images, labels)", seconds=seconds
        )
        return returned

    def export(self, sample: np.ndarray) -> bytes:
        """The network as the bytes of an ONNX file."""
        data = self._ask("export", self._number, sample, doing="it was being exported to ONNX", call="torch.onnx.export", seconds=EXPORT_SECONDS)
        return np.asarray(data, dtype=np.uint8).tobytes()

    def load_checkpoint(self, file: str) -> None:
        """Load the student's saved state_dict."""
        self._ask("load_checkpoint", self._number, file, doing=f"{file} was being loaded", call=f"loading {file}")

    def _forward(self, x: np.ndarray, train: bool) -> list[Any]:
        mode = "train" if train else "eval"
        doing = f"a batch of shape {x.shape} was going through it in {mode} mode"
        found = self._ask("forward", self._number, x, train, doing=doing, call=f"a forward pass of shape {x.shape}")
        return list(found)

    def _ask(self, procedure: str, *arguments: Any, doing: str, call: str = "", seconds: float | None = None) -> Any:
        request = protocol.Request(procedure, tuple(map(protocol.pack, arguments)))
        reply = self.session.ask(request, doing, seconds)
        if reply.raised is not None:
            raise network_raised(call or self.made, self.made, reply.raised)
        return protocol.unpack(reply.value)


def network_raised(call: str, made: str, raised: protocol.Raised) -> CheckFailure:
    """What building or running a network raised."""
    if raised.internal:
        return CheckFailure(raised.message)
    at = f" in line {raised.line}" if raised.line else ""
    if raised.type_name in ("NotImplementedError", "SystemExit"):
        return wording.call_raised(call, made.partition("(")[0], raised)
    if call == made and raised.type_name == "TypeError" and raised.line is None:
        return CheckFailure(f"{made} cannot be built: {raised.message}", hint="Compare the constructor with the contract's.")
    if "inplace operation" in raised.message:
        return CheckFailure(
            f"{call} fails: an in-place operation has overwritten what the gradient needs",
            hint="Use x = x + y instead of x += y, and ReLU without inplace=True where its input is used again.",
        )
    return CheckFailure(f"{call} raised {raised.type_name}{at}: {raised.message}", traceback=raised.traceback)


class Graph(NamedTuple):
    """What an ONNX file is made of."""

    operators: dict[str, int]
    parameters: int
    inputs: int
    outputs: int
    free_batch: bool


class Evaluator:
    """Runs ONNX files in a confined process of its own that holds no student code."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def inspect(self, data: bytes, what: str) -> Graph:
        """What the file is made of. Raises CheckFailure for a file that is no plain network."""
        return Graph(**self._ask("inspect", what, data))

    def logits(self, data: bytes, images: np.ndarray, what: str) -> np.ndarray:
        """Logits (N, classes) of images (N, 1, 28, 28)."""
        return expect.array(self._ask("evaluate", what, data, images), f"the output of {what}")

    def _ask(self, procedure: str, what: str, data: bytes, *more: Any) -> Any:
        arguments = (np.frombuffer(data, dtype=np.uint8), *more)
        request = protocol.Request(procedure, tuple(map(protocol.pack, arguments)))
        reply = self._session.ask_evaluator(request, f"{what} was being run", EVALUATION_SECONDS)
        if reply.raised is not None:
            message = reply.raised.message if reply.raised.internal else f"{reply.raised.type_name}: {reply.raised.message}"
            raise CheckFailure(f"{what}: {message}")
        return protocol.unpack(reply.value)
