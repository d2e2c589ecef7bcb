"""C3 in a student's network, in whatever parts it is kept: 16 small convolutions, groups, one vector of weights.

A weight of C3 is known by what it does: with constant maps before it, its gradient is the product of what it sees and of
what becomes of it. Maps of S2 that are made to differ by their brightness and maps of C3 that are made to differ by the
weights behind them tell of every single number which two maps it connects. That is a guess as long as it rests on
gradients, which student code makes; whoever uses it gives the network values and looks at the logits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from grader.authoring.expect import CheckFailure
from grader.judge.networks import Layer, Network, Parameter, StateEntry
from grader.rubric.classifier_contract import LAYOUTS, laid_out

INPUTS, OUTPUTS, KERNEL = 6, 16, 25
Table = frozenset[tuple[int, int]]  # the pairs (map of C3, map of S2) that are connected
Place = tuple[str, int]  # a parameter's name, and where in it a number lies
DRAWN = """
X...XXX..XXXX.XX
XX...XXX..XXXX.X
XXX...XXX..X.XXX
.XXX..XXXX..X.XX
..XXX..XXXX.XX.X
...XXX..XXXX.XXX
"""
PAPER: Table = frozenset(
    (column, row) for row, line in enumerate(DRAWN.split()) for column, cell in enumerate(line) if cell == "X"
)
OTHERS = {  # sizes of the contract's other parameters, with the shapes that tell them from parts of C3 of that size
    150: (6, 1, 5, 5),
    6: (6,),
    48_000: (120, 400),
    120: (120,),
    10_080: (84, 120),
    84: (84,),
    840: (10, 84),
    10: (10,),
}
SIDES = (28, 32)  # of images: a network without padding takes larger ones
PLAIN, BRIGHT = (
    0.25,
    (0.5, 0.8, 1.1, 1.5, 2.0, 2.6),
)  # biases of C1: what is known of a map is that it grows with its bias
STEP = 1.25  # from one map of C3 to the next, by what its weights in C5 are larger
SMALL = 1e-4  # of all weights of C3: hardly anything of it depends on what it sees
APART, NEAR = 0.004, 0.1  # of ratios that differ, and of a step


class Parts(NamedTuple):
    """Where the numbers of C3 are kept."""

    weights: dict[tuple[int, int], list[Place]]  # (map of C3, map of S2) -> its kernel, row by row
    biases: dict[int, list[Place]]
    idle: list[Place]  # what has no effect on the output

    @property
    def table(self) -> Table:
        return frozenset(self.weights)

    @property
    def has_kernels(self) -> bool:
        """Whether each pair that is connected has one."""
        return {len(kernel) for kernel in self.weights.values()} == {KERNEL}

    @property
    def has_biases(self) -> bool:
        return all(len(self.biases.get(output, ())) == 1 for output in range(OUTPUTS))

    @property
    def places(self) -> tuple[list[Place], list[Place]]:
        """Of the weights (60, 5, 5) and biases (16,), as the reference keeps them."""
        weights = [place for pair in sorted(self.weights) for place in self.weights[pair]]
        return weights, [place for output in sorted(self.biases) for place in self.biases[output]]


def parts_of(network: Network) -> Parts | None:
    """The parts of C3 in a network, which keeps its parameters; None where they cannot be told."""
    before = {entry.name: entry.values for entry in network.state() if entry.kind == "parameter"}
    others = other_layers(before)
    if others is None:
        return None
    try:
        for side in SIDES:
            for channels_last in (False, True):
                if found := looked_for(network, before, others, side, channels_last):
                    return found
    except CheckFailure as failure:
        if failure.fatal:
            raise
    finally:
        network.load(before)
    return None


def other_layers(entries: dict[str, np.ndarray]) -> dict[int, str] | None:
    """The names of the parameters that are not C3's, by their size; None where one is missing."""
    found: dict[int, str] = {}
    for size, shape in OTHERS.items():
        fitting = [name for name, values in entries.items() if values.size == size]
        owner = found.get(150, "").rpartition(".")[0]
        fitting.sort(key=lambda name: (entries[name].shape != shape, size == 6 and name.rpartition(".")[0] != owner))
        if not fitting:
            return None
        found[size] = fitting[0]
    return found


def looked_for(
    network: Network, entries: dict[str, np.ndarray], others: dict[int, str], side: int, channels_last: bool
) -> Parts | None:
    """The parts by their gradients, for images of a `side` and an order in which maps are flattened."""
    rest = {name: values for name, values in entries.items() if name not in others.values()}
    random = np.random.default_rng(0)  # what is drawn is a scale for all of them
    steps = STEP ** np.arange(OUTPUTS)
    row = np.tile(steps, KERNEL) if channels_last else np.repeat(steps, KERNEL)
    c5 = random.uniform(0.5, 1.5, (120, 1)) * row / row.sum()
    fixed = {
        150: np.zeros(OTHERS[150]),
        48_000: c5,
        10_080: random.uniform(0.5, 1.5, (84, 120)) / 120,
        840: random.standard_normal((10, 84)),
        **{size: np.zeros(size) for size in (120, 84, 10)},
    }
    if not rest:
        return None
    values = {
        others[size]: laid_out(value.astype("float32"), entries[others[size]].shape, LAYOUTS[0])
        for size, value in fixed.items()
    }
    network.load(values | {name: np.full_like(held, SMALL) for name, held in rest.items()})

    def gradients(biases: Iterable[float]) -> np.ndarray | None:
        network.load({others[6]: np.asarray([*biases], dtype="float32")})
        x = np.zeros((1, 1, side, side), dtype="float32")
        _, _, found = network.backward(x, np.linspace(1, 2, 10, dtype="float32").reshape(1, 10))
        told = [found.get(name) for name in rest]
        if any(
            not isinstance(one, np.ndarray) or one.size != held.size
            for one, held in zip(told, rest.values(), strict=True)
        ):
            return None
        return np.concatenate([np.asarray(one, dtype="float64").ravel() for one in told])

    try:
        plain, bright = gradients([PLAIN] * INPUTS), gradients(BRIGHT)
    except CheckFailure as failure:
        if failure.fatal:
            raise
        return None
    if plain is None or bright is None or not np.isfinite(plain).all() or not np.isfinite(bright).all():
        return None
    return told_apart(places(rest), plain, bright)


