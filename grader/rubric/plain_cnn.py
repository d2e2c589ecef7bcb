"""Exercise plain_cnn: a convolutional network whose sizes are arguments, with dropout. 184,586 parameters by default."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np

from grader.authoring import expect
from grader.authoring.exercise import exercise
from grader.judge.networks import Network
from grader.later import torch
from grader.rubric.classifier import add_checks
from grader.rubric.classifier_contract import (
    LAYOUTS,
    SIDE,
    Plan,
    Reading,
    built,
    filled,
    images,
    laid_out,
    logits_of,
    own,
)
from grader.rubric.classifier_variants import Act, Conv, Dense, Do, Pool, Steps, shapes

plain_cnn = exercise(
    "plain_cnn",
    title="A plain convolutional network",
    classes={"PlainCNN": "reference.plain_cnn:PlainCNN"},
    batches={"PlainCNN": [((3, 4, 20, 0), (1, 1, 28, 28)), ((3, 4, 20, 0), (6, 1, 28, 28))]},
    lesson="Convolutional networks: a plain one, with dropout",
    about="PlainCNN(n1=32, n2=64, hidden=128, dropout=0.5): conv 1->n1 5x5, max pooling 2, conv n1->n2 5x5, max pooling "
    "2, flatten, n2*16->hidden, ReLU, dropout in training mode alone, hidden->10; logits. A ReLU after both convolutions "
    "is right too. train(model, images, labels, *, device, seed) trains it in place.",
)
Sizes = tuple[int, int, int]  # n1, n2, hidden
NAMES = ("n1", "n2", "hidden", "dropout")
USUAL = 0.5  # the default of dropout
IMAGES, OFF = 256, 0.06  # images with dropout, and by how much the share that is dropped may be off: five deviations
HIDDEN, LOUD, BASE = 8, 30.0, 100.0  # units; their bias, so that no ReLU cuts them off; that of the logits
SMALL = (2, 3, HIDDEN)  # n1, n2 and hidden where dropout is looked at: each logit shows one unit
NEAR = 0.02  # of a unit's value
FROM_ARGUMENTS = (
    "Each size comes from the arguments: nn.Conv2d(1, n1, 5), nn.Conv2d(n1, n2, 5), nn.Linear(n2 * 4 * 4, hidden), "
    "nn.Linear(hidden, 10)."
)
WHERE = "Dropout stands between the ReLU and the last layer, nowhere else: self.fc2(self.dropout(F.relu(self.fc1(x))))."
SWITCHED = (
    "self.dropout = nn.Dropout(dropout) in __init__ and self.dropout(x) in forward: model.train() switches it on."
)
SCALED = "What is kept is divided by 1 - p, so that the sum stays what it is: nn.Dropout does it."
KEEP = "dropout is the share that is set to zero, not the share that is kept."
BY_ITSELF = "Each unit of each image is dropped by itself, anew in every pass: nn.Dropout on the hidden units of shape (N, hidden)."


def steps(sizes: Sizes, bent: bool = False) -> Steps:
    """The network in steps; `bent`: with a ReLU after each convolution."""
    n1, n2, hidden = sizes
    after: Steps = (Act("ReLU"),) * bent
    convolutions = (Conv(n1, 5), *after, Pool("max"), Conv(n2, 5), *after, Pool("max"))
    return (Do("input"), *convolutions, Do("flatten"), Dense(hidden), Act("ReLU"), Dense(10), Do("output"))


def plan(sizes: Sizes = (32, 64, 128), args: tuple[Any, ...] = (), named: dict[str, Any] | None = None) -> Plan:
    """The contract for n1, n2 and hidden; `args` and `named`: how the constructor is told them."""

    def plain() -> torch.nn.Module:
        network: torch.nn.Module = plain_cnn.classes["PlainCNN"](*sizes)
        return network

    def bent() -> torch.nn.Module:
        network: Any = plain()
        for layer in (network.conv1, network.conv2):
            layer.register_forward_hook(lambda _, given, found: found.relu())
        return network  # type: ignore[no-any-return]

    counts = [math.prod(shape) for shape in shapes(steps(sizes), SIDE) or []]
    return Plan(
        name="PlainCNN",
        reference=plain,
        parameters=sum(counts),
        activation="ReLU",
        activations=frozenset({"aten.relu", "aten.relu_", "aten.clamp_min", "aten.clamp_min_", "aten.maximum"}),
        overfit_rate=0.002,
        misread={sum(counts) - sum(sizes) - 10: "the layers have no biases"},
        steps=steps(sizes),
        args=args,
        named=named or {},
        also=(Reading(bent, steps(sizes, bent=True)),),
    )


PLAN = plan()
add_checks(plain_cnn, PLAN)


@plain_cnn.check(points=3, live=True, needs=["parameters"], hint=FROM_ARGUMENTS)
def arguments(student: Any) -> None:
    """n1, n2, hidden and dropout are arguments, by position and by keyword, and the sizes follow from them.

    Why: a network whose sizes can be chosen can be compared with a smaller or a larger one.
    Wrong: self.conv1 = nn.Conv2d(1, 32, 5)
    Right: self.conv1 = nn.Conv2d(1, n1, 5)
    """
    for by_position in (True, False):
        wanted = told(different(student), 0.25, by_position)
        network = built(student, wanted)
        found = Counter(entry.values.size for entry in own(network))
        expect.that(
            found == Counter(value.numel() for value in wanted.reference().parameters()),
            f"{network.made} has {sum(size * times for size, times in found.items()):,} parameters, with weights and biases "
            f"of {listed(found)} values; expected {wanted.parameters:,}",
        )
        logits_of(network, images(student, 3))


@plain_cnn.check(points=3, live=True, needs=["arguments", "logits", "modes"], hint=WHERE)
def dropout(student: Any) -> None:
    """In training mode each hidden unit is dropped by itself with the probability asked for, and the rest scaled up.

    Why: a network that cannot rely on single units learns several ways to see the same thing. With the scaling the
    last layer gets as much as without dropout, so nothing is left to do in eval mode.
    Wrong: F.dropout(x), which is on in eval mode too; nn.Dropout(1 - dropout); dropout on the logits
    Right: nn.Dropout(dropout) on the hidden units
    """
    for low, high, way in ((0.2, 0.35, "position"), (0.6, 0.75, "keyword"), (USUAL, USUAL, "default")):
        p = round(float(student.random.uniform(low, high)), 2)
        asked = plan(SMALL, args=SMALL) if way == "default" else told(SMALL, p, way == "position")
        network = built(student, asked)
        load_showing(student, network)
        x = student.random.standard_normal((IMAGES, 1, SIDE, SIDE)).astype("float32")
        units = logits_of(network, x)[:, :HIDDEN] - BASE
        passes = [expect.floats(network.output(x, train=True)) for _ in range(2)]
        expect.that(passes[0].shape == (IMAGES, 10), f"in train mode the output has shape {passes[0].shape}")
        first, second = (dropped(found, units, network.made) for found in passes)
        each_by_itself(first, second, network.made)
        as_asked(first, passes[0][:, :HIDDEN] - BASE, units, p, network.made)


def told(sizes: Sizes, p: float, by_position: bool) -> Plan:
    """The contract for these sizes and this dropout, all of them given to the constructor."""
    given = (*sizes, p)
    return plan(sizes, args=given) if by_position else plan(sizes, named=dict(zip(NAMES, given, strict=True)))


def different(student: Any) -> Sizes:
    """Sizes by which all weights and biases can be told apart."""
    while True:
        found = tuple(int(student.random.integers(low, high)) for low, high in ((2, 7), (2, 7), (12, 30)))
        sizes: Sizes = (found[0], found[1], found[2])
        counts = [math.prod(shape) for shape in shapes(steps(sizes), SIDE) or []]
        if len(set(counts)) == len(counts):
            return sizes


def listed(found: Counter[int]) -> str:
    return ", ".join(f"{size:,}" for size in list(found.elements())[:10])


def load_showing(student: Any, network: Network) -> None:
    """Parameters with which each of the first logits is `BASE` and one hidden unit, none of them near 0."""
    last = np.eye(10, HIDDEN, dtype="float32")
    special = {10: np.full(10, BASE, "float32"), HIDDEN: np.full(HIDDEN, LOUD, "float32"), last.size: last}
    entries = own(network)
    values = filled(student, entries)
    for entry in entries:
        if entry.values.size in special:
            values[entry.name] = laid_out(special[entry.values.size], entry.values.shape, LAYOUTS[0])
    network.load(values)


def dropped(found: np.ndarray, units: np.ndarray, made: str) -> np.ndarray:
    """Which units (N, HIDDEN) are zero in a pass in train mode. Fail where it differs in more than dropped hidden units."""
    now = found[:, :HIDDEN] - BASE
    gone = np.abs(now) <= NEAR * units
    expect.that(
        not np.all(np.abs(now - units) <= NEAR * units),
        f"in train mode {made} drops nothing: its output is that of eval mode",
        hint=SWITCHED,
    )
    expect.that(not np.any(np.abs(found) < 1), f"in train mode {made} sets logits to zero, not hidden units")
    expect.that(not gone.all(), f"in train mode {made} sets all hidden units to zero")
    scale = now[~gone] / units[~gone]
    expect.that(
        np.all(np.abs(scale - np.median(scale)) <= NEAR * np.abs(scale))
        and np.allclose(found[:, HIDDEN:], BASE, atol=0.1),
        f"in train mode {made} multiplies hidden units by {scale.min():.3g} to {scale.max():.3g}, expected by 0 or by one "
        "number: something else is dropped too",
    )
    return np.asarray(gone)


def each_by_itself(first: np.ndarray, second: np.ndarray, made: str) -> None:
    """Fail when whole images or whole units are dropped, or the same in each of two passes."""
    together = first.all(axis=1) | (~first).all(axis=1)
    fixed = first.all(axis=0) | (~first).all(axis=0)
    expect.that(together.mean() < 0.5, f"{made} drops all hidden units of an image or none of them", hint=BY_ITSELF)
    expect.that(not fixed.any(), f"{made} drops the same hidden units for all images of a batch", hint=BY_ITSELF)
    expect.that((first != second).any(), f"{made} drops the same hidden units in every pass", hint=BY_ITSELF)


def as_asked(gone: np.ndarray, now: np.ndarray, units: np.ndarray, p: float, made: str) -> None:
    """Fail when another share than `p` is dropped, or what is kept is not scaled by 1 / (1 - p)."""
    share, scale = float(gone.mean()), float(np.median(now[~gone] / units[~gone]))
    swapped = abs(share - (1 - p)) <= OFF
    expect.that(
        abs(share - p) <= OFF,
        f"{made} sets {share:.0%} of the hidden units to zero in train mode, expected about {p:.0%}",
        hint=KEEP if swapped else "The probability is the constructor's argument: nn.Dropout(dropout).",
    )
    expect.that(
        abs(scale * (1 - p) - 1) <= NEAR,
        f"{made} multiplies the hidden units that it keeps by {scale:.3g}, expected {1 / (1 - p):.3g}",
        hint=SCALED,
    )
