"""A network as the judge sees it: what a worker tells is taken for what it must be, or refused as tampering."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pytest

from grader.authoring.expect import CheckFailure
from grader.judge import networks
from grader.judge.networks import Evaluator, Layer, Network, Parameter, StateEntry
from grader.judge.reading import Code
from grader.worker import protocol
from grader.worker.protocol import Opaque, Raised, Reply, Request

X = np.zeros((2, 1, 4, 4), dtype="float32")
LABELS = np.array([0, 1])


class FakeSession:
    """Gives the answers it is given, and writes down what it was asked."""

    device = "cpu"

    def __init__(self, *answers: Any) -> None:
        self.answers = [answer if isinstance(answer, Reply) else Reply(protocol.pack(answer)) for answer in answers]
        self.asked: list[tuple[str, tuple[Any, ...], str, float | None]] = []
        self.required: list[str] = []

    def require(self, name: str) -> None:
        self.required.append(name)

    def source(self, file: str) -> Code:
        return Code()

    def ask(self, request: Request, what: str, seconds: float | None = None) -> Reply:
        self.asked.append((request.procedure, request.arguments, what, seconds))
        return self.answers.pop(0)

    def ask_evaluator(self, requests: Iterable[Request], what: str, seconds: float) -> Iterator[Reply]:
        return (self.ask(request, what, seconds) for request in requests)


def built(*answers: Any) -> tuple[Network, FakeSession]:
    """Network number 7, whose procedures answer in turn."""
    session = FakeSession(7, *answers)
    return Network(session, "Net", (3, 2), X, seed=5), session  # type: ignore[arg-type]


def packed(*values: Any) -> tuple[Any, ...]:
    return tuple(map(protocol.pack, values))


def failure(act: Callable[[], object]) -> CheckFailure:
    with pytest.raises(CheckFailure) as caught:
        act()
    return caught.value


def test_build() -> None:
    """The name must be there; the worker makes it with these arguments and runs it on a sample."""
    network, session = built()

    assert (["Net"], "Net(3, 2)") == (session.required, network.made)
    assert [("build", packed("Net", [3, 2], {}, X, 5), "Net(3, 2) was being built", None)] == session.asked


# act, the worker's answer, what is made of it, the procedure with its arguments, the time it has
ANSWERS: list[tuple[Callable[[Network], Any], Any, Any, tuple[str, tuple[Any, ...]], float | None]] = [
    (
        Network.layers,
        [["fc", "Linear", [["w", [2, 3], 6, True], ["b", [2], 2, False]]], ("flat", "Flatten", ())],
        [
            Layer("fc", "Linear", (Parameter("w", (2, 3), 6, True), Parameter("b", (2,), 2, False))),
            Layer("flat", "Flatten", ()),
        ],
        ("layers", packed(7)),
        None,
    ),
    (lambda network: network.load({"w": X}), None, None, ("load_state", packed(7, {"w": X})), None),
    (lambda network: network.forward(X), ["anything", True], "anything", ("forward", packed(7, X, False)), None),
    (lambda network: network.forward(X, train=True), [None, False], None, ("forward", packed(7, X, True)), None),
    (lambda network: network.changes_input(X), [None, True], True, ("forward", packed(7, X, False)), None),
    (lambda network: network.changes_input(X), [None, False], False, ("forward", packed(7, X, False)), None),
    (lambda network: network.operators(X), ["aten.relu"], ["aten.relu"], ("forward_operators", packed(7, X)), None),
    (
        lambda network: network.train(X, LABELS, "cuda", 3, 99.0),
        ["told", 1.5, []],
        "told",
        ("train", packed("train", 7, X, LABELS, "cuda", 3)),
        99.0,
    ),
    (lambda network: network.load_checkpoint("a.pth"), None, None, ("load_checkpoint", packed(7, "a.pth")), None),
]


@pytest.mark.parametrize(("act", "answer", "made", "asked", "seconds"), ANSWERS)
def test_answers(
    act: Callable[[Network], Any], answer: Any, made: Any, asked: tuple[str, tuple[Any, ...]], seconds: float | None
) -> None:
    """Each procedure is asked about this network, and its answer is passed on."""
    network, session = built(answer)

    assert made == act(network)
    assert (*asked, seconds) == (*session.asked[-1][:2], session.asked[-1][3])


def test_values_of_parameters() -> None:
    """Whatever is as good as an array is one."""
    network, session = built([["w", "parameter", "Linear", [[1.0, 2.0]]]])
    (entry,) = network.state()

    assert isinstance(entry, StateEntry)
    assert ("w", "parameter", "Linear", [[1.0, 2.0]]) == (entry.name, entry.kind, entry.owner, entry.values.tolist())
    assert "state" == session.asked[-1][0]


def test_parameters_of_a_layer() -> None:
    """Are counted together."""
    assert 8 == Layer("fc", "Linear", (Parameter("w", (2, 3), 6, True), Parameter("b", (2,), 2, True))).count


def test_backward() -> None:
    """Output, gradient of the input, gradients by name; any gradient may be missing."""
    network, session = built([[[1.0]], None, {"w": X, "b": None}])
    output, gradient, gradients = network.backward(X, LABELS, train=True)

    assert ([[1.0]], None, ["w", "b"], None) == (output.tolist(), gradient, [*gradients], gradients["b"])
    assert ("backward", packed(7, X, LABELS, True)) == session.asked[-1][:2]


@pytest.mark.parametrize("losses", [[0.5], [0.5, float("nan")]])
def test_overfit(losses: list[float]) -> None:
    """At least one loss, at most one a step."""
    network, session = built([losses, [[1.0, 2.0]]])
    found, logits = network.overfit(X, LABELS, 2, 0.1)

    assert (repr(losses), [[1.0, 2.0]]) == (repr(found), logits.tolist())
    assert ("overfit", packed(7, X, LABELS, 2, 0.1), 60.0) == (*session.asked[-1][:2], session.asked[-1][3])
    assert "2 steps of training on one batch of 2 were being made" == session.asked[-1][2]


LISTED = "its parameters were being listed"
PASSED = "a batch of shape (2, 1, 4, 4) was going through it in eval mode"
TAMPERED: list[tuple[Callable[[Network], Any], Any, str]] = [
    (Network.layers, None, LISTED),
    (Network.layers, [["fc", "Linear"]], LISTED),
    (Network.layers, [["fc", "Linear", [["w", [2], 2.5, True]]]], LISTED),
    (Network.state, [["w", "parameter", "Linear"]], "its parameters were being read"),
    (Network.state, {"w": X}, "its parameters were being read"),
    (lambda network: network.forward(X), 5, PASSED),
    (lambda network: network.changes_input(X), [X, 1], PASSED),
    (
        lambda network: network.backward(X, X),
        [X, X, []],
        "the gradients for a batch of shape (2, 1, 4, 4) were being computed",
    ),
    (lambda network: network.overfit(X, X, 2, 0.1), [[], X], "2 steps of training on one batch of 2 were being made"),
    (
        lambda network: network.overfit(X, X, 2, 0.1),
        [[1, 1, 1], X],
        "2 steps of training on one batch of 2 were being made",
    ),
    (
        lambda network: network.overfit(X, X, 2, 0.1),
        [["1"], X],
        "2 steps of training on one batch of 2 were being made",
    ),
    (lambda network: network.operators(X), [1], "a forward pass was being watched"),
    (lambda network: network.train(X, X, "cpu", 0, 1.0), "done", "train was running"),
]


@pytest.mark.parametrize(("act", "answer", "doing"), TAMPERED)
def test_answers_of_another_kind(act: Callable[[Network], Any], answer: Any, doing: str) -> None:
    """Only student code can have sent them: no fault of the grader, and the worker is done with."""
    network, _ = built(answer)
    found = failure(lambda: act(network))

    assert (f"your code answered in the grader's place while {doing}", True) == (found.message, found.fatal)


def test_a_number_of_another_kind() -> None:
    """The same when it is built."""
    message = failure(lambda: Network(FakeSession("7"), "Net", (), X, 0)).message  # type: ignore[arg-type]

    assert "your code answered in the grader's place while Net() was being built" == message


@pytest.mark.parametrize(
    ("act", "answer", "message"),
    [
        (
            lambda network: network.output(X),
            [Opaque("dict"), False],
            "the output for a batch of shape (2, 1, 4, 4) is an object of type dict, not an array of numbers",
        ),
        (lambda network: network.backward(X, X), [None, None, {}], "the result is None"),
        (lambda network: network.overfit(X, X, 2, 0.1), [[1.0], None], "the result is None"),
        (Network.state, [["w", "buffer", "Norm", "x"]], "w is the string 'x', not an array of numbers"),
        (Network.layers, [["fc", "Linear", []]] * 501, "Net(3, 2) has 501 parts, at most 500 are looked at"),
        (Network.state, [["w", "buffer", "Norm", X]] * 501, "Net(3, 2) has 501 parts, at most 500 are looked at"),
    ],
)
def test_odd_answers(act: Callable[[Network], Any], answer: Any, message: str) -> None:
    """What a student's own network can well give is described."""
    network, _ = built(answer)

    assert message == failure(lambda: act(network)).message


