"""A student's network, and trained networks as files, as the judge sees them: names, shapes and plain arrays.

Images are (N, C, H, W) float32, standardised; logits (N, classes).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import msgspec
import numpy as np

from grader.authoring import expect
from grader.authoring.expect import CheckFailure
from grader.judge import crash, hints, wording
from grader.judge.events import Event
from grader.judge.reading import Code
from grader.worker import protocol

if TYPE_CHECKING:
    from grader.judge.session import Session

EVALUATION_SECONDS = 120.0
BATCH = 500  # images that an evaluator gets at a time: copies of so few stay in the processor's cache
OVERFIT_SECONDS = 60.0
MOST_ENTRIES = 500  # layers, or parameters and buffers: the largest network of the course has 20
BUILT_IN = (
    "Often the batch size of the export is built into the file: name the batch in dynamic_axes, and write x.flatten(1) or "
    "x.shape[0] in forward, not len(x) or a number."
)
WRONG_INPUTS = (
    "A dense layer gets another number of inputs than it was made for: print x.shape before it, and look at paddings, "
    "kernel sizes and pooling up to there, and at how the batch axis is kept."
)
KEEP_BATCH = "Keep the batch axis: x.reshape(x.shape[0], -1) or x.flatten(1), never a fixed number."
AT_RANDOM = (
    "Dropout is off in eval mode: F.dropout(x, training=self.training). And layers are made in __init__: one that is "
    "made in forward starts anew in every call."
)
NOT_REGISTERED = (
    "Layers are registered when they are attributes of the network, self.NAME = nn.Linear(...), or lie in an nn.ModuleList: "
    "not those in a plain list or dict, nor those outside of the class."
)
A_LAYER = (
    "nn.Sigmoid(), nn.ReLU() and their like make a layer, which is then called: self.act = nn.Sigmoid() in __init__, "
    "self.act(x) in forward. torch.sigmoid(x) and torch.relu(x) do it at once."
)
LAYERS = "Sigmoid|ReLU|Flatten|AvgPool2d|MaxPool2d|BatchNorm2d"
HINTS = (  # the first whose pattern an exception's message holds
    (r"shapes cannot be multiplied", WRONG_INPUTS),
    (r"is invalid for input of size", KEEP_BATCH),
    (
        rf"({LAYERS})\.__init__\(\) takes|must be Tensor, not [A-Z]|got \(({LAYERS}),|'({LAYERS})' object has no",
        A_LAYER,
    ),
    (
        r"before Module\.__init__\(\) call",
        "Begin __init__ with super().__init__(): before it nn.Module cannot keep a layer.",
    ),
    (r"\.forward\(\) takes|name 'self' is not defined", "A method's first parameter is self: def forward(self, x)."),
    (r"empty parameter list", NOT_REGISTERED),
    (
        r"does not require grad and does not have a grad_fn",
        "What backward() starts from does not depend on the parameters for autograd: no argmax, detach, .data or "
        "torch.no_grad on the way from them to it.",
    ),
)
IN_FLOAT32 = "Export the network in float32: model.float(), with images of torch.float32."
PLAIN = "Export the plain float32 network and nothing beside it: torch.onnx.export(model.eval(), images, path, dynamo=False)."
FILE_HINTS = (  # the same for what an evaluator says of an ONNX file
    ("Unexpected input data type", IN_FLOAT32),
    ("Could not find an implementation", IN_FLOAT32),
    ("onnxruntime cannot run", BUILT_IN),
    ("lie in another file", "torch.onnx.export(..., external_data=False) or dynamo=False keeps the weights inside."),
    (
        "no valid ONNX graph",
        "Export it anew, and look at its size: an empty file, a part of one or a pointer of git-lfs is none.",
    ),
    ("the graph ", PLAIN),
    ("larger than its", PLAIN),
)
NO_FORWARD = re.compile(r'Module \[(\w+)\] is missing the required "forward" function')
FORWARD = "Look at its spelling and its indentation: def forward(self, x) stands in the class, as far in as __init__."
CONSTRUCTOR = "Compare the constructor with the contract's."
NO_LAYER = "It only keeps layers: call them one after another in a loop, or use nn.Sequential."


class Parameter(msgspec.Struct, frozen=True, array_like=True):
    """One parameter of a layer."""

    name: str
    shape: tuple[int, ...]
    count: int
    trainable: bool


class Layer(msgspec.Struct, frozen=True, array_like=True):
    """A layer that owns parameters."""

    name: str
    kind: str
    parameters: tuple[Parameter, ...]

    @property
    def count(self) -> int:
        return sum(parameter.count for parameter in self.parameters)


class StateEntry(msgspec.Struct, frozen=True, array_like=True):
    """A parameter or buffer with its values."""

    name: str
    kind: str  # parameter or buffer
    owner: str  # type of the layer it belongs to
    values: np.ndarray


class Network:
    """A network built in the student's worker. Methods raise CheckFailure in words for the student."""

    def __init__(
        self,
        session: Session,
        name: str,
        args: tuple[Any, ...],
        sample: np.ndarray,
        seed: int,
        named: dict[str, Any] | None = None,
    ) -> None:
        session.require(name)
        self.session = session
        self.noted: list[Event] = []  # of its last training
        self.made = wording.built(name, args, named or {})
        doing = f"{self.made} was being built"
        self._number = self._ask("build", int, name, list(args), named or {}, sample, seed, doing=doing, call=self.made)

    def layers(self) -> list[Layer]:
        """The layers that own parameters, in order of registration."""
        found = self._few(self._ask("layers", list[Layer], self._number, doing="its parameters were being listed"))
        self._few([parameter for layer in found for parameter in layer.parameters])
        return found

    def state(self) -> list[StateEntry]:
        """All parameters and buffers."""
        listed = list[tuple[str, str, str, Any]]
        found = self._few(self._ask("state", listed, self._number, doing="its parameters were being read"))
        return [StateEntry(name, kind, owner, expect.array(values, name)) for name, kind, owner, values in found]

    def load(self, values: dict[str, np.ndarray]) -> None:
        """Set parameters and buffers by name."""
        self._ask("load_state", Any, self._number, values, doing="its parameters were being set")

    def forward(self, x: np.ndarray, train: bool = False) -> Any:
        """The output for a batch, whatever it is; see `output` for one that must be an array."""
        return self._forward(x, train)[0]

    def changes_input(self, x: np.ndarray) -> bool:
        """Whether a pass in eval mode modifies its input."""
        return bool(self._forward(x, False)[1])

    def output(self, x: np.ndarray, train: bool = False) -> np.ndarray:
        """The output as an array."""
        return expect.array(self.forward(x, train), f"the output for a batch of shape {x.shape}")

    def backward(
        self, x: np.ndarray, weights: np.ndarray, train: bool = False
    ) -> tuple[np.ndarray, Any, dict[str, Any]]:
        """Output, gradient of x and of each parameter (None where there is none) of sum(output * weights)."""
        doing = f"the gradients for a batch of shape {x.shape} were being computed"
        told = tuple[Any, Any, dict[str, Any]]
        output, gradient, gradients = self._ask(
            "backward", told, self._number, x, weights, train, doing=doing, call="backward()"
        )
        return expect.array(output), gradient, gradients

    def overfit(self, x: np.ndarray, labels: np.ndarray, steps: int, rate: float) -> tuple[list[float], np.ndarray]:
        """Losses and final logits of Adam on one batch."""
        doing = f"{steps} steps of training on one batch of {len(x)} were being made"
        told = tuple[list[float], Any]
        losses, logits = self._ask(
            "overfit",
            told,
            self._number,
            x,
            labels,
            steps,
            rate,
            doing=doing,
            call="a training step",
            seconds=OVERFIT_SECONDS,
        )
        if not 0 < len(losses) <= steps:
            raise wording.tampered(doing)
        return losses, expect.array(logits)

    def operators(self, x: np.ndarray) -> list[str]:
        """Names of the aten operators in a forward pass."""
        doing = "a forward pass was being watched"
        return list(self._ask("forward_operators", list[str], self._number, x, doing=doing, call="forward()"))

    def train(self, images: np.ndarray, labels: np.ndarray, device: str, seed: int, seconds: float) -> Any:
        """What the student's `train` returned; the network is trained in place, and `noted` tells of its first steps."""
        call = "train(model, images, labels)"
        returned, _, self.noted = self._ask(
            "train",
            tuple[Any, float, list[Event]],
            "train",
            self._number,
            images,
            labels,
            device,
            seed,
            doing="train was running",
            call=call,
            seconds=seconds,
        )
        return returned

    def load_checkpoint(self, file: str) -> None:
        """Load the student's saved state_dict."""
        self._ask("load_checkpoint", Any, self._number, file, doing=f"{file} was being loaded", call=f"loading {file}")

    def _forward(self, x: np.ndarray, train: bool) -> list[Any]:
        mode = "train" if train else "eval"
        doing = f"a batch of shape {x.shape} was going through it in {mode} mode"
        call = f"a forward pass of shape {x.shape}"
        return list(self._ask("forward", tuple[Any, bool], self._number, x, train, doing=doing, call=call))

    def _few(self, found: list[Any]) -> list[Any]:
        expect.that(
            len(found) <= MOST_ENTRIES, f"{self.made} has {len(found)} parts, at most {MOST_ENTRIES} are looked at"
        )
        return found

    def _ask(
        self, procedure: str, kind: Any, *arguments: Any, doing: str, call: str = "", seconds: float | None = None
    ) -> Any:
        """What a procedure of the worker answers, which must be of the type `kind`."""
        request = protocol.Request(procedure, tuple(map(protocol.pack, arguments)))
        reply = self.session.ask(request, doing, seconds)
        if reply.raised is not None:
            raise network_raised(call or self.made, self.made, reply.raised, self.session.source(reply.raised.file))
        return _told(reply, kind, doing)


