"""The checks that every network for 28x28 images shares: LeNet5 and MnistCNN differ in numbers only.

Images are (N, 1, 28, 28) float32, standardised; logits (N, 10). The network is built in the student's worker;
parameters, images and logits cross as arrays and are compared with the reference here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

from grader.authoring import expect
from grader.authoring.exercise import Exercise
from grader.authoring.expect import CheckFailure, CheckSkipped
from grader.authoring.tolerance import Tolerance
from grader.errors import HarnessError
from grader.judge import wording
from grader.judge.networks import AT_RANDOM, BATCH, KEEP_BATCH, NOT_REGISTERED, Entry, Layer, Network
from grader.records import Confusion, Curves, Measure, Picture, Pictures, Series, Table
from grader.rubric import thresholds
from reference import data

SAMPLE = np.zeros((2, 1, 28, 28), dtype="float32")
LOGITS_TERMS = 400  # the longest sum in LeNet5; MnistCNN's 3,136 terms are smaller ones
NEAR_MISS = 0.03  # so close below the threshold, further seeds decide
SEEDS = (0, 1, 2)
EXPORTED = 60  # images at a time, of the 360: len(x) in forward builds the size that it was exported with in
OVERFIT_STEPS, OVERFIT_IMAGES = 300, 16
MOST_PICTURES = 8
MOST_CONSTANTS = 2000  # of a graph: a plain export has some tens
MOST_TOLD = 200  # characters in a cell of a table


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
            found = network.output(images(count))
            expect.that(
                found.shape == (count, 10),
                f"{count} images give an output of shape {tuple(found.shape)}, expected ({count}, 10)",
                hint="The last layer gives ten numbers, one for each class."
                if found.shape[:1] == (count,)
                else KEEP_BATCH,
            )

    @exercise.check(points=3, live=True, needs=["shape"], hint="Compare your layers with the table, row by row.")
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

    @exercise.check(points=2, live=True, needs=["shape"], hint="nn.CrossEntropyLoss applies the softmax itself.")
    def logits(student: Any) -> None:
        """The network ends in logits, not in softmax or log_softmax.

        Why: nn.CrossEntropyLoss applies log_softmax itself; a softmax before it squashes the gradients, and
        training becomes slow or stops early. After a log_softmax the loss is the same, but the outputs are no
        logits any more.
        Wrong: return F.softmax(self.fc3(x), dim=1)
        Right: return self.fc3(x)
        """
        ending = ending_of(logits_of(built(student, plan), images(6)))
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
        agree(built(student, plan), plan)

    @exercise.check(points=1, live=True, needs=["shape"], hint=f"The contract's activation is {plan.activation}.")
    def activations(student: Any) -> None:
        """The activations of the contract are there.

        Why: without them the layers collapse into one linear map, whatever their number.
        Wrong: x = self.pool(self.conv1(x))
        Right: x = self.pool(torch.sigmoid(self.conv1(x))), or ReLU where the contract says so
        """
        network = built(student, plan)
        try:
            agree(network, plan)
        except CheckFailure as failure:
            if failure.fatal:
                raise
            seen = network.operators(images(2))
            known = sorted({ALL_ACTIVATIONS[name] for name in (s.rstrip("_") for s in seen) if name in ALL_ACTIVATIONS})
            expect.that(
                set(seen) & plan.activations and not set(known) - {plan.activation, "exp"},
                f"a forward pass uses {' and '.join(known) or 'no usual activation'}, expected {plan.activation} alone",
            )

    @exercise.check(
        points=2,
        live=True,
        needs=["shape"],
        hint="No detach, no .data, no torch.no_grad in forward, and no layer that forward does not use.",
    )
    def gradients(student: Any) -> None:
        """The gradient of the loss reaches every parameter.

        Why: a parameter without a gradient is never trained.
        Wrong: x = self.conv1(x).detach()
        Right: x = self.conv1(x)
        """
        network = built(student, plan)
        network.load(filled(network.state()))  # a layer that starts at zero lets no gradient through, and is no fault
        weights = np.linspace(-1, 1, 40, dtype="float32").reshape(4, 10) ** 3
        _, _, found = network.backward(images(4), weights, train=True)
        expect.that(found, "the network has no parameters that could be trained")
        for name, gradient in found.items():
            expect.that(gradient is not None, f"no gradient reaches {name}")
            values = expect.array(gradient, f"the gradient of {name}")
            expect.that(np.isfinite(values).all(), f"the gradient of {name} is not finite")
            expect.that(values.any(), f"the gradient of {name} is zero everywhere")

    @exercise.check(
        points=1,
        live=True,
        needs=["shape"],
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
        network.load({name: loudness(plan) * value for name, value in filled(network.state()).items()})
        network.output(images(4), train=True)
        together = logits_of(network, images(4))
        try:
            expect.close(network.output(images(4)), together)
        except CheckFailure as failure:
            again = f"in eval mode the same images get other logits the second time: {failure.message}"
            raise CheckFailure(again, hint=AT_RANDOM) from None
        expect.close(network.output(images(4)[:1]), together[:1], terms=LOGITS_TERMS)

    @exercise.check(
        points=2,
        live=True,
        needs=["shape"],
        hint="A network that cannot learn 16 images by heart has a fault in forward, or all its weights start out alike.",
    )
    def overfit(student: Any) -> None:
        """The network learns one batch of 16 digits by heart.

        Why: the smallest test that gradients, parameters and outputs hang together.
        Wrong: a sigmoid after the last layer, a detached branch, frozen layers
        Right: the loss goes towards zero
        """
        digits = data.load("digits", split="train")
        chosen = slice(0, OVERFIT_IMAGES)
        labels = digits.labels[chosen].numpy()
        losses, found = built(student, plan).overfit(
            digits.standardised()[chosen].numpy(), labels, OVERFIT_STEPS, plan.overfit_rate
        )
        student.show(Curves(caption="Loss on one batch", x_label="step", series=(series("loss", losses),)))
        expect.that(found.shape == (OVERFIT_IMAGES, 10), f"the output has shape {tuple(found.shape)} after training")
        right = int((found.argmax(axis=1) == labels).sum())
        expect.that(
            right >= OVERFIT_IMAGES - 1,
            f"after {len(losses)} steps on the same {OVERFIT_IMAGES} images {right} of them are recognised; "
            f"the loss went from {losses[0]:.3g} to {losses[-1]:.3g}",
        )


def _add_training(exercise: Exercise, plan: Plan) -> None:
    """What the student's own training makes of it."""

    @exercise.check(
        points=4,
        live=True,
        needs=["shape"],
        hint="zero_grad, forward, loss, backward, step: for every batch of every epoch."
        + " Sigmoids learn late: Adam at 0.005 is through sooner than plain SGD." * (plan.activation == "sigmoid"),
    )
    def train(student: Any) -> None:
        """train(model, images, labels) brings the network to the threshold on held-out digits.

        Why: all that came before exists for this.
        Wrong: loss.backward() without optimiser.zero_grad() before it
        Right: optimiser.zero_grad(); loss.backward(); optimiser.step()
        """
        if not student.data.train:
            raise CheckSkipped("training was switched off for this run with --no-train")
        student.session.require("train")
        wanted = thresholds.accuracy(exercise.name, "digits")
        seconds = student.session.limits.training_seconds
        reached: list[float] = []
        started = student.session.spent
        with student.session.training():
            for seed in SEEDS:
                network = built(student, plan, seed)
                before = network.state()
                history = train_once(network, seed, seconds)
                expect.that(changed(before, network.state()), "train leaves every parameter as it was", hint=UNTRAINED)
                graph = network.export(np.zeros((EXPORTED, 1, 28, 28), dtype="float32"))
                what = "the network that train made"
                own = sum(layer.count for layer in network.layers())
                held = student.evaluator.inspect(graph, what).parameters
                expect.that(
                    held <= own + MOST_CONSTANTS,
                    f"{what} holds {held:,} numbers, and only {own:,} of them are parameters",
                    hint="A network learns with its parameters; it does not put the images down.",
                )
                accuracy, evidence = measured(student, graph, what, "digits", wanted, batch=EXPORTED)
                reached.append(accuracy)
                if seed == SEEDS[0] or accuracy >= wanted.threshold:
                    shown = [curves(history), *evidence] if history else evidence
                passed = student.session.spent - started
                no_time = passed * (1 + 1 / len(reached)) > seconds  # another one would be stopped
                if no_time or not wanted.threshold - NEAR_MISS <= accuracy < wanted.threshold:
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
        points=1, live=True, hint="torch.onnx.export with dynamic_axes={'images': {0: 'N'}} leaves the batch free."
    )
    def export(student: Any) -> None:
        """The exported graph has the contract's operators and parameters, and takes any batch size.

        Why: the file is what others run, without your code.
        Wrong: torch.onnx.export(model, x, path)  # the batch size of x is built in
        Right: dynamic_axes={"images": {0: "N"}, "logits": {0: "N"}}
        """
        name = f"{file}.onnx"
        contents = handed_in(student, name)
        graph = student.evaluator.inspect(contents, name)
        expect.that(graph.free_batch, f"{name} takes batches of one size only")
        expect.that(
            graph.parameters == plan.parameters,
            f"{name} carries {graph.parameters:,} parameters, expected {plan.parameters:,}",
        )
        expect.that(
            graph.others <= MOST_CONSTANTS,
            f"{name} carries {graph.others:,} constants beside its parameters, expected at most {MOST_CONSTANTS:,}",
            hint="Export the network alone: no table, no data.",
        )
        linear = sum(graph.operators.get(kind, 0) for kind in ("Gemm", "MatMul"))
        counts = {**graph.operators, "Gemm": linear}
        lacking = [kind for kind, least in plan.graph.items() if counts.get(kind, 0) < least]
        if lacking and not same_by_other_operators(student, plan, file):
            kind = lacking[0]
            raise CheckFailure(
                f"{name} has {counts.get(kind, 0)} {kind} operators, expected {plan.graph[kind]}",
                hint="Export the network of the contract; one that computes the same in another way needs its .pth too.",
            )

    @exercise.check(
        points=1, live=True, needs=["export", "shape"], hint="Export and save the same trained network, in eval mode."
    )
    def parity(student: Any) -> None:
        """The exported graph, the saved parameters and your code agree to 1e-4.

        Why: an export of another network, or before training, is worth nothing.
        Wrong: torch.save(model.state_dict(), ...) before the training
        Right: both after the training, from the same model
        """
        same_as_saved(student, plan, file)

    @exercise.check(
        points=2, live=True, needs=["export"], hint="Train longer, on standardised images, before you export."
    )
    def accuracy(student: Any) -> None:
        """The exported graph recognises held-out images.

        Why: judged on the file alone, whatever the code around it prints.
        Wrong: exported before training, or trained on images that were not standardised
        Right: trained, then exported
        """
        name = f"{file}.onnx"
        contents = handed_in(student, name)
        tried = []
        for wanted in thresholds.measured(file, student.data.root):
            value, evidence = measured(student, contents, name, wanted.data, wanted, student.data.root)
            tried.append(f"{value:.3f} on {wanted.data} (at least {wanted.threshold:.3f})")
            if value >= wanted.threshold:
                for item in evidence:
                    student.show(item)
                return
        raise CheckFailure(f"{name} reaches {', '.join(tried)}")


