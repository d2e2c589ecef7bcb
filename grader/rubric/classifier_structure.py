"""What a network for 28x28 images is and does, before any training."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np

from grader.authoring import expect
from grader.authoring.exercise import Exercise
from grader.authoring.expect import CheckFailure, CheckSkipped
from grader.judge.networks import AT_RANDOM, NOT_REGISTERED, Layer, Network
from grader.later import torch
from grader.records import Table
from grader.rubric.classifier_contract import (
    LOGITS_TERMS,
    SIDE,
    Plan,
    agree,
    at_random,
    built,
    ending_of,
    filled,
    images,
    logits_of,
    loudness,
    own,
)
from grader.rubric.classifier_recognition import recognised, working_side

SCALES = (0.1, 1.0, 100.0)  # of the images: a network may make them small before it bends them, or large before softmax
SAME_DIRECTION = 1e-3  # of the greatest change of logits
CHANGE = 0.5  # of the spread of a layer's weights
MOST_LOOKED_AT = 3  # images, and changes of each layer
STRAIGHT = 1e-3  # of the greatest difference of logits: so near to a linear function is one
ROUNDING = 1e-5  # of the largest logit
VANISHED = 1e-35  # a probability that tells its logit no more: float32 goes on to 1e-38
MOST_TOLD = 200  # characters in a cell of a table


Layout = tuple[int, int, int, int]  # the axes of a convolution's weights, as a student's layer keeps them
ALL_ACTIVATIONS = {  # by their aten operators, which some share; those in place have an underscore more
    "aten.sigmoid": "sigmoid",
    "aten.relu": "ReLU",
    "aten.tanh": "tanh",
    "aten.gelu": "GELU",
    "aten.silu": "SiLU",
    "aten.elu": "ELU or SELU",
    "aten.celu": "CELU",
    "aten.leaky_relu": "leaky ReLU",
    "aten._prelu_kernel": "PReLU",
    "aten.rrelu_with_noise": "RReLU",
    "aten.hardtanh": "ReLU6 or hardtanh",
    "aten.hardsigmoid": "hardsigmoid",
    "aten.hardswish": "hardswish",
    "aten.mish": "Mish",
    "aten.softplus": "softplus",
    "aten.exp": "exp",
}
ELSEWHERE = "not compared: the network has other parameters than the contract, as the check parameters tells"


def add_checks(exercise: Exercise, plan: Plan) -> None:
    """What the network is and does, before any training."""

    @exercise.check(points=0, live=True, hint="Print x.shape after every layer, and compare it with the table.")
    def runs(student: Any) -> None:
        """Images go through the network: N of them give N rows of ten numbers.

        Why: what the other checks look at comes out of a forward pass. A network that lacks only its padding is looked
        at with larger images.
        Wrong: return x, x.argmax(1)
        Right: return self.fc3(x)
        """
        working_side(student, built(student, plan), plan)

    @exercise.check(points=2, live=True, needs=["runs"])
    def shape(student: Any) -> None:
        """A batch of N images gives logits (N, 10), for any N.

        Why: the batch size is the caller's business; a network with a fixed one fails on the last batch.
        Wrong: x = x.view(-1, 120)
        Right: x = x.flatten(start_dim=1)
        """
        network = built(student, plan)
        for count in (1, 2, 7):
            try:
                logits_of(network, images(student, count))
            except CheckFailure as failure:
                if not failure.fatal and working_side(student, network, plan) != SIDE:
                    failure.hint = ""  # it has more to do with sizes than with the batch
                raise

    @exercise.check(points=0, live=True, needs=["runs"], hint="Layers with parameters, and an activation between them.")
    def network(student: Any) -> None:
        """It is a network: layers of the contract's sizes, whose parameters count, and something that bends between them.

        Why: what the other checks ask for has a meaning for networks only. A single matrix has no layers, and layers
        without activations between them are a single matrix.
        Wrong: self.w = nn.Parameter(torch.randn(61706)), x.flatten(1) @ self.w[:7840].view(784, 10)
        Right: convolutions, activations and dense layers as in the contract
        """
        made = built(student, plan)
        there, wanted = in_common(made, plan)
        expect.that(own(made), "the network has no parameters", hint=NOT_REGISTERED)
        expect.that(
            2 * there >= wanted,
            f"{there} of the contract's {wanted} weights and biases are there by their size, expected at least half",
        )
        bends(student, made, plan)
        acts(student, made, plan)

    @exercise.check(points=3, live=True, needs=["network"], hint="Compare your layers with the table, row by row.")
    def parameters(student: Any) -> None:
        """The network has exactly the contract's parameters.

        Why: the count tells of a missing bias, a wrong kernel size or a layer too many, but not of what lies between.
        Wrong: nn.Conv2d(6, 16, 5, bias=False)
        Right: nn.Conv2d(6, 16, 5)
        """
        network = built(student, plan)
        layers = network.layers()
        student.show(layer_table(layers, plan.reference()))
        count = sum(layer.count for layer in layers)
        cause = plan.misread.get(count, "") or first_other(layers, plan.reference())
        there, wanted = in_common(network, plan)
        expect.that(
            count == plan.parameters,
            f"the network has {count:,} parameters, expected {plan.parameters:,}{cause and f': {cause}'}",
            hint=NOT_REGISTERED if count == 0 else "",
            share=there / max(wanted + 1, len(own(network))),
        )

    @exercise.check(points=2, live=True, needs=["network"], hint="nn.CrossEntropyLoss applies the softmax itself.")
    def logits(student: Any) -> None:
        """The network ends in logits, not in softmax or log_softmax.

        Why: nn.CrossEntropyLoss applies log_softmax itself; a softmax before it squashes the gradients, and
        training becomes slow or stops early. After a log_softmax the loss is the same, but the outputs are no
        logits any more.
        Wrong: return F.softmax(self.fc3(x), dim=1)
        Right: return self.fc3(x)
        """
        network = built(student, plan)
        ending = ending_of(logits_of(network, images(student, 6, working_side(student, network, plan))))
        effect = {
            "softmax": "the loss applies another softmax, so the gradients become small and training slow",
            "log_softmax": "the cross-entropy comes out the same, but the contract asks for logits",
        }
        expect.that(not ending, f"the network ends in {ending}: {effect.get(ending, '')}")

    @exercise.check(
        points=4,
        live=True,
        needs=["network"],
        hint="Same parameters, other answers: look at activations, kind of pooling, flatten and the order of layers.",
    )
    def transplant(student: Any) -> None:
        """With the reference's parameters the network gives the reference's logits.

        Why: shape and parameter count say nothing about activations, pooling, flatten and order; values do. A network
        with a usual mistake is compared with the contract's network with this mistake: each layer that is right counts.
        Wrong: F.max_pool2d(...) where the contract says average, an activation left out
        Right: layer by layer as in the contract
        """
        network = built(student, plan)
        try:
            agree(student, network, plan)
        except CheckFailure as failure:
            if failure.fatal:
                raise
            layer_by_layer(student, network, plan)
            if sum(layer.count for layer in network.layers()) != plan.parameters:
                raise CheckSkipped(ELSEWHERE, counted=True) from None
            if at_random(network, images(student, 4, working_side(student, network, plan))):
                failure.hint, failure.likened = AT_RANDOM, False
            raise

    @exercise.check(points=1, live=True, needs=["network"], hint=f"The contract's activation is {plan.activation}.")
    def activations(student: Any) -> None:
        """The activations of the contract are there.

        Why: without them the layers collapse into one linear map, whatever their number.
        Wrong: x = self.pool(self.conv1(x))
        Right: x = self.pool(torch.sigmoid(self.conv1(x))), or ReLU where the contract says so
        """
        network = built(student, plan)
        try:
            agree(student, network, plan)
        except CheckFailure as failure:
            if failure.fatal:
                raise
            seen = network.operators(images(student, 2, working_side(student, network, plan)))
            known = sorted({ALL_ACTIVATIONS[name] for name in (s.rstrip("_") for s in seen) if name in ALL_ACTIVATIONS})
            expect.that(
                set(seen) & plan.activations and not set(known) - {plan.activation, "exp"},
                f"a forward pass uses {' and '.join(known) or 'no usual activation'}, expected {plan.activation} alone",
            )

    @exercise.check(
        points=2,
        live=True,
        needs=["network"],
        hint="No detach, no .data, no torch.no_grad in forward, and no layer that forward does not use.",
    )
    def gradients(student: Any) -> None:
        """The gradient of the loss reaches every parameter.

        Why: a parameter without a gradient is never trained.
        Wrong: x = self.conv1(x).detach()
        Right: x = self.conv1(x)
        """
        network = built(student, plan)
        network.load(
            filled(student, network.state())
        )  # a layer that starts at zero lets no gradient through, and is no fault
        x = images(student, 4, working_side(student, network, plan))
        weights = np.linspace(-1, 1, 40, dtype="float32").reshape(4, 10) ** 3
        _, _, found = network.backward(x, weights, train=True)
        expect.that(found, "the network has no parameters that could be trained")
        for name, gradient in found.items():
            expect.that(gradient is not None, f"no gradient reaches {name}")
            values = expect.array(gradient, f"the gradient of {name}")
            expect.that(np.isfinite(values).all(), f"the gradient of {name} is not finite")
            expect.that(values.any(), f"the gradient of {name} is zero everywhere")

    @exercise.check(
        points=1,
        live=True,
        needs=["network"],
        hint="Each image goes its own way: in eval mode nothing is computed over the batch axis.",
    )
    def modes(student: Any) -> None:
        """The network works in train and in eval mode; in eval mode an image's logits depend on that image alone.

        Why: grading, exporting and using a network happen in eval mode, one image or many at a time.
        Wrong: x = (x - x.mean()) / x.std()  # over the batch
        Right: each image goes its own way
        """
        network = built(student, plan)
        # as it comes from the constructor, a network may hardly react to its images
        made_loud(student, network, plan)
        x = images(student, 4, working_side(student, network, plan))
        network.output(x, train=True)
        together = logits_of(network, x)
        try:
            expect.close(network.output(x), together)
        except CheckFailure as failure:
            again = f"in eval mode the same images get other logits the second time: {failure.message}"
            raise CheckFailure(again, hint=AT_RANDOM) from None
        expect.close(network.output(x[:2]), together[:2], terms=LOGITS_TERMS)


def made_loud(student: Any, network: Network, plan: Plan) -> dict[str, np.ndarray]:
    """Put parameters into the network at which it reacts to its images, which it may not as it comes; they are returned."""
    state = {name: loudness(plan) * value for name, value in filled(student, network.state()).items()}
    network.load(state)
    return state


def acts(student: Any, network: Network, plan: Plan) -> None:
    """Fail when most weights do the same whichever of them changes, as a sum over them does that is added to the output.

    Other weights of a layer change the logits of several images in other ways; it is the values that tell, not the
    gradients that student code makes of them.
    """
    state = made_loud(student, network, plan)
    x = images(student, MOST_LOOKED_AT, working_side(student, network, plan))
    base = logits_of(network, x)
    least = min(value.numel() for value in plan.reference().state_dict().values() if value.ndim > 1)
    weights = [entry.name for entry in own(network) if entry.values.size >= least]

    def changed(name: str) -> np.ndarray:
        change = np.asarray(student.random.standard_normal(state[name].shape), dtype="float32")
        network.load({name: state[name] + CHANGE * state[name].std() * change})
        return logits_of(network, x)

    acting = 0
    for name in weights:
        before, *after = behind_softmax([base, *(changed(name) for _ in range(MOST_LOOKED_AT))])
        effects = [np.asarray(values - before, dtype="float64").ravel() for values in after]
        acting += not parallel(effects, ROUNDING * float(np.linalg.norm(before)))
        network.load({name: state[name]})
    expect.that(
        2 * acting >= len(weights),
        f"in {acting} of {len(weights)} layers it matters which weight changes, expected at least half",
        hint="Every layer works on what the layer before it gives: none of their weights is just added to the output.",
    )


def parallel(vectors: list[np.ndarray], noise: float) -> bool:
    """Whether all of them are multiples of one, but for `noise`."""
    lengths = [float(np.linalg.norm(vector)) for vector in vectors]
    longest = vectors[int(np.argmax(lengths))] / max(*lengths, VANISHED)
    allowed = max(SAME_DIRECTION * max(lengths), noise)
    return all(np.linalg.norm(vector - (vector @ longest) * longest) <= allowed for vector in vectors)


def bends(student: Any, network: Network, plan: Plan) -> None:
    """Fail when the logits are a linear function of the images, as a constant is too: f(x) + f(y) = f(x + y) + f(0)."""
    made_loud(student, network, plan)
    side = working_side(student, network, plan)
    x, y = images(student, 4, side), images(student, 4, side)

    def straight(scale: float) -> bool:
        at = behind_softmax([logits_of(network, np.float32(scale) * values) for values in (x, y, x + y, 0 * x)])
        apart = np.abs(at[0] + at[1] - at[2] - at[3]).max()
        varied, largest = (max(np.abs(values - base).max() for values in at) for base in (at[3], 0.0))
        return bool(apart <= STRAIGHT * varied + ROUNDING * largest)

    expect.that(
        not all(map(straight, SCALES)),
        "the output is a linear function of the images: for two images it is the sum of what each one gives",
        hint=f"Between two layers with parameters stands an activation: {plan.activation} here.",
    )


def in_common(network: Network, plan: Plan) -> tuple[int, int]:
    """How many of the contract's weights and biases are there by their size, and how many it has."""
    sizes = Counter(entry.values.size for entry in own(network))
    wanted = Counter(value.numel() for value in plan.reference().parameters())
    return (sizes & wanted).total(), wanted.total()