def network_raised(call: str, made: str, raised: protocol.Raised, source: Code) -> CheckFailure:
    """What building or running a network raised."""
    if raised.internal:
        return CheckFailure(raised.message, hint=CONSTRUCTOR if call == made else "")
    at = wording.place(raised)
    if wording.unfinished(raised) or raised.type_name in ("SystemExit", wording.READY_MADE):
        return wording.call_raised(call, made.partition("(")[0], raised)
    if raised.type_name == "NotImplementedError" and (named := NO_FORWARD.search(raised.message)):
        return CheckFailure(
            f"{named[1]} has no method forward{at and f': it is called{at}'}",
            hint=NO_LAYER if named[1] in ("ModuleList", "ModuleDict") else FORWARD,
        )
    if call == made and raised.type_name == "TypeError" and raised.line is None:
        hint = hints.refused(raised, source, made.partition("(")[0])
        return CheckFailure(
            f"{made} cannot be built: {wording.short(raised.message)}",
            hint=hint or CONSTRUCTOR,
            raised=raised,
        )
    if raised.type_name == "UnpicklingError" and call.startswith(
        "loading "
    ):  # torch's own words advise to load it all the same
        return CheckFailure(f"{call} fails: the file holds something else than parameters", hint=crash.SAVE_AGAIN)
    if raised.type_name in ("EOFError", "IndexError") and call.startswith("loading "):
        return CheckFailure(f"{call} fails: the file is empty, cut off or none of PyTorch's", hint=crash.SAVE_AGAIN)
    if "inplace operation" in raised.message:
        return CheckFailure(
            f"{call} fails: an in-place operation has overwritten what the gradient needs",
            hint="Use x = x + y instead of x += y, and ReLU without inplace=True where its input is used again.",
            raised=raised,
        )
    return CheckFailure(
        f"{call} raised {raised.type_name}{at}: {wording.short(raised.message)}",
        traceback=raised.traceback,
        hint=wording.known(HINTS, raised.message),
        raised=raised,
    )


