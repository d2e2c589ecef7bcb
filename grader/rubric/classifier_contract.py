"""The contract of a network for 28x28 images: its parameters in a student's network, and what then comes out of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from grader.authoring import expect
from grader.authoring.expect import CheckFailure
from grader.judge.networks import KEEP_BATCH, Network, StateEntry
from grader.later import torch
from grader.rubric.classifier_variants import Steps

SIDE = 28  # of the images, in pixels
SAMPLE = np.zeros((2, 1, SIDE, SIDE), dtype="float32")
LOGITS_TERMS = 400  # the longest sum in LeNet5; MnistCNN's 3,136 terms are smaller ones
Layout = tuple[int, int, int, int]  # the axes of a convolution's weights, as a student's layer keeps them
LAYOUTS: tuple[Layout, ...] = ((1, 2, 3, 0), (2, 3, 1, 0))  # of weights (out, in, h, w): for x @ W, and as Keras does


class Reading(NamedTuple):
    """One network that a contract can mean; all readings of a contract have the same parameters."""

    reference: Callable[[], torch.nn.Module]
    steps: Steps


class Plan(NamedTuple):
    """What is particular to one network."""

    name: str  # of the class
    reference: Callable[[], torch.nn.Module]
    parameters: int
    activation: str  # what the contract says: sigmoid or relu
    activations: frozenset[str]  # aten operators, any of which can be that activation
    overfit_rate: float
    misread: dict[int, str]  # wrong parameter counts that have a known cause
    steps: Steps
    graph: dict[
        str, int
    ] = {}  # operators of the exported graph, at least so many of each; empty where none is asked for
    args: tuple[Any, ...] = ()  # of the constructor
    named: dict[str, Any] = {}  # the same by keyword
    also: tuple[Reading, ...] = ()  # what is right as well
    foreign: str = ""  # where to look for a parameter that no layer of the contract has
    view: Callable[[Network], Network] = lambda network: (
        network
    )  # with the contract's parameters put together from parts

    @property
    def readings(self) -> tuple[Reading, ...]:
        """All that is right, the plainest first."""
        return Reading(self.reference, self.steps), *self.also


class Fit(NamedTuple):
    """How a student's network is the contract's."""

    layout: Layout  # of its weights
    reading: Reading


def built(student: Any, plan: Plan) -> Network:
    """The student's network, built in the worker from starting values that this run decides."""
    seed = int(student.random.integers(1 << 31))
    return plan.view(student.network(plan.name, *plan.args, sample=SAMPLE, seed=seed, **plan.named))


def own(network: Network) -> list[StateEntry]:
    """Its parameters."""
    return [entry for entry in network.state() if entry.kind == "parameter"]


def images(student: Any, count: int, side: int = SIDE) -> np.ndarray:
    """Noise, (count, 1, side, side) float32: every image has a brightness and a contrast of its own."""
    noise = student.random.standard_normal((count, 1, side, side))
    own = np.arange(1, count + 1).reshape(count, 1, 1, 1)
    found: np.ndarray = (noise * (0.5 + 0.3 * own) + 0.2 * own).astype("float32")
    return found


def filled(student: Any, entries: list[StateEntry]) -> dict[str, np.ndarray]:
    """Random values of a fitting size for every parameter."""
    shapes = {x.name: x.values.shape for x in entries if x.kind == "parameter" and x.values.dtype.kind == "f"}
    return {
        name: np.asarray(
            student.random.standard_normal(shape) / math.sqrt(max(1, math.prod(shape[1:]))), dtype="float32"
        )
        for name, shape in shapes.items()
    }


def loudness(plan: Plan) -> float:
    """By how much parameters of a usual size are to be enlarged."""
    return 6.0 if plan.activation == "sigmoid" else 2.0


def logits_of(network: Network, x: np.ndarray) -> np.ndarray:
    """What the network makes of a batch, (N, 10) float64."""
    found = expect.floats(network.forward(x), f"the output for a batch of shape {x.shape}")
    expect.that(
        found.shape == (len(x), 10),
        f"a batch of {len(x)} gives an output of shape {tuple(found.shape)}, expected ({len(x)}, 10)",
        hint="The last layer gives ten numbers, one for each class." if found.shape[:1] == (len(x),) else KEEP_BATCH,
    )
    return found


def at_random(network: Network, x: np.ndarray) -> bool:
    """Whether the same images get other logits the second time, in eval mode."""
    return not np.array_equal(network.output(x), network.output(x), equal_nan=True)