def layer_by_layer(student: Any, network: Network, plan: Plan) -> None:
    """Fail with the mistakes in a network that is the contract's but for these. Return where it is something else."""
    found = recognised(student, plan, network)
    if found is not None:
        layers = len(found.contract) - 2  # without input and output
        right = layers - len(found.wrong)
        raise CheckFailure(
            f"with the same parameters your network gives what the contract's gives with this mistake: {found.title}. "
            f"{right} of its {layers} layers are right",
            hint=found.explanation,
            share=right / layers,
        )


def first_other(layers: list[Layer], reference: torch.nn.Module) -> str:
    """The first layer that has other parameters than the contract's in its place, or that normalises; else nothing."""
    wanted = [
        (name, type(module).__name__, [tuple(p.shape) for p in own])
        for name, module in reference.named_modules()
        if (own := list(module.parameters(recurse=False)))
    ]
    if len(layers) == len(wanted):
        for mine, (name, kind, shapes) in zip(layers, wanted, strict=True):
            given = [parameter.shape for parameter in mine.parameters]
            if sorted(map(math.prod, given)) != sorted(map(math.prod, shapes)):
                return f"your {mine.kind} {mine.name} has {named(given)}, the contract's {name} is {kind} with {named(shapes)}"
    norms = (f"your {mine.name} is a {mine.kind}, which the contract has not" for mine in layers if "Norm" in mine.kind)
    return next(norms, "")