def test_as_many_parts_as_are_looked_at() -> None:
    """Are no failure."""
    network, _ = built([["fc", "Linear", []]] * networks.MOST_ENTRIES)

    assert networks.MOST_ENTRIES == len(network.layers())


@pytest.mark.parametrize(
    ("act", "call"),
    [
        (Network.layers, "Net(3, 2)"),
        (lambda network: network.forward(X, train=True), "a forward pass of shape (2, 1, 4, 4)"),
        (lambda network: network.backward(X, X), "backward()"),
        (lambda network: network.overfit(X, X, 2, 0.1), "a training step"),
        (lambda network: network.operators(X), "forward()"),
        (lambda network: network.train(X, X, "cpu", 0, 1.0), "train(model, images, labels)"),
        (lambda network: network.load_checkpoint("a.pth"), "loading a.pth"),
    ],
)
def test_exceptions(act: Callable[[Network], Any], call: str) -> None:
    """Say what was being done."""
    network, _ = built(Reply(raised=Raised("ValueError", "no", 4)))

    assert f"{call} raised ValueError in line 4: no" == failure(lambda: act(network)).message


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ("shape '[5, -1, 3]' is invalid for input of size 9408", networks.KEEP_BATCH),
        ("mat1 and mat2 shapes cannot be multiplied (2x400 and 256x120)", networks.WRONG_INPUTS),
        ("Sigmoid.__init__() takes 1 positional argument but 2 were given", networks.A_LAYER),
        ("flatten(): argument 'input' (position 1) must be Tensor, not ReLU", networks.A_LAYER),
        ("'ReLU' object has no attribute 'view'", networks.A_LAYER),
        ("cannot assign module before Module.__init__() call", "super().__init__()"),
        ("Net.forward() takes 1 positional argument but 2 were given", "def forward(self, x)"),
        ("optimizer got an empty parameter list", networks.NOT_REGISTERED),
        ("no", ""),
    ],
)
def test_the_hint_is_about_the_error(message: str, hint: str) -> None:
    """What torch says is known by its words; of what is not known nothing is guessed."""
    network, _ = built(Reply(raised=Raised("RuntimeError", message, 4)))

    found = failure(lambda: network.forward(np.zeros((1, 1, 28, 28)))).hint

    assert hint in found and bool(hint) == bool(found)