def ending_of(output: np.ndarray) -> str:
    """softmax, log_softmax or nothing, by what the rows add up to."""
    if (output >= 0).all() and np.allclose(output.sum(axis=1), 1, atol=1e-4):
        return "softmax"
    if (output <= 0).all() and np.allclose(np.exp(output).sum(axis=1), 1, atol=1e-4):
        return "log_softmax"
    return ""


def agree(student: Any, network: Network, plan: Plan) -> Fit:
    """Give the network the reference's parameters, by number of values, and compare what comes out."""
    reference = reference_with_lively_parameters(student, plan)
    entries = network.state()
    by_count = {value.numel(): value.detach().numpy() for value in reference.parameters()}
    parts = [entry for entry in entries if entry.kind == "parameter"]
    for entry in parts:
        expect.that(
            entry.values.size in by_count,
            f"{entry.name} has shape {entry.values.shape}, which no layer of the contract has",
            hint=plan.foreign,
        )
    x = images(student, 6)
    right = [(reading, logits_with(reading, reference, x)) for reading in plan.readings]
    first: CheckFailure | None = None
    for layout in LAYOUTS:
        values = {e.name: laid_out(by_count[e.values.size], e.values.shape, layout) for e in parts}
        network.load(values | statistics(entries))
        found = logits_of(network, x)
        ending = ending_of(found)  # told by the check `logits` already
        for reading, logits in right:
            wanted = getattr(torch, ending)(logits, dim=1) if ending else logits
            try:
                expect.close(found, wanted.numpy().astype(float), terms=LOGITS_TERMS)
            except CheckFailure as failure:
                first = first or failure
            else:
                return Fit(layout, reading)
    assert first is not None
    raise first


def logits_with(reading: Reading, parameters: torch.nn.Module, x: np.ndarray) -> torch.Tensor:
    """What a network that a contract can mean makes of a batch, with the parameters of another one."""
    network = reading.reference().eval()
    network.load_state_dict(parameters.state_dict())
    with torch.no_grad():
        found: torch.Tensor = network(torch.from_numpy(x))
    return found


def statistics(entries: Iterable[StateEntry]) -> dict[str, np.ndarray]:
    """Values for the buffers of batch norms: fresh from the constructor, one without parameters would do nothing."""
    return {
        entry.name: np.full_like(entry.values, 0.5)
        for entry in entries
        if entry.name.rpartition(".")[2] in ("running_mean", "running_var")
    }


def reference_with_lively_parameters(student: Any, plan: Plan) -> torch.nn.Module:
    """The reference with parameters large enough that every activation bends: a sigmoid of small sums is a line."""
    torch.manual_seed(int(student.random.integers(1 << 31)))
    reference = plan.reference().eval()
    with torch.no_grad():
        for value in reference.parameters():
            value.mul_(loudness(plan))
    return reference


def contract_with(
    reference: Callable[[], torch.nn.Module], tensors: Iterable[np.ndarray], layouts: Iterable[Layout] = LAYOUTS
) -> list[torch.nn.Module]:
    """The contract's network with these values as its parameters, in each of the ways they may be laid out.

    They are told apart by their number of values, which no two parameters of a contract share. Empty when one is not
    there; what is left over, as the kernel of a pooling that is written as a convolution, is none.
    """
    by_count: dict[int, np.ndarray] = {}
    for tensor in tensors:
        by_count.setdefault(tensor.size, tensor)
    found = []
    for layout in layouts:
        network = reference().eval()
        wanted = list(network.parameters())
        if any(value.numel() not in by_count for value in wanted):
            return []
        with torch.no_grad():
            for value in wanted:
                value.copy_(torch.from_numpy(taken_back(by_count[value.numel()], tuple(value.shape), layout)))
        found.append(network)
    return found


def outputs_last(wanted: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether weights of the reference's shape `wanted` are kept in a `shape` that ends in the number of outputs."""
    return len(shape) > 1 and len(wanted) > 1 and shape[-1] == wanted[0] and shape != wanted


def laid_out(value: np.ndarray, shape: tuple[int, ...], layout: Layout) -> np.ndarray:
    """A layer's values as the student's own layer keeps them."""
    if not outputs_last(value.shape, shape):
        return value
    return np.ascontiguousarray(value.transpose(layout) if value.ndim == 4 else value.T)


def taken_back(value: np.ndarray, shape: tuple[int, ...], layout: Layout) -> np.ndarray:
    """The reverse of `laid_out`: a tensor as the contract's layer of this `shape` keeps it."""
    if not outputs_last(shape, value.shape):
        return np.array(value, dtype="float32").reshape(shape)
    order = layout if len(shape) == 4 else (1, 0)
    back = np.argsort(order)
    return np.ascontiguousarray(value.reshape([shape[axis] for axis in order]).transpose(back), dtype="float32")