def named(shapes: list[tuple[int, ...]]) -> str:
    """Shapes of weights and biases in words."""
    return " and ".join(map(str, shapes))[:MOST_TOLD] or "no parameters"


def behind_softmax(outputs: list[np.ndarray]) -> list[np.ndarray]:
    """The logits, (N, 10) each, up to a number for each image, where the outputs are a softmax or its logarithm.

    A softmax bends without being a layer of a network, and one that is sure of a class shows no change of its weights. A
    class whose probability vanishes in any of the outputs is 0 in all.
    """
    ending = ending_of(outputs[0])
    if not ending:
        return outputs
    logs = [np.log(np.maximum(p, VANISHED)) for p in outputs] if ending == "softmax" else outputs
    told = np.min(logs, axis=0) > math.log(VANISHED)
    count = np.maximum(1, told.sum(axis=1, keepdims=True))
    return [np.where(told, values - values.sum(axis=1, keepdims=True, where=told) / count, 0.0) for values in logs]


def layer_table(layers: list[Layer], reference: torch.nn.Module) -> Table:
    """The student's layers beside the reference's, in order, differing rows marked."""
    wanted = [
        (type(module).__name__, [tuple(p.shape) for p in own], sum(p.numel() for p in own))
        for module in reference.modules()
        if (own := list(module.parameters(recurse=False)))
    ]
    rows, marked = [], []
    for index in range(max(len(layers), len(wanted))):
        mine = layers[index] if index < len(layers) else None
        theirs = wanted[index] if index < len(wanted) else None
        if mine is None or theirs is None or mine.count != theirs[2]:
            marked.append(index)
        rows.append(
            (
                f"{mine.name}: {mine.kind}"[:MOST_TOLD] if mine else "",
                ", ".join(str(p.shape) for p in mine.parameters)[:MOST_TOLD] if mine else "",
                f"{mine.count:,}" if mine else "",
                theirs[0] if theirs else "",
                ", ".join(map(str, theirs[1])) if theirs else "",
                f"{theirs[2]:,}" if theirs else "",
            )
        )
    rows.append(
        ("total", "", f"{sum(layer.count for layer in layers):,}", "", "", f"{sum(row[2] for row in wanted):,}")
    )
    columns = ("your layer", "shapes", "parameters", "reference", "shapes", "parameters")
    return Table(caption="Layers with parameters", columns=columns, rows=tuple(rows), marked=tuple(marked))
