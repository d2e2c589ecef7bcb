"""The checks that every network for 28x28 images shares: LeNet5 and MnistCNN differ in numbers only.

Images are (N, 1, 28, 28) float32, standardised; logits (N, 10). The network is built in the student's worker;
parameters, images and logits cross as arrays and are compared with the reference here.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from grader.authoring import expect
from grader.authoring.exercise import Exercise
from grader.authoring.expect import CheckFailure
from grader.authoring.tolerance import Tolerance
from grader.judge.networks import AT_RANDOM, KEEP_BATCH, NOT_REGISTERED, Entry, Graph, Layer, Network
from grader.later import torch
from grader.records import Curves, Series, Table
from grader.rubric import thresholds
from grader.rubric.held_out import HeldOut, View
from reference import data

SAMPLE = np.zeros((2, 1, 28, 28), dtype="float32")
LOGITS_TERMS = 400  # the longest sum in LeNet5; MnistCNN's 3,136 terms are smaller ones
NEAR_MISS = 0.03  # so close below the threshold, further seeds decide
MOST_TRAININGS = 3
OVERFIT_STEPS, OVERFIT_IMAGES = 600, 16
MOST_STARTS = 3  # one in a hundred starts of a sigmoid network stays on its plateau
SCALES = (0.1, 1.0, 100.0)  # of the images: a network may make them small before it bends them, or large before softmax
STRAIGHT = 1e-3  # of the greatest difference of logits: so near to a linear function is one
ROUNDING = 1e-5  # of the largest logit
VANISHED = 1e-35  # a probability that tells its logit no more: float32 goes on to 1e-38
MOST_CONSTANT_BYTES = 4096  # of an exported graph, beside the contract's parameters: plain ones have up to 1,900
NOISE = 5  # images
MOST_COMPARED = 500  # images of a data set; LeNet-5 on so many is a matter of milliseconds
MOST_TOLD = 200  # characters in a cell of a table


Layout = tuple[int, int, int, int]  # the axes of a convolution's weights, as a student's layer keeps them
LAYOUTS: tuple[Layout, ...] = ((1, 2, 3, 0), (2, 3, 1, 0))  # of weights (out, in, h, w): for x @ W, and as Keras does


class Plan(NamedTuple):
    """What is particular to one network."""

    name: str  # of the class
    reference: Callable[[], torch.nn.Module]
    parameters: int
    activation: str  # what the contract says: sigmoid or relu
    activations: frozenset[str]  # aten operators, any of which can be that activation
    graph: dict[str, int]  # operators of the exported graph, at least so many of each
    overfit_rate: float
    misread: dict[int, str]  # wrong parameter counts that have a known cause


def add_checks(exercise: Exercise, plan: Plan) -> None:
    """Declare the checks of a network for 28x28 images on `exercise`."""
    _add_behaviour(exercise, plan)
    _add_training(exercise, plan)
    _add_artefacts(exercise, plan)


def _add_behaviour(exercise: Exercise, plan: Plan) -> None:
    """What the network is and does, before any training."""

    @exercise.check(points=2, live=True)
    def shape(student: Any) -> None:
        """A batch of N images gives logits (N, 10), for any N.

        Why: the batch size is the caller's business; a network with a fixed one fails on the last batch.
        Wrong: x = x.view(-1, 120)
        Right: x = x.flatten(start_dim=1)
        """
        network = built(student, plan)
        for count in (1, 2, 7):
            found = network.output(images(student, count))
            expect.that(
                found.shape == (count, 10),
                f"{count} images give an output of shape {tuple(found.shape)}, expected ({count}, 10)",
                hint="The last layer gives ten numbers, one for each class."
                if found.shape[:1] == (count,)
                else KEEP_BATCH,
            )

    @exercise.check(
        points=0, live=True, needs=["shape"], hint="Layers with parameters, and an activation between them."
    )
    def network(student: Any) -> None:
        """It is a network: layers of the contract's sizes, whose parameters count, and something that bends between them.

        Why: what the other checks ask for has a meaning for networks only. A single matrix has no layers, and layers
        without activations between them are a single matrix.
        Wrong: self.w = nn.Parameter(torch.randn(61706)), x.flatten(1) @ self.w[:7840].view(784, 10)
        Right: convolutions, activations and dense layers as in the contract
        """
        made = built(student, plan)
        sizes = Counter(parameter.count for layer in made.layers() for parameter in layer.parameters)
        wanted = Counter(value.numel() for value in plan.reference().parameters())
        there = (sizes & wanted).total()
        expect.that(sizes, "the network has no parameters", hint=NOT_REGISTERED)
        expect.that(
            2 * there >= wanted.total(),
            f"{there} of the contract's {wanted.total()} weights and biases are there by their size, expected at least half",
        )
        bends(student, made, plan)

    @exercise.check(points=3, live=True, needs=["network"], hint="Compare your layers with the table, row by row.")
    def parameters(student: Any) -> None:
        """The network has exactly the contract's parameters.

        Why: the count tells of a missing bias, a wrong kernel size or a layer too many, but not of what lies between.
        Wrong: nn.Conv2d(6, 16, 5, bias=False)
        Right: nn.Conv2d(6, 16, 5)
        """
        layers = built(student, plan).layers()
        student.show(layer_table(layers, plan.reference()))
        count = sum(layer.count for layer in layers)
        cause = plan.misread.get(count, "")
        expect.that(
            count == plan.parameters,
            f"the network has {count:,} parameters, expected {plan.parameters:,}{cause and f': {cause}'}",
            hint=NOT_REGISTERED if count == 0 else "",
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
        ending = ending_of(logits_of(built(student, plan), images(student, 6)))
        effect = {
            "softmax": "the loss applies another softmax, so the gradients become small and training slow",
            "log_softmax": "the cross-entropy comes out the same, but the contract asks for logits",
        }
        expect.that(not ending, f"the network ends in {ending}: {effect.get(ending, '')}")

    @exercise.check(
        points=4,
        live=True,
        needs=["parameters"],
        hint="Same parameters, other answers: look at activations, kind of pooling, flatten and the order of layers.",
    )
    def transplant(student: Any) -> None:
        """With the reference's parameters the network gives the reference's logits.

        Why: shape and parameter count say nothing about activations, pooling, flatten and order; values do.
        Wrong: F.max_pool2d(...) where the contract says average, an activation left out
        Right: layer by layer as in the contract
        """
        agree(student, built(student, plan), plan)

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
            seen = network.operators(images(student, 2))
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
        weights = np.linspace(-1, 1, 40, dtype="float32").reshape(4, 10) ** 3
        _, _, found = network.backward(images(student, 4), weights, train=True)
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
        network.load({name: loudness(plan) * value for name, value in filled(student, network.state()).items()})
        x = images(student, 4)
        network.output(x, train=True)
        together = logits_of(network, x)
        try:
            expect.close(network.output(x), together)
        except CheckFailure as failure:
            again = f"in eval mode the same images get other logits the second time: {failure.message}"
            raise CheckFailure(again, hint=AT_RANDOM) from None
        expect.close(network.output(x[:1]), together[:1], terms=LOGITS_TERMS)

    @exercise.check(
        points=2,
        live=True,
        needs=["network"],
        hint="A network that cannot learn 16 images by heart has a fault in forward, or all its weights start out alike.",
    )
    def overfit(student: Any) -> None:
        """The network learns one batch of 16 digits by heart.

        Why: the smallest test that gradients, parameters and outputs hang together.
        Wrong: a sigmoid after the last layer, a detached branch, frozen layers
        Right: the loss goes towards zero
        """
        digits = data.load("digits", split="train")
        shown: list[Curves] = []
        for _ in range(MOST_STARTS):
            chosen = student.random.choice(len(digits.labels), OVERFIT_IMAGES, replace=False)
            labels = digits.labels[chosen].numpy()
            images = digits.standardised()[chosen].numpy()
            losses, found = built(student, plan).overfit(images, labels, OVERFIT_STEPS, plan.overfit_rate)
            shown.append(Curves(caption="Loss on one batch", x_label="step", series=(series("loss", losses),)))
            expect.that(
                found.shape == (OVERFIT_IMAGES, 10), f"the output has shape {tuple(found.shape)} after training"
            )
            right = int((found.argmax(axis=1) == labels).sum())
            if right >= OVERFIT_IMAGES - 1:
                break
        student.show(shown[-1])
        expect.that(
            right >= OVERFIT_IMAGES - 1,
            f"after {len(losses)} steps on the same {OVERFIT_IMAGES} images {right} of them are recognised, from each of "
            f"{len(shown)} starts; the loss went from {losses[0]:.3g} to {losses[-1]:.3g}",
        )


def _add_training(exercise: Exercise, plan: Plan) -> None:
    """What the student's own training makes of it."""

    @exercise.check(
        points=4,
        live=True,
        trains=True,
        needs=["transplant"],
        hint="zero_grad, forward, loss, backward, step: for every batch of every epoch."
        + " Sigmoids learn late: Adam at 0.005 is through sooner than plain SGD." * (plan.activation == "sigmoid"),
    )
    def train(student: Any) -> None:
        """train(model, images, labels) brings the network to the threshold on held-out digits.

        Why: all that came before exists for this. In every run the digits are turned or mirrored in another way and
        the classes numbered in another order, so only what is learned here counts; it is measured on the trained
        parameters, put into the contract's network.
        Wrong: loss.backward() without optimiser.zero_grad() before it
        Right: optimiser.zero_grad(); loss.backward(); optimiser.step()
        """
        student.session.require("train")
        wanted = thresholds.accuracy(exercise.name, "digits")
        view = View.disguised(student.random)
        held_out = view.held_out(wanted.data)
        reached: list[float] = []
        shown: list[Any] = []
        with student.session.training():
            while len(reached) < MOST_TRAININGS:
                try:
                    accuracy, evidence = train_once(student, plan, view, held_out, wanted)
                except CheckFailure as failure:
                    if reached and failure.fatal:  # no time for another one: what was reached counts
                        break
                    raise
                if not reached or accuracy >= wanted.threshold:
                    shown = evidence
                reached.append(accuracy)
                if not wanted.threshold - NEAR_MISS <= accuracy < wanted.threshold:
                    break
        for item in shown:
            student.show(item)
        expect.that(
            max(reached) >= wanted.threshold,
            f"accuracy {', '.join(f'{value:.3f}' for value in reached)} on held-out digits, "
            f"expected at least {wanted.threshold:.3f}",
        )