def told_apart(where: list[Place], plain: np.ndarray, bright: np.ndarray) -> Parts | None:
    """Numbers by the maps that they connect, from their gradients behind equal maps and behind different ones."""
    idle = np.abs(plain) <= 1e-9 * np.abs(plain).max(initial=0)
    if idle.all():
        return None
    ratio = np.where(idle, 0, bright / np.where(idle, 1, plain))
    inputs = levels(ratio[~idle])
    if len(inputs) not in (INPUTS, INPUTS + 1):
        return None
    bias = ~idle & (np.abs(ratio - 1) <= APART)
    weight = ~idle & ~bias
    parts = Parts(defaultdict(list), defaultdict(list), [place for place, no in zip(where, idle, strict=True) if no])
    seen = levels(ratio[weight])
    for chosen in (weight, bias):
        if not chosen.any():
            continue
        steps = OUTPUTS - 1 + np.log(np.abs(plain[chosen]) / np.abs(plain[chosen]).max()) / np.log(STEP)
        if np.any(np.abs(steps - steps.round()) > NEAR) or steps.min() < -NEAR:
            return None
        for place, output, one in zip(np.flatnonzero(chosen), steps.round().astype(int), ratio[chosen], strict=True):
            if chosen is bias:
                parts.biases[int(output)].append(where[place])
            else:
                parts.weights[int(output), int(np.argmin(np.abs(seen - one)))].append(where[place])
    return parts


def levels(ratios: np.ndarray) -> np.ndarray:
    """The different values among ratios that scatter little, in order."""
    ordered = np.sort(ratios)
    breaks = np.flatnonzero(np.diff(ordered) > APART * np.abs(ordered[1:]))
    return np.array([part.mean() for part in np.split(ordered, breaks + 1)])


def places(entries: dict[str, np.ndarray]) -> list[Place]:
    return [(name, index) for name, values in entries.items() for index in range(values.size)]


class Assembled:
    """A network whose C3 is shown as the reference keeps it: weights (60, 5, 5) and biases (16,).

    Numbers without an effect are left out of its state; its layers show them, for they count.
    """

    def __init__(self, network: Network, parts: Parts) -> None:
        self._network, self._parts = network, parts
        self._weights, self._biases = parts.places
        self._names = {name for name, _ in (*self._weights, *self._biases, *parts.idle)}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._network, name)

    def state(self) -> list[StateEntry]:
        """As `Network.state`; the network's own where it is another one now, as after a training that exchanges it."""
        entries = self._network.state()
        held = {entry.name: entry.values.ravel() for entry in entries}
        if any(index >= held.get(name, np.empty(0)).size for name, index in (*self._weights, *self._biases)):
            return entries
        made = (("C3.weight", self._weights, (-1, 5, 5)), ("C3.bias", self._biases, (-1,)))
        assembled = [
            StateEntry(name, "parameter", "C3", np.array([held[part][index] for part, index in listed]).reshape(shape))
            for name, listed, shape in made
        ]
        return [*assembled, *(entry for entry in entries if entry.name not in self._names)]

    def load(self, values: dict[str, np.ndarray]) -> None:
        """As `Network.load`."""
        values = dict(values)
        given = {"C3.weight": self._weights, "C3.bias": self._biases}
        if wanted := given.keys() & values.keys():
            held = {entry.name: entry.values.copy() for entry in self._network.state() if entry.name in self._names}
            for key in wanted:
                for (name, index), value in zip(given[key], values.pop(key).ravel(), strict=True):
                    held[name].ravel()[index] = value
            values |= held
        self._network.load(values)

    def layers(self) -> list[Layer]:
        """As `Network.layers`, the parts of C3 as one."""
        found: list[Layer] = []
        for layer in self._network.layers():
            own = [
                p for p in layer.parameters if f"{layer.name}.{p.name}".removeprefix("(network).") not in self._names
            ]
            if len(own) < len(layer.parameters) and all(one.name != "C3" for one in found):
                found.append(Layer("C3", "in parts", tuple(self._shown())))
            found += (
                [layer]
                if len(own) == len(layer.parameters)
                else [Layer(layer.name, layer.kind, tuple(own))] * bool(own)
            )
        return found

    def _shown(self) -> Iterator[Parameter]:
        yield Parameter("weight", (len(self._weights) // KERNEL, 5, 5), len(self._weights), True)
        yield Parameter("bias", (len(self._biases),), len(self._biases), True)
        if self._parts.idle:
            yield Parameter("without an effect", (len(self._parts.idle),), len(self._parts.idle), True)


def assembled(network: Network) -> Network:
    """The network, with its C3 put together where it is connected by the paper's table."""
    parts = parts_of(network)
    if parts is None or parts.table != PAPER or not (parts.has_kernels and parts.has_biases):
        return network
    return Assembled(network, parts)  # type: ignore[return-value]
