"""What tells a network from a matrix, and how weights lie in a student's layers and in the contract's."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from grader.authoring.expect import CheckFailure
from grader.judge.networks import Layer, Parameter, StateEntry
from grader.rubric import lenet5, mnist_cnn
from grader.rubric.classifier_contract import LAYOUTS, Layout, Plan, at_random, contract_with, laid_out
from grader.rubric.classifier_mistakes import mistakes
from grader.rubric.classifier_structure import bends, first_other
from grader.rubric.classifier_training import ends_in_softmax, how_it_went
from grader.rubric.classifier_variants import Player, shapes, variants
from reference.lenet5 import LeNet5
from reference.mnist_cnn import MnistCNN

SEEDS = range(4)
BLAMED = "the output is a linear function of the images: for two images it is the sum of what each one gives"


@pytest.fixture(params=[lenet5.PLAN, mnist_cnn.PLAN], ids=["lenet5", "mnist_cnn"])
def plan(request: pytest.FixtureRequest) -> Plan:
    found: Plan = request.param
    return found


def student(seed: int = 0) -> Any:
    return SimpleNamespace(random=np.random.default_rng(seed))


class Played:
    """A network in this process, asked as one in a worker is."""

    def __init__(self, module: nn.Module) -> None:
        self.module = module.eval()

    def state(self) -> list[StateEntry]:
        return [
            StateEntry(name, "parameter", "", value.detach().numpy().copy())
            for name, value in self.module.named_parameters()
        ]

    def load(self, values: dict[str, np.ndarray]) -> None:
        with torch.no_grad():
            for name, value in self.module.named_parameters():
                value.copy_(torch.from_numpy(np.asarray(values[name])))

    def forward(self, x: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            found: np.ndarray = self.module(torch.from_numpy(x)).numpy()
        return found


class Then(nn.Module):
    """A function before and one after a network."""

    def __init__(self, before: Callable[..., Any], inner: nn.Module, after: Callable[..., Any] = lambda x: x) -> None:
        super().__init__()
        self.before, self.inner, self.after = before, inner, after

    def forward(self, x: torch.Tensor) -> Any:
        return self.after(self.inner(self.before(x)))


class Constant(nn.Module):
    """The same logits for all images."""

    def __init__(self) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.ones(10))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.bias.expand(len(x), 10)


def same(x: torch.Tensor) -> torch.Tensor:
    return x


def matrix() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))


def layers_without_activations() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.Linear(120, 84),
        nn.Linear(84, 10),
    )


def softmax(x: torch.Tensor) -> torch.Tensor:
    return x.softmax(1)


def log_softmax(x: torch.Tensor) -> torch.Tensor:
    return x.log_softmax(1)


STRAIGHT: dict[str, Callable[[], nn.Module]] = {
    "a matrix": matrix,
    "a matrix without bias": lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 10, bias=False)),
    "layers without activations": layers_without_activations,
    "a constant": Constant,
    "a matrix and softmax": lambda: Then(same, matrix(), softmax),
    "a matrix and log_softmax": lambda: Then(same, matrix(), log_softmax),
    "layers without activations and softmax": lambda: Then(same, layers_without_activations(), softmax),
    "a matrix of small images": lambda: Then(lambda x: x / 255, matrix()),
    "activations that bend nothing": lambda: nn.Sequential(nn.Flatten(), nn.Identity(), nn.Linear(784, 10)),
    "a matrix of large images": lambda: Then(lambda x: 1000 * x, matrix()),
}
BENT: dict[str, Callable[[nn.Module], nn.Module]] = {
    "as it is": lambda network: network,
    "softmax behind it": lambda network: Then(same, network, softmax),
    "log_softmax behind it": lambda network: Then(same, network, log_softmax),
    "images made small": lambda network: Then(lambda x: x / 255, network),
    "images made large": lambda network: Then(lambda x: 10 * x, network),
    "images made small, and softmax": lambda network: Then(lambda x: x / 255, network, softmax),
    "images made large, and softmax": lambda network: Then(lambda x: 3 * x, network, softmax),
    "images moved": lambda network: Then(lambda x: x * 0.3081 + 0.1307, network),
    "logits made small": lambda network: Then(same, network, lambda x: x * 1e-3),
    "logits moved": lambda network: Then(same, network, lambda x: x + 100),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", STRAIGHT)
def test_what_does_not_bend(plan: Plan, name: str, seed: int) -> None:
    """Is no network: a linear function of the images, or none of them at all, whatever softmax stands behind it."""
    torch.manual_seed(seed)
    with pytest.raises(CheckFailure) as refused:
        bends(student(seed), Played(STRAIGHT[name]()), plan)  # type: ignore[arg-type]

    assert (BLAMED, True) == (refused.value.message, plan.activation in refused.value.hint)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", BENT)
def test_what_bends(plan: Plan, name: str, seed: int) -> None:
    """The contract's network does, whatever scales the images before it and stands behind it."""
    torch.manual_seed(seed)
    bends(student(seed), Played(BENT[name](plan.reference())), plan)  # type: ignore[arg-type]


