"""Give a student's network the parameters of another one, however it names and orders its layers.

A layer takes the values of a layer of the reference with the same shapes: in order of registration first, and where
several have the same shapes, in every other order too. Networks that keep their parameters outside of layers, or a
dense layer's weights as (inputs, outputs), are matched parameter by parameter.
"""

from __future__ import annotations

import copy
import math
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, permutations, product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from grader.authoring import expect
from grader.authoring.expect import CheckFailure

if TYPE_CHECKING:
    from grader.authoring.student import Network

MOST_ORDERS = 120  # of layers with equal shapes: five of them, in every order
GAIN = 2.0  # of weights, in units that keep the spread of what goes through
Values = dict[str, np.ndarray]


class Tensor(NamedTuple):
    """A parameter or a buffer of numbers."""

    name: str
    values: np.ndarray


class Layer(NamedTuple):
    """What one layer keeps, in its own order."""

    tensors: tuple[Tensor, ...]
    key: tuple[tuple[int, ...], ...]  # layers with the same one may stand for each other


def fittings(network: Network, reference: Any) -> Iterator[Values]:
    """Ways of giving `network` the values of `reference`, the likeliest first. Raises CheckFailure where none fits."""
    named = [*reference.named_parameters(), *reference.named_buffers()]
    theirs = [Tensor(name, value.detach().cpu().numpy()) for name, value in named]
    mine = [Tensor(entry.name, entry.values) for entry in network.state()]
    theirs, mine = ([tensor for tensor in side if tensor.values.dtype.kind == "f"] for side in (theirs, mine))
    for ours, others in ((layers(mine), layers(theirs)), (single(mine), single(theirs))):
        if Counter(layer.key for layer in ours) == Counter(layer.key for layer in others):
            return islice(orders(ours, others), MOST_ORDERS)
    raise misfit(network.made, mine, theirs)


def transplanted(network: Network, reference: Any, x: np.ndarray, terms: int, hint: str) -> None:
    """Leave `network` with lively parameters with which it gives the same output as `reference` for `x` in eval mode."""
    import torch

    right = lively(reference, np.random.default_rng(zlib.crc32(x.tobytes()))).eval()
    with torch.no_grad():
        wanted = right(torch.from_numpy(x)).numpy().astype(np.float64)
    first: CheckFailure | None = None
    for values in fittings(network, right):
        network.load(values)
        try:
            expect.close(network.output(x), wanted, terms=terms)
        except CheckFailure as failure:
            first = first or failure
        else:
            return
    assert first is not None
    raise CheckFailure(
        f"{network.made} with the right parameters computes something else: {first.message}",
        expected=first.expected,
        actual=first.actual,
        where=first.where,
        hint=hint,
    )


def lively(reference: Any, random: np.random.Generator) -> Any:
    """A copy with parameters by which every layer shows: fresh batch norms change nothing, small sums bend no sigmoid."""
    import torch

    made = copy.deepcopy(reference)
    with torch.no_grad():
        for name, value in [*made.named_parameters(), *made.named_buffers()]:
            if value.is_floating_point():
                value.copy_(torch.from_numpy(_drawn(name, value.numpy(), random)))
    return made


def _drawn(name: str, now: np.ndarray, random: np.random.Generator) -> np.ndarray:
    if name.endswith("running_var"):
        return random.uniform(0.5, 2.0, now.shape)
    if now.ndim < 2:
        return now + 0.5 * random.standard_normal(now.shape)
    return GAIN * random.standard_normal(now.shape) / math.sqrt(math.prod(now.shape[1:]))


def layers(tensors: Sequence[Tensor]) -> list[Layer]:
    """Tensors by the layer that keeps them."""
    owned: dict[str, list[Tensor]] = {}
    for tensor in tensors:
        owned.setdefault(tensor.name.rpartition(".")[0], []).append(tensor)
    return [Layer(tuple(own), tuple(tensor.values.shape for tensor in own)) for own in owned.values()]


def single(tensors: Sequence[Tensor]) -> list[Layer]:
    """Each tensor for itself, matrices whichever way they lie."""
    return [Layer((tensor,), (either_way(tensor.values.shape),)) for tensor in tensors]


def either_way(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(shape)) if len(shape) == 2 else shape


def orders(ours: Sequence[Layer], others: Sequence[Layer]) -> Iterator[Values]:
    """Every way of giving our layers the values of others with the same shapes, that of registration first."""
    keys = list(dict.fromkeys(layer.key for layer in ours))
    mine = [[layer for layer in ours if layer.key == key] for key in keys]
    theirs = [permutations([layer for layer in others if layer.key == key]) for key in keys]
    for chosen in product(*theirs):
        pairs = [pair for group, order in zip(mine, chosen, strict=True) for pair in zip(group, order, strict=True)]
        yield {
            tensor.name: other.values if other.values.shape == tensor.values.shape else other.values.T
            for layer, given in pairs
            for tensor, other in zip(layer.tensors, given.tensors, strict=True)
        }


def misfit(made: str, mine: Sequence[Tensor], theirs: Sequence[Tensor]) -> CheckFailure:
    """The first parameter that one of two networks has and the other has not."""
    left = Counter(either_way(tensor.values.shape) for tensor in mine)
    for name, values in theirs:
        if not left[either_way(values.shape)]:
            return CheckFailure(f"{made} has no parameter of shape {values.shape} for the contract's {name}")
        left[either_way(values.shape)] -= 1
    name, values = next(tensor for tensor in reversed(mine) if left[either_way(tensor.values.shape)])
    return CheckFailure(f"{made} has {name} of shape {values.shape}, which the contract's network has not")


def count(network: Network, wanted: int) -> None:
    """See `expect.parameter_count`."""
    layers = network.layers()
    found = sum(layer.count for layer in layers)
    listed = ", ".join(f"{layer.name} ({layer.kind}) {layer.count:,}" for layer in layers)
    told = f"{network.made} has {found:,} parameters, expected {wanted:,}"
    expect.that(found == wanted, f"{told}: {listed}" if listed else told)
