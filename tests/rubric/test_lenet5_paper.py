"""C3 is found in whatever parts it is kept, and the table read in whatever form it is written."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from grader.authoring.expect import CheckFailure
from grader.rubric.lenet5_paper import crosses
from grader.rubric.lenet5_paper_c3 import DRAWN, PAPER, Assembled, assembled, parts_of
from reference import lenet5_paper as reference
from tests.rubric.in_process import InProcess

LISTS = [sorted(seen for output, seen in PAPER if output == column) for column in range(16)]
MATRIX = np.array([[int((column, row) in PAPER) for column in range(16)] for row in range(6)])
FORMS: dict[str, Any] = {
    "lists": LISTS,
    "tuples in any order": tuple(tuple(reversed(row)) for row in LISTS),
    "arrays": [np.array(row) for row in LISTS],
    "dict": {str(column): row for column, row in enumerate(LISTS)},
    "6x16": MATRIX,
    "16x6": MATRIX.T.tolist(),
    "Boolean": MATRIX.astype(bool),
    "mask over kernels": np.broadcast_to(MATRIX.T[:, :, None, None], (16, 6, 5, 5)),
    "drawn": DRAWN,
    "drawn rows": [line.replace(".", " ") for line in DRAWN.split()],
    "whom each map of S2 feeds": [np.flatnonzero(row).tolist() for row in MATRIX],
}


class Differentiable(InProcess):
    """One network that tells its gradients too."""

    def backward(self, x: np.ndarray, weights: np.ndarray, train: bool = False) -> Any:
        self.module.zero_grad()
        output = self.module.train(train)(torch.from_numpy(x))
        (output * torch.from_numpy(weights)).sum().backward()
        gradients = {name: p.grad.numpy().copy() for name, p in self.module.named_parameters() if p.grad is not None}
        return output.detach().numpy(), None, gradients


class Small(nn.Module):
    """A convolution for each map."""

    def __init__(self, table: list[list[int]]) -> None:
        super().__init__()
        self.table = table
        self.convolutions = nn.ModuleList(nn.Conv2d(len(seen), 1, 5) for seen in table)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([conv(x[:, seen]) for conv, seen in zip(self.convolutions, self.table, strict=True)], 1)


class Masked(nn.Conv2d):
    """Weights for all pairs, and a mask."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.conv2d(x, self.weight * torch.tensor(MATRIX.T[:, :, None, None]), self.bias)


def lenet(c3: nn.Module, act: type[nn.Module] = nn.Sigmoid) -> Any:
    network = nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), act(), nn.AvgPool2d(2), c3, act(), nn.AvgPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), act(), nn.Linear(120, 84), act(), nn.Linear(84, 10)),
    )
    return Differentiable(network, "LeNet5Paper()")


@pytest.mark.parametrize("form", FORMS)
def test_a_table_is_read_in_every_form(form: str) -> None:
    """Lists of inputs or of outputs, zeros and ones either way, crosses."""
    assert PAPER == crosses(FORMS[form])


@pytest.mark.parametrize("value", [None, 3, [[0, 1, 2]], "no table", [[0, "a"]] * 16, [[7]] * 16])
def test_what_is_no_table(value: Any) -> None:
    """Is said to be none, in a sentence."""
    with pytest.raises(CheckFailure):
        crosses(value)


def test_the_reference_has_the_paper_s_table() -> None:
    """The rubric's own and the reference's were typed apart."""
    assert PAPER == crosses(reference.TABLE)


@pytest.mark.parametrize("act", [nn.Sigmoid, nn.Tanh, nn.ReLU])
@pytest.mark.parametrize("table", [LISTS, LISTS[::-1]], ids=["the paper's", "another"])
def test_connections_are_found(table: list[list[int]], act: type[nn.Module]) -> None:
    """By what each weight does, whatever stands around it, and the parameters are what they were."""
    network = lenet(Small(table), act)
    before = [entry.values for entry in network.state()]
    found = parts_of(network)

    assert found is not None
    assert {(output, seen) for output, row in enumerate(table) for seen in row} == found.table
    assert found.has_kernels
    assert found.has_biases
    assert all(np.array_equal(a, b.values) for a, b in zip(before, network.state(), strict=True))


def test_masked_weights_are_idle() -> None:
    """They are no part of the table."""
    found = parts_of(lenet(Masked(6, 16, 5)))

    assert found is not None
    assert (PAPER, 900) == (found.table, len(found.idle))


def test_a_full_convolution_is_left_as_it_is() -> None:
    """It has a kernel for every pair."""
    network = lenet(nn.Conv2d(6, 16, 5))
    found = parts_of(network)

    assert found is not None
    assert 96 == len(found.table)
    assert network is assembled(network)


def test_parts_are_put_together() -> None:
    """What is loaded as the reference's C3 comes out of the parts, in the reference's order."""
    network = assembled(lenet(Small(LISTS)))
    right = reference.TableConvolution()
    weight, bias = (value.detach().numpy() for value in (right.weight, right.bias))
    network.load({"C3.weight": weight, "C3.bias": bias})
    state = {entry.name: entry.values for entry in network.state()}
    x = torch.randn(2, 6, 9, 8)

    assert isinstance(network, Assembled)
    assert np.array_equal(weight, state["C3.weight"])
    torch.testing.assert_close(network.module[3](x), right(x))
    assert [156, 1516, 48_120, 10_164, 850] == [layer.count for layer in network.layers()]