def built(student: Any, plan: Plan, seed: int = 0) -> Network:
    """The student's network, built in the worker."""
    network: Network = student.network(plan.name, sample=SAMPLE, seed=seed)
    return network


def same_by_other_operators(student: Any, plan: Plan, file: str) -> bool:
    """Whether the code is the contract's network, however written, and the graph is what it exports."""
    try:
        agree(built(student, plan), plan)
        same_as_saved(student, plan, file)
    except (CheckFailure, CheckSkipped):
        return False
    return True


def same_as_saved(student: Any, plan: Plan, file: str) -> None:
    """Fail when the graph and the code with the saved parameters differ. Raises CheckSkipped without the files."""
    checkpoint, name = f"{file}.pth", f"{file}.onnx"
    network = built(student, plan)
    handed_in(student, checkpoint)
    network.load_checkpoint(checkpoint)
    x = images(5)
    expect.close(
        student.evaluator.logits(handed_in(student, name), x, name),
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
LAYOUTS = ((1, 2, 3, 0), (2, 3, 1, 0))  # of weights (out, in, h, w): laid out for x @ W, and as Keras does


def images(count: int) -> np.ndarray:
    """Fixed noise, (count, 1, 28, 28) float32: every image has a brightness and a contrast of its own."""
    noise = np.random.default_rng(28).standard_normal((count, 1, 28, 28))
    own = np.arange(1, count + 1).reshape(count, 1, 1, 1)
    found: np.ndarray = (noise * (0.5 + 0.3 * own) + 0.2 * own).astype("float32")
    return found


def filled(entries: list[Entry]) -> dict[str, np.ndarray]:
    """Random values of a fitting size for every parameter."""
    generator = np.random.default_rng(11)
    shapes = {x.name: x.values.shape for x in entries if x.kind == "parameter" and x.values.dtype.kind == "f"}
    return {
        name: np.asarray(generator.standard_normal(shape) / math.sqrt(max(1, math.prod(shape[1:]))), dtype="float32")
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


def agree(network: Network, plan: Plan) -> None:
    """Give the network the reference's parameters, by number of values, and compare what comes out."""
    reference = reference_with_lively_parameters(plan)
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
    x = images(6)
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
            return
    assert first is not None
    raise first


def laid_out(value: np.ndarray, shape: tuple[int, ...], layout: tuple[int, ...]) -> np.ndarray:
    """A layer's values as the student's own layer keeps them, where its `shape` ends in the number of outputs."""
    outputs_last = len(shape) > 1 and value.ndim > 1 and shape[-1] == len(value) and shape != value.shape
    if not outputs_last:
        return value
    return np.ascontiguousarray(value.transpose(layout) if value.ndim == 4 else value.T)


def reference_with_lively_parameters(plan: Plan) -> torch.nn.Module:
    """The reference with parameters large enough that every activation bends: a sigmoid of small sums is a line."""
    torch.manual_seed(5)
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


def train_once(network: Network, seed: int, seconds: float) -> list[float]:
    """Run the student's train on the training part of the digits; the losses it returned, if it did."""
    digits = data.load("digits", split="train")
    returned = network.train(digits.standardised().numpy(), digits.labels.numpy(), seed, seconds)
    if isinstance(returned, dict):
        returned = next(iter(returned.values()), None)
    try:
        history = expect.floats(returned).ravel()
    except CheckFailure:
        return []  # returning the losses is a courtesy, not the contract's point
    return [float(value) for value in history[:1000]] if history.size > 1 else []


def changed(before: list[Entry], after: list[Entry]) -> bool:
    """Whether any parameter is another one, or has other values."""
    kept = {entry.name: entry.values for entry in before if entry.kind == "parameter"}
    now = {entry.name: entry.values for entry in after if entry.kind == "parameter"}
    return kept.keys() != now.keys() or any(not np.array_equal(kept[name], now[name]) for name in kept)


def measured(
    student: Any,
    graph: bytes,
    what: str,
    name: str,
    wanted: thresholds.Threshold,
    root: str | None = None,
    batch: int = BATCH,
) -> tuple[float, list[Any]]:
    """Accuracy of an ONNX file on held-out images, with the evidence for the report."""
    try:
        held_out = data.load(name, root)
    except data.DataError as problem:
        raise HarnessError(str(problem)) from None
    found = student.evaluator.logits(graph, held_out.standardised().numpy(), what, batch)
    labels = held_out.labels.numpy()
    expect.that(found.shape == (len(labels), 10), f"{what} gives an output of shape {tuple(found.shape)}")
    predicted = found.argmax(axis=1)
    accuracy = float((predicted == labels).mean())
    counts = np.zeros((10, 10), dtype=int)
    np.add.at(counts, (labels, predicted), 1)
    wrong = np.flatnonzero(predicted != labels)[:MOST_PICTURES]
    pictures = tuple(
        Picture(
            label=f"{held_out.classes[labels[i]]} taken for {held_out.classes[predicted[i]]}",
            pixels=tuple(map(tuple, (held_out.images[i, 0].numpy() * 255).astype(int).tolist())),
        )
        for i in wrong
    )
    evidence: list[Any] = [
        Measure(
            caption=f"Accuracy on {len(labels):,} held-out images",
            value=accuracy,
            threshold=wanted.threshold,
            reference_mean=wanted.mean,
            reference_spread=wanted.spread,
            data=name,
        ),
        Confusion(caption="Label and prediction", labels=held_out.classes, counts=tuple(map(tuple, counts.tolist()))),
    ]
    if pictures:
        evidence.append(Pictures(caption="Some that were not recognised", items=pictures))
    return accuracy, evidence


def handed_in(student: Any, file: str) -> bytes:
    """The bytes of an artefact; a check about one that was not handed in is not counted."""
    contents: bytes | None = student.artefact(file)
    if contents is None:
        kinds = (".onnx",) if file.endswith(".onnx") else (".pth", ".pt")
        others = wording.in_its_place(file, student.session.folder, kinds)
        raise CheckSkipped(f"no {file} was handed in{others}: nothing to look at, and these points are not counted")
    return contents


def series(name: str, values: list[float]) -> Series:
    finite = [value for value in values if np.isfinite(value)]
    return Series(name=name, values=tuple(round(value, 5) for value in finite))


def curves(history: list[float]) -> Curves:
    return Curves(caption="Learning curve", x_label="epoch or step", series=(series("loss", history),))
