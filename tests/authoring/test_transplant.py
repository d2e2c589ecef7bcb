"""The transplant: which networks are the same, whatever their layers are called and however they are kept."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from grader.authoring import expect
from grader.authoring.expect import CheckFailure
from grader.authoring.transplant import MOST_ORDERS

X = np.random.default_rng(3).standard_normal((4, 3, 6, 6)).astype("float32")


class Kept:
    """A network in this process, asked as a student's is."""

    made = "Net()"

    def __init__(self, module: nn.Module) -> None:
        self.module = module
        self.loaded = 0

    def state(self) -> list[Any]:
        entries = [*self.module.named_parameters(), *self.module.named_buffers()]
        return [SimpleNamespace(name=name, values=value.detach().numpy()) for name, value in entries]

    def layers(self) -> list[Any]:
        listed = [
            (n, type(m).__name__, sum(p.numel() for p in m.parameters())) for n, m in self.module.named_children()
        ]
        return [SimpleNamespace(name=name, kind=kind, count=count) for name, kind, count in listed]

    def load(self, values: dict[str, np.ndarray]) -> None:
        self.loaded += 1
        known = dict(self.module.named_parameters()) | dict(self.module.named_buffers())
        with torch.no_grad():
            for name, value in values.items():
                known[name].copy_(torch.tensor(value).reshape(known[name].shape))

    def output(self, x: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return self.module.eval()(torch.from_numpy(x)).numpy()


def reference() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 3, 3, padding=1),
        nn.BatchNorm2d(3),
        nn.ReLU(),
        nn.Conv2d(3, 3, 3, padding=1),
        nn.Flatten(),
        nn.Linear(108, 5),
    )


class Student(nn.Module):
    """The reference's layers under other names, made from the last to the first."""

    def __init__(self, bias: bool = True, extra: bool = False) -> None:
        super().__init__()
        self.dense = nn.Linear(108, 5, bias=bias)
        self.two = nn.Conv2d(3, 3, 3, padding=1)
        self.one = nn.Conv2d(3, 3, 3, padding=1)
        self.norm = nn.BatchNorm2d(3)
        if extra:
            self.more = nn.Linear(2, 7)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.norm(self.one(x)).relu()
        return torch.as_tensor(self.dense(self.two(x).flatten(1)))


class NormLate(Student):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.norm(self.one(x).relu())
        return torch.as_tensor(self.dense(self.two(x).flatten(1)))


class Tanh(Student):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.norm(self.one(x)).tanh()
        return torch.as_tensor(self.dense(self.two(x).flatten(1)))


class Bare(nn.Module):
    """Dense layers without layers, their weights as (inputs, outputs)."""

    def __init__(self) -> None:
        super().__init__()
        self.b2, self.w2 = nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(4, 2))
        self.w1, self.b1 = nn.Parameter(torch.zeros(108, 4)), nn.Parameter(torch.zeros(4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x.flatten(1) @ self.w1 + self.b1).relu() @ self.w2 + self.b2


def dense() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(108, 4), nn.ReLU(), nn.Linear(4, 2))


@pytest.mark.parametrize(("made", "right"), [(reference, reference), (Student, reference), (Bare, dense)])
def test_right_networks(made: Callable[[], nn.Module], right: Callable[[], nn.Module]) -> None:
    """Pass, and keep the parameters with which they agreed; the reference stays as it was."""
    network, original = Kept(made()), right()
    before = {name: value.clone() for name, value in original.state_dict().items()}
    expect.same_network(network, original, X)

    assert all(torch.equal(value, before[name]) for name, value in original.state_dict().items())
    assert original.training
    assert 1 <= network.loaded <= 2


@pytest.mark.parametrize("made", [NormLate, Tanh])
def test_wrong_order_and_activation(made: Callable[[], nn.Module]) -> None:
    """Show, although shapes and numbers are right and a fresh batch norm does nothing."""
    with pytest.raises(
        CheckFailure, match=r"^Net\(\) with the right parameters computes something else: .* values"
    ) as f:
        expect.same_network(Kept(made()), reference(), X, hint="Look at the order.")

    assert "Look at the order." == f.value.hint


def test_what_does_not_fit() -> None:
    """A parameter that is missing, or one too many, is named with its shape."""
    with pytest.raises(CheckFailure, match=r"^Net\(\) has no parameter of shape \(5,\) for the contract's 5\.bias$"):
        expect.same_network(Kept(Student(bias=False)), reference(), X)
    with pytest.raises(
        CheckFailure, match=r"^Net\(\) has more\.bias of shape \(7,\), which the contract's network has not$"
    ):
        expect.same_network(Kept(Student(extra=True)), reference(), X)


def test_the_number_of_orders_is_limited() -> None:
    """Ten equal layers could be given their parameters in 3,628,800 ways."""
    network = Kept(nn.Sequential(nn.Flatten(), *(nn.Linear(108, 108) for _ in range(10)), nn.Tanh()))
    with pytest.raises(CheckFailure):
        expect.same_network(network, nn.Sequential(nn.Flatten(), *(nn.Linear(108, 108) for _ in range(10))), X)

    assert MOST_ORDERS == network.loaded


def test_parameter_count() -> None:
    """A wrong number lists the layers that make it up."""
    network = Kept(nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1)))
    expect.parameter_count(network, 11)
    with pytest.raises(
        CheckFailure, match=r"^Net\(\) has 11 parameters, expected 1,200: 0 \(Linear\) 8, 1 \(Linear\) 3$"
    ):
        expect.parameter_count(network, 1200)