def _add_artefacts(exercise: Exercise, plan: Plan) -> None:
    """What was handed in beside the code: the exported graph and the saved parameters."""
    file = exercise.name

    @exercise.check(
        points=1,
        live=True,
        files=[f"{file}.onnx"],
        hint="torch.onnx.export with dynamic_axes={'images': {0: 'N'}} leaves the batch free.",
    )
    def export(student: Any) -> None:
        """The exported graph is the contract's network with its parameters, and takes any batch size.

        Why: the file is what others run, without your code.
        Wrong: torch.onnx.export(model, x, path)  # the batch size of x is built in
        Right: dynamic_axes={"images": {0: "N"}, "logits": {0: "N"}}
        """
        name = f"{file}.onnx"
        contents = student.artefact(name)
        graph = student.evaluator.inspect(contents, name)
        expect.that(graph.free_batch, f"{name} takes batches of one size only")
        expect.that(
            0 <= spare_bytes(graph, plan) <= MOST_CONSTANT_BYTES,
            f"{name} carries {graph.parameters:,} parameters, expected {plan.parameters:,}",
            hint=f"Export {plan.name} as the contract has it, with all its weights and biases, and no data beside them.",
        )
        candidates = contract_with(plan, graph.weights) or contract_with(plan, saved_weights(student, plan, file))
        expect.that(candidates, f"{name} carries tensors of other sizes than the contract's layers have")
        differs = other_than_its_parameters_say(student, candidates, contents, name)
        if differs is not None:
            raise lacking_operator(graph, plan, name) or differs

    @exercise.check(
        points=1,
        live=True,
        needs=["export", "network"],
        files=[f"{file}.onnx", f"{file}.pth"],
        hint="Export and save the same trained network, in eval mode.",
    )
    def parity(student: Any) -> None:
        """The exported graph, the saved parameters and your code agree to 1e-4.

        Why: an export of another network, or before training, is worth nothing.
        Wrong: torch.save(model.state_dict(), ...) before the training
        Right: both after the training, from the same model
        """
        same_as_saved(student, plan, file)

    @exercise.check(
        points=2,
        live=True,
        needs=["export"],
        files=[f"{file}.onnx"],
        hint="Train longer, on standardised images, before you export.",
    )
    def accuracy(student: Any) -> None:
        """The exported graph recognises held-out images.

        Why: judged on the file alone, whatever the code around it prints.
        Wrong: exported before training, or trained on images that were not standardised
        Right: trained, then exported
        """
        name = f"{file}.onnx"
        contents = student.artefact(name)
        tried = []
        for wanted in thresholds.measured(file, student.data.root):
            held_out = View.plain(student.random).held_out(wanted.data, student.data.root)
            value, evidence = held_out.accuracy(student.evaluator.logits(contents, held_out.images, name), wanted)
            tried.append(f"{value:.3f} on {wanted.data} (at least {wanted.threshold:.3f})")
            if value >= wanted.threshold:
                for item in evidence:
                    student.show(item)
                return
        raise CheckFailure(f"{name} reaches {', '.join(tried)}")