@pytest.mark.parametrize("activation", [nn.Tanh, nn.ReLU, nn.Sigmoid, nn.GELU, nn.SiLU, nn.LeakyReLU, nn.Hardtanh])
def test_other_activations_bend_too(plan: Plan, activation: type[nn.Module]) -> None:
    """That they are not the contract's is for another check to tell."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 30), activation(), nn.Linear(30, 10))
    bends(student(), Played(network), plan)  # type: ignore[arg-type]


def test_steps_are_those_of_the_reference(plan: Plan) -> None:
    """The contract told step by step is the contract: the same parameters in the same order, the same logits."""
    network = plan.reference().eval()
    own = [value.detach().numpy() for value in network.parameters()]
    x = np.random.default_rng(0).standard_normal((3, 1, 28, 28)).astype("float32")
    with torch.no_grad():
        expected = network(torch.from_numpy(x))

    assert shapes(plan.steps, 28) == [value.shape for value in own]
    assert torch.allclose(Player(own, x)(plan.steps), expected)


def test_only_mistakes_change_it(plan: Plan) -> None:
    """No variant is the contract itself, and no two of one mistake are the same."""
    known = mistakes(plan.steps, 28)
    singles = [variant.steps for variant in variants(plan.steps, known) if len(variant.changes) == 1]

    assert plan.steps not in singles
    assert len(singles) == len(known) == len({*singles})


# --- how weights lie ----------------------------------------------------------------------------------


def numbered(plan: Plan) -> list[np.ndarray]:
    """The contract's parameters, no two of their values alike."""
    start, found = 0, []
    for parameter in plan.reference().parameters():
        count = parameter.numel()
        found.append(np.arange(start, start + count, dtype="float32").reshape(tuple(parameter.shape)))
        start += count
    return found


def shape_in(layout: Layout, shape: tuple[int, ...], flat: bool = False) -> tuple[int, ...]:
    """Of the same weights in a layer that keeps its outputs last; `flat`: as one matrix, for windows @ W."""
    if len(shape) == 4 and flat:
        return (shape[1] * shape[2] * shape[3], shape[0])
    return tuple(shape[axis] for axis in layout) if len(shape) == 4 else shape[::-1]


def parameters(network: nn.Module) -> list[list[float]]:
    return [value.detach().numpy().ravel().tolist() for value in network.parameters()]


def flattened(values: list[np.ndarray]) -> list[list[float]]:
    return [value.ravel().tolist() for value in values]


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_weights_are_taken_back_as_they_were_laid_out(plan: Plan, layout: Layout, flat: bool) -> None:
    """For either layout: what a student's layers were given is what is read from them, value by value."""
    own = numbered(plan)
    shapes = [shape_in(layout, value.shape, flat) for value in own]
    given = [
        laid_out(value, shape, layout).reshape(shape) if value.ndim > 1 else value
        for value, shape in zip(own, shapes, strict=True)
    ]
    [network] = contract_with(plan.reference, reversed(given), [layout])

    assert flattened(own) == parameters(network)
    assert flattened(own) != flattened(given)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layers_like_the_contract_s(plan: Plan, layout: Layout) -> None:
    """Are left as they are."""
    own = numbered(plan)
    given = [laid_out(value, value.shape, layout) for value in own]
    [network] = contract_with(plan.reference, given, [layout])

    assert flattened(own) == flattened(given) == parameters(network)