# --- Evaluator ----------------------------------------------------------------------------------------

FILE = protocol.pack(np.frombuffer(b"onnx", dtype=np.uint8))


def evaluator(*answers: Any) -> tuple[Evaluator, FakeSession]:
    session = FakeSession(*answers)
    return Evaluator(session), session  # type: ignore[arg-type]


def test_evaluator() -> None:
    """Files cross as bytes; a graph and logits come back."""
    weights = [np.ones((2, 3), dtype="float32")]
    told = {"operators": {"Conv": 2}, "weights": weights, "constant_bytes": 1, "free_batch": True}
    asked, session = evaluator(told, None, np.ones((500, 2)), np.zeros((1, 2)))
    images = np.arange(501.0).reshape(501, 1, 1, 1)

    graph = asked.inspect(b"onnx", "net.onnx")
    assert ({"Conv": 2}, 6, 1, True) == (graph.operators, graph.parameters, graph.constant_bytes, graph.free_batch)
    assert [[1.0, 1.0]] * 500 + [[0.0, 0.0]] == asked.logits(b"onnx", images, "net.onnx").tolist()
    assert [
        ("inspect", (FILE,), "net.onnx was being run", 120.0),
        ("open", (FILE,), "net.onnx was being run", 120.0),
        ("evaluate", (protocol.pack(images[:500]),), "net.onnx was being run", 120.0),
        ("evaluate", (protocol.pack(images[500:]),), "net.onnx was being run", 120.0),
    ] == session.asked


@pytest.mark.parametrize("last", [np.zeros((2, 2)), np.zeros((1, 3)), np.zeros(2)])
def test_logits_of_another_shape(last: np.ndarray) -> None:
    """A row of the same length for every image, in every batch."""
    asked, _ = evaluator(None, np.ones((500, 2)), last)
    message = failure(lambda: asked.logits(b"onnx", np.zeros((501, 1, 1, 1)), "net.onnx")).message

    assert f"net.onnx gives an output of shape {last.shape} for 1 images" == message


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Reply(raised=Raised("Refused", "it has no input", internal=True)), "net.onnx: it has no input"),
        (Reply(raised=Raised("Fail", "bad node")), "net.onnx: Fail: bad node"),
        (
            {"operators": {}, "weights": ["text"], "constant_bytes": 1, "free_batch": True},
            "your code answered in the grader's place while net.onnx was being run",
        ),
        ({"operators": {}}, "your code answered in the grader's place while net.onnx was being run"),
        (None, "your code answered in the grader's place while net.onnx was being run"),
    ],
)
def test_evaluator_that_refuses(answer: Any, message: str) -> None:
    """Its own words where it has some, else what went wrong by name."""
    assert message == failure(lambda: evaluator(answer)[0].inspect(b"onnx", "net.onnx")).message


def test_logits_that_are_none() -> None:
    """Are described as the file's output."""
    message = failure(lambda: evaluator(None, "text")[0].logits(b"onnx", X, "net.onnx")).message

    assert "the output of net.onnx is the string 'text', not an array of numbers" == message