def built(student: Any, plan: Plan) -> Network:
    """The student's network, built in the worker from starting values that this run decides."""
    network: Network = student.network(plan.name, sample=SAMPLE, seed=int(student.random.integers(1 << 31)))
    return network


def bends(student: Any, network: Network, plan: Plan) -> None:
    """Fail when the logits are a linear function of the images, as a constant is too: f(x) + f(y) = f(x + y) + f(0)."""
    network.load({name: loudness(plan) * value for name, value in filled(student, network.state()).items()})
    x, y = images(student, 4), images(student, 4)

    def straight(scale: float) -> bool:
        at = [logits_of(network, np.float32(scale) * values) for values in (x, y, x + y, 0 * x)]
        if ending := ending_of(at[0]):  # a softmax bends without being a layer of a network
            at = before_softmax([np.log(np.maximum(p, VANISHED)) for p in at] if ending == "softmax" else at)
        apart = np.abs(at[0] + at[1] - at[2] - at[3]).max()
        varied, largest = (max(np.abs(values - base).max() for values in at) for base in (at[3], 0.0))
        return bool(apart <= STRAIGHT * varied + ROUNDING * largest)

    expect.that(
        not all(map(straight, SCALES)),
        "the output is a linear function of the images: for two images it is the sum of what each one gives",
        hint=f"Between two layers with parameters stands an activation: {plan.activation} here.",
    )