def _told(reply: protocol.Reply, kind: Any, doing: str) -> Any:
    """The value of a reply as the type `kind`. Raises CheckFailure: only student code can have sent another."""
    value = protocol.unpack(reply.value)
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        raise wording.tampered(doing) from None


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    """What the output of an ONNX file depends on."""

    operators: dict[str, int]
    weights: tuple[np.ndarray, ...]  # float32 tensors with at least one axis, in the order of their use
    constant_bytes: int  # of other numbers: shapes, axes, settings
    free_batch: bool

    @property
    def parameters(self) -> int:
        return sum(tensor.size for tensor in self.weights)


class Evaluator:
    """Runs ONNX files in a confined process of its own that holds no student code."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def inspect(self, data: bytes, what: str) -> Graph:
        """What the file is made of. Raises CheckFailure for a file that is no plain network."""
        [graph] = self._ask(what, Graph, [("inspect", np.frombuffer(data, dtype=np.uint8))])
        if not all(isinstance(tensor, np.ndarray) for tensor in graph.weights):
            raise wording.tampered(f"{what} was being run")
        return cast(Graph, graph)

    def logits(self, data: bytes, images: np.ndarray, what: str, batch: int = BATCH) -> np.ndarray:
        """Logits (N, classes) of images (N, 1, 28, 28), `batch` of them at a time."""
        batches = [images[i : i + batch] for i in range(0, len(images), batch)]
        opened = ("open", np.frombuffer(data, dtype=np.uint8))
        _, *answers = self._ask(what, Any, [opened, *(("evaluate", part) for part in batches)])
        found = [expect.floats(answer, f"the output of {what}") for answer in answers]
        for part, logits in zip(batches, found, strict=True):
            expect.that(
                logits.ndim == 2 and logits.shape == (len(part), *found[0].shape[1:]),
                f"{what} gives an output of shape {logits.shape} for {len(part)} images",
            )
        return np.concatenate(found)

    def _ask(self, what: str, kind: Any, asked: Iterable[tuple[str, np.ndarray]]) -> list[Any]:
        """What an evaluator answers to procedures with their arguments, each of the type `kind`."""
        requests = (protocol.Request(procedure, (protocol.pack(argument),)) for procedure, argument in asked)
        doing = f"{what} was being run"
        told = []
        # closed at once: after a refusal the process has nothing left to do
        with contextlib.closing(self._session.ask_evaluator(requests, doing, EVALUATION_SECONDS)) as replies:
            for reply in replies:
                if reply.raised is not None:
                    named = "" if reply.raised.internal else f"{reply.raised.type_name}: "
                    raise CheckFailure(
                        f"{what}: {named}{reply.raised.message}",
                        hint=wording.known(FILE_HINTS, reply.raised.message),
                    )
                told.append(_told(reply, kind, doing))
        return told
