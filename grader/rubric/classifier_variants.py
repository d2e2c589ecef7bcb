"""The contract's network step by step, and with the usual mistakes in it: which of them is the student's?

A student's network and a variant of the contract's get the same parameters. Where their logits agree, the network is
that variant, whatever its style: names, order of layers, nn.Sequential or functions do not matter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from grader.later import later, torch

Shape = tuple[int, ...]


class Conv(NamedTuple):
    """A convolution with square kernels."""

    outputs: int
    kernel: int
    padding: int = 0
    stride: int = 1
    bias: bool = True
    table: tuple[tuple[int, int], ...] = ()  # (output, input) for each kernel that there is; empty: there are all

    def shape(self, channels: int) -> Shape:
        """Of its weights."""
        pairs = (len(self.table),) if self.table else (self.outputs, channels)
        return (*pairs, self.kernel, self.kernel)


class Dense(NamedTuple):
    outputs: int
    bias: bool = True


class Act(NamedTuple):
    kind: str  # a key of ACTIVATIONS


class Pool(NamedTuple):
    kind: str  # average or max
    size: int = 2
    stride: int = 2
    padding: int = 0


class Do(NamedTuple):
    """Anything else."""

    kind: str  # a key of OTHERS


Step = Conv | Dense | Act | Pool | Do
Steps = tuple[Step, ...]


class Change(NamedTuple):
    """One mistake: what stands in the place of which steps of the contract."""

    title: str
    explanation: str
    instead: dict[int, Steps]
    common: bool = False  # often met together with others


class Variant(NamedTuple):
    """The contract's steps with some mistakes."""

    changes: tuple[Change, ...]
    steps: Steps
    contract: Steps

    @property
    def title(self) -> str:
        return "; ".join(change.title for change in self.changes)

    @property
    def explanation(self) -> str:
        return " ".join(change.explanation for change in self.changes)

    @property
    def wrong(self) -> set[int]:
        """Places in the contract where something else stands."""
        return {place for change in self.changes for place in change.instead}


ACTIVATIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "sigmoid": later("sigmoid"),
    "ReLU": later("relu"),
    "tanh": later("tanh"),
    "leaky ReLU": later("leaky_relu"),
    "leaky ReLU (0.1)": later("leaky_relu", negative_slope=0.1),
    "leaky ReLU (0.2)": later("leaky_relu", negative_slope=0.2),
    "ReLU6": later("relu6"),
    "ELU": later("elu"),
    "SELU": later("selu"),
    "GELU": later("gelu"),
    "SiLU": later("silu"),
    "softplus": later("softplus"),
    "hardsigmoid": later("hardsigmoid"),
    "LogSigmoid": later("logsigmoid"),
    "softmax": later("softmax", dim=1),
    "sigmoid of -x, which is 1/(1 + exp(x))": lambda x: torch.sigmoid(-x),
}
OTHERS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "input": lambda x: x,
    "output": lambda x: x,
    "flatten": lambda x: x.flatten(1),
    "channels last": lambda x: x.permute(0, 2, 3, 1).flatten(1),
    "height and width swapped": lambda x: x.transpose(2, 3).flatten(1),
    "images mixed": lambda x: x.transpose(0, 1).reshape(len(x), -1),
    "divided by 255": lambda x: x / 255,
    "standardised again": lambda x: (x - 0.1307) / 0.3081,
    "standardised with 0.5": lambda x: (x - 0.5) / 0.5,
    "standardised over the batch": lambda x: (x - x.mean()) / x.std(),
    "standardised over the batch, with an epsilon": lambda x: (x - x.mean()) / (x.std() + 1e-5),
}


def shapes(steps: Steps, side: int) -> list[Shape] | None:
    """Of the parameters, in order, for images (N, 1, side, side); None where nothing is left of them."""
    channels, found = 1, []
    for step in steps:
        if isinstance(step, Conv):
            found += [step.shape(channels), *([(step.outputs,)] * step.bias)]
            channels, side = step.outputs, (side + 2 * step.padding - step.kernel) // step.stride + 1
        elif isinstance(step, Pool):
            side = (side + 2 * step.padding - step.size) // step.stride + 1
        elif isinstance(step, Dense):
            found += [(step.outputs, channels * side**2), *([(step.outputs,)] * step.bias)]
            channels, side = step.outputs, 1
        if side < 1:
            return None
    return found


class Player:
    """Runs variants with the same parameters on the same images: beginnings that they share are run once."""

    def __init__(self, values: Iterable[np.ndarray], x: np.ndarray) -> None:
        self._values = {value.size: torch.from_numpy(np.asarray(value, dtype="float32")) for value in values}
        self._known: dict[Steps, torch.Tensor] = {(): torch.from_numpy(x)}

    def __call__(self, steps: Steps) -> torch.Tensor:
        if steps not in self._known:
            x = self(steps[:-1])
            with torch.no_grad():
                self._known[steps] = self._step(steps[-1], x)
        return self._known[steps]

    def _step(self, step: Step, x: torch.Tensor) -> torch.Tensor:
        if isinstance(step, Conv):
            weights = self._of(*step.shape(x.shape[1]))
            if step.table:
                kernels, weights = weights, torch.zeros(step._replace(table=()).shape(x.shape[1]))
                weights[tuple(zip(*step.table, strict=True))] = kernels
            return torch.nn.functional.conv2d(x, weights, self._bias(step), stride=step.stride, padding=step.padding)
        if isinstance(step, Dense):
            return torch.nn.functional.linear(x, self._of(step.outputs, x.shape[1]), self._bias(step))
        if isinstance(step, Act):
            return ACTIVATIONS[step.kind](x)
        if isinstance(step, Pool):
            pool = torch.nn.functional.avg_pool2d if step.kind == "average" else torch.nn.functional.max_pool2d
            return pool(x, step.size, step.stride, step.padding)
        return OTHERS[step.kind](x)

    def _of(self, *shape: int) -> torch.Tensor:
        return self._values[math.prod(shape)].reshape(shape)

    def _bias(self, step: Conv | Dense) -> torch.Tensor | None:
        return self._of(step.outputs) if step.bias else None


def variants(contract: Steps, changes: Sequence[Change]) -> Iterator[Variant]:
    """With one mistake, with two of which one is common, with three common ones."""
    common = [change for change in changes if change.common]
    pairs = [(one, other) for one, other in combinations(changes, 2) if one.common or other.common]
    for chosen in (*((change,) for change in changes), *pairs, *combinations(common, 3)):
        instead = {place: steps for change in chosen for place, steps in change.instead.items()}
        if len(instead) == sum(len(change.instead) for change in chosen):  # no two in one place
            steps = tuple(step for i, own in enumerate(contract) for step in instead.get(i, (own,)))
            yield Variant(chosen, steps, contract)


def sides(contract: Steps, changes: Sequence[Change], side: int) -> list[int]:
    """Sides of images that lead to the contract's parameters, with one mistake or none; the contract's own first.

    A network without its padding takes larger images only, one without a pooling smaller ones.
    """
    wanted = shapes(contract, side)
    found = [side]
    for change in changes:
        [variant] = variants(contract, [change])
        fitting = (s for s in range(side // 2, 2 * side) if shapes(variant.steps, s) == wanted)
        found += [s for s in (side, *fitting) if shapes(variant.steps, s) == wanted][:1]
    return list(dict.fromkeys(found))