def before_softmax(outputs: list[np.ndarray]) -> list[np.ndarray]:
    """The logits of log-probabilities, (N, 10) each, up to a number for each image; 0 for a class that vanishes in any."""
    told = np.min(outputs, axis=0) > math.log(VANISHED)
    count = np.maximum(1, told.sum(axis=1, keepdims=True))
    return [np.where(told, values - values.sum(axis=1, keepdims=True, where=told) / count, 0.0) for values in outputs]


def contract_with(
    plan: Plan, tensors: Iterable[np.ndarray], layouts: Iterable[Layout] = LAYOUTS
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
        network = plan.reference().eval()
        own = list(network.parameters())
        if any(value.numel() not in by_count for value in own):
            return []
        with torch.no_grad():
            for value in own:
                value.copy_(torch.from_numpy(taken_back(by_count[value.numel()], tuple(value.shape), layout)))
        found.append(network)
    return found


def taken_back(value: np.ndarray, shape: tuple[int, ...], layout: Layout) -> np.ndarray:
    """The reverse of `laid_out`: a tensor as the contract's layer of this `shape` keeps it."""
    if not outputs_last(shape, value.shape):
        return np.array(value, dtype="float32").reshape(shape)
    order = layout if len(shape) == 4 else (1, 0)
    back = np.argsort(order)
    return np.ascontiguousarray(value.reshape([shape[axis] for axis in order]).transpose(back), dtype="float32")


def spare_bytes(graph: Graph, plan: Plan) -> int:
    """How much a graph carries beside the contract's parameters."""
    return graph.constant_bytes + 4 * (graph.parameters - plan.parameters)


def other_than_its_parameters_say(
    student: Any, candidates: list[torch.nn.Module], contents: bytes, name: str
) -> CheckFailure | None:
    """How the graph's logits differ from those of the contract's network with the graph's own parameters.

    On noise, and on held-out images of every data set that it may be measured on, chosen anew by every run: a graph
    that knows some images from elsewhere gives other logits there. It may end in softmax: that is told by the check `parity`.
    """
    held_out = [
        View.plain(student.random).held_out(wanted.data, student.data.root).images[:MOST_COMPARED]
        for wanted in thresholds.measured(name.removesuffix(".onnx"), student.data.root)
    ]
    x = np.concatenate([images(student, NOISE), *held_out])
    found = student.evaluator.logits(contents, x, name)
    expect.that(found.shape == (len(x), 10), f"{name} gives an output of shape {tuple(found.shape)}")
    ending = ending_of(found)
    first: CheckFailure | None = None
    for network in candidates:
        with torch.no_grad():
            right = network(torch.from_numpy(x))
        wanted = (getattr(torch, ending)(right, dim=1) if ending else right).numpy().astype(float)
        try:
            for part in (slice(0, NOISE), slice(NOISE, None)):  # a usual mistake shows on noise
                expect.close(found[part], wanted[part], tol=Tolerance(1e-3, 1e-3))
            decides_alike(found, wanted)
        except CheckFailure as failure:
            first = first or failure
        else:
            return None
    assert first is not None
    return CheckFailure(
        f"{name} gives other logits than the contract's network with the parameters of {name}: {first.message}",
        hint="Export the network of the contract, every layer and activation of it and nothing beside them.",
    )


def decides_alike(found: np.ndarray, wanted: np.ndarray) -> None:
    """Fail when classes differ: where all logits are nearly equal, what a tolerance lets through decides.

    One in 500, and one more, may be a tie that rounding has broken in another way.
    """
    differ = int((found.argmax(axis=1) != wanted.argmax(axis=1)).sum())
    expect.that(differ <= 1 + len(found) // 500, f"of {len(found)} images {differ} get another class")


def lacking_operator(graph: Graph, plan: Plan, name: str) -> CheckFailure | None:
    """The first of the contract's operators that a graph has not, as the likely reason for other logits."""
    linear = sum(graph.operators.get(kind, 0) for kind in ("Gemm", "MatMul"))
    counts = {**graph.operators, "Gemm": linear}
    for kind, least in plan.graph.items():
        if counts.get(kind, 0) < least:
            return CheckFailure(
                f"{name} has {counts.get(kind, 0)} {kind} operators, expected {least}, and computes something else "
                "than the contract's network",
                hint="Export the network of the contract, every layer and activation of it.",
            )
    return None


def saved_weights(student: Any, plan: Plan, file: str) -> list[np.ndarray]:
    """The parameters in the handed-in checkpoint, as the student's own network holds them; none where it cannot."""
    if student.artefact(f"{file}.pth") is None:
        return []
    try:
        network = built(student, plan)
        network.load_checkpoint(f"{file}.pth")
        return [entry.values for entry in network.state() if entry.kind == "parameter"]
    except CheckFailure:
        return []


def same_as_saved(student: Any, plan: Plan, file: str) -> None:
    """Fail when the graph and the code with the saved parameters differ."""
    checkpoint, name = f"{file}.pth", f"{file}.onnx"
    network = built(student, plan)
    network.load_checkpoint(checkpoint)
    x = images(student, 5)
    expect.close(
        student.evaluator.logits(student.artefact(name), x, name),
        logits_of(network, x),
        tol=Tolerance(1e-4, 1e-4),
        hint=f"{name} and {checkpoint} differ: save both from the same trained network.",
    )


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
UNTRAINED = (
    "Are loss.backward() and optimiser.step() called, with their parentheses? Does the optimiser hold the parameters of the "
    "model that train is given, and is that the model it trains?"
)


def images(student: Any, count: int) -> np.ndarray:
    """Noise, (count, 1, 28, 28) float32: every image has a brightness and a contrast of its own."""
    noise = student.random.standard_normal((count, 1, 28, 28))
    own = np.arange(1, count + 1).reshape(count, 1, 1, 1)
    found: np.ndarray = (noise * (0.5 + 0.3 * own) + 0.2 * own).astype("float32")
    return found


def filled(student: Any, entries: list[Entry]) -> dict[str, np.ndarray]:
    """Random values of a fitting size for every parameter."""
    shapes = {x.name: x.values.shape for x in entries if x.kind == "parameter" and x.values.dtype.kind == "f"}
    return {
        name: np.asarray(
            student.random.standard_normal(shape) / math.sqrt(max(1, math.prod(shape[1:]))), dtype="float32"
        )
        for name, shape in shapes.items()
    }


def logits_of(network: Network, x: np.ndarray) -> np.ndarray:
    """What the network makes of a batch, (N, 10) float64."""
    found = expect.floats(network.forward(x), f"the output for a batch of shape {x.shape}")
    expect.shape(found, (len(x), 10))
    return found


def ending_of(output: np.ndarray) -> str:
    """softmax, log_softmax or nothing, by what the rows add up to."""
    if (output >= 0).all() and np.allclose(output.sum(axis=1), 1, atol=1e-4):
        return "softmax"
    if (output <= 0).all() and np.allclose(np.exp(output).sum(axis=1), 1, atol=1e-4):
        return "log_softmax"
    return ""


def agree(student: Any, network: Network, plan: Plan) -> Layout:
    """Give the network the reference's parameters, by number of values, and compare what comes out.

    How its weights lie, where that is another way than the reference's.
    """
    reference = reference_with_lively_parameters(student, plan)
    parts = [(layer, parameter) for layer in network.layers() for parameter in layer.parameters]
    by_count = {value.numel(): value.detach().numpy() for value in reference.parameters()}
    for layer, parameter in parts:
        expect.that(
            parameter.count in by_count,
            f"{layer.name}.{parameter.name} has shape {parameter.shape}, which no layer of the contract has",
        )
    # a batch norm without parameters, fresh from the constructor, would do nothing
    statistics = {
        entry.name: np.full_like(entry.values, 0.5)
        for entry in network.state()
        if entry.name.rpartition(".")[2] in ("running_mean", "running_var")
    }
    x = images(student, 6)
    with torch.no_grad():
        right = reference(torch.from_numpy(x))
    first: CheckFailure | None = None
    for layout in LAYOUTS:
        values = {
            f"{layer.name}.{parameter.name}".removeprefix("(network)."): laid_out(
                by_count[parameter.count], parameter.shape, layout
            )
            for layer, parameter in parts
        }
        network.load(values | statistics)
        found = logits_of(network, x)
        ending = ending_of(found)  # told by the check `logits` already
        wanted = getattr(torch, ending)(right, dim=1) if ending else right
        try:
            expect.close(found, wanted.numpy().astype(float), terms=LOGITS_TERMS)
        except CheckFailure as failure:
            first = first or failure
        else:
            return layout
    assert first is not None
    raise first


def outputs_last(wanted: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether weights of the reference's shape `wanted` are kept in a `shape` that ends in the number of outputs."""
    return len(shape) > 1 and len(wanted) > 1 and shape[-1] == wanted[0] and shape != wanted


def laid_out(value: np.ndarray, shape: tuple[int, ...], layout: Layout) -> np.ndarray:
    """A layer's values as the student's own layer keeps them."""
    if not outputs_last(value.shape, shape):
        return value
    return np.ascontiguousarray(value.transpose(layout) if value.ndim == 4 else value.T)


def reference_with_lively_parameters(student: Any, plan: Plan) -> torch.nn.Module:
    """The reference with parameters large enough that every activation bends: a sigmoid of small sums is a line."""
    torch.manual_seed(int(student.random.integers(1 << 31)))
    reference = plan.reference().eval()
    with torch.no_grad():
        for value in reference.parameters():
            value.mul_(loudness(plan))
    return reference


def loudness(plan: Plan) -> float:
    """By how much parameters of a usual size are to be enlarged."""
    return 6.0 if plan.activation == "sigmoid" else 2.0


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


def train_once(
    student: Any, plan: Plan, view: View, held_out: HeldOut, wanted: thresholds.Threshold
) -> tuple[float, list[Any]]:
    """The accuracy that the student's train brings a fresh network to, and the evidence for the report.

    Only the trained parameters are believed: they are read, put into the reference and measured there, and the network
    that they come from must still be the contract's.
    """
    network = built(student, plan)
    before = network.state()
    seed = int(student.random.integers(1 << 31))
    returned = network.train(*view.training_part(), seed, student.session.limits.training_seconds)
    after = network.state()
    expect.that(changed(before, after), "train leaves every parameter as it was", hint=UNTRAINED)
    layout = agree(student, network, plan)
    values = [entry.values for entry in after if entry.kind == "parameter"]
    trained = next(iter(contract_with(plan, values, [layout])), None)
    expect.that(trained is not None, "after train the network has other parameters than the contract's")
    assert trained is not None
    with torch.no_grad():
        logits = trained(torch.from_numpy(held_out.images)).numpy()
    accuracy, evidence = held_out.accuracy(logits, wanted)
    history = losses_of(returned)
    return accuracy, [curves(history), *evidence] if history else evidence


def losses_of(returned: Any) -> list[float]:
    """The losses that train returned, if it did: a courtesy, not the contract's point."""
    if isinstance(returned, dict):
        returned = next(iter(returned.values()), None)
    try:
        history = expect.floats(returned).ravel()
    except CheckFailure:
        return []
    return [float(value) for value in history[:1000]] if history.size > 1 else []


def changed(before: list[Entry], after: list[Entry]) -> bool:
    """Whether any parameter is another one, or has other values."""
    kept = {entry.name: entry.values for entry in before if entry.kind == "parameter"}
    now = {entry.name: entry.values for entry in after if entry.kind == "parameter"}
    return kept.keys() != now.keys() or any(not np.array_equal(kept[name], now[name]) for name in kept)


def series(name: str, values: list[float]) -> Series:
    finite = [value for value in values if np.isfinite(value)]
    return Series(name=name, values=tuple(round(value, 5) for value in finite))


def curves(history: list[float]) -> Curves:
    return Curves(caption="Learning curve", x_label="epoch or step", series=(series("loss", history),))