def test_one_network_for_each_layout(plan: Plan) -> None:
    """Where nobody has told which one it is."""
    assert len(LAYOUTS) == len(contract_with(plan.reference, numbered(plan)))


def test_a_parameter_that_is_not_there(plan: Plan) -> None:
    """Then there is no such network; what is left over is none of it."""
    own = numbered(plan)

    assert [] == contract_with(plan.reference, own[:-1])
    assert contract_with(plan.reference, [*own, np.ones((3, 3, 3))])


@pytest.mark.parametrize("network", [LeNet5, MnistCNN])
def test_counts_tell_parameters_apart(network: Callable[[], nn.Module]) -> None:
    """No two parameters of a contract have one number of values: by it they are found."""
    counts = [parameter.numel() for parameter in network().parameters()]

    assert len({*counts}) == len(counts)


@pytest.mark.parametrize(
    ("history", "accuracy", "unmoved", "words"),
    [
        ([2.3, 4.0], 0.1, [], "goes from 2.3 to 4: is the gradient set to zero"),
        ([2.3, float("nan")], 0.1, [], "is the rate too large"),
        ([2.3, 0.1], 0.1, [], "does nothing undo it at the end"),
        ([2.3, 0.1, 0.05], 0.5, [], "from all images as they are given"),  # of half of the classes
        ([2.3, 0.3, 0.2], 0.92, [], "was still falling"),
        ([2.3, 2.0, 1.6], 0.6, [], "was still falling"),
        ([2.3, 2.0], 0.5, [], "was still falling"),
        ([], 0.0, [], "less than guessing"),
        ([2.3, 2.2], 0.2, ["conv1.weight", "conv1.bias"], "train leaves conv1.weight, conv1.bias as they were"),
        ([], 0.5, [], ""),
        ([0.5, 0.31, 0.31], 0.9, [], ""),
    ],
)
def test_what_a_training_shows_of_its_fault(
    history: list[float], accuracy: float, unmoved: list[str], words: str
) -> None:
    """By the losses it returns, by what it reaches and by what has not moved; nothing where that is not clear."""
    told = how_it_went(history, accuracy, unmoved)

    assert words in told
    assert bool(words) == bool(told)


@pytest.mark.parametrize(("modes", "found"), [((), False), ((True,), True), ((False, True), True)])
def test_a_softmax_in_any_mode(modes: tuple[bool, ...], found: bool) -> None:
    """One in train mode alone slows the training as well."""
    logits = np.arange(20.0).reshape(2, 10)
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    played: Any = SimpleNamespace(output=lambda x, train: softmax if train in modes else logits)

    assert found == ends_in_softmax(played, np.zeros((2, 1)))


def test_a_layer_that_normalises_is_named(plan: Plan) -> None:
    """The count alone would leave the search to the table."""
    layers = [
        Layer(
            name,
            type(module).__name__,
            tuple(Parameter(key, tuple(value.shape), value.numel(), True) for key, value in own),
        )
        for name, module in plan.reference().named_modules()
        if (own := list(module.named_parameters(recurse=False)))
    ]
    norm = Layer("bn1", "BatchNorm2d", (Parameter("weight", (6,), 6, True), Parameter("bias", (6,), 6, True)))

    assert "" == first_other(layers, plan.reference())
    assert "your bn1 is a BatchNorm2d" in first_other([*layers[:1], norm, *layers[1:]], plan.reference())
    assert "" == first_other([*layers, layers[-1]], plan.reference())


@pytest.mark.parametrize(("p", "random"), [(0.0, False), (0.5, True)])
def test_what_answers_at_random(p: float, random: bool) -> None:
    """A dropout that eval mode does not switch off."""
    played: Any = SimpleNamespace(output=lambda x: nn.Dropout(p)(torch.from_numpy(x)).numpy())

    assert random == at_random(played, np.ones((4, 50), dtype="float32"))
