"""What is handed in beside the code of a network for 28x28 images: the exported graph and the saved parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.authoring import expect
from grader.authoring.exercise import Exercise
from grader.authoring.expect import CheckFailure
from grader.authoring.tolerance import Tolerance
from grader.judge.networks import AT_RANDOM, Graph
from grader.later import torch
from grader.rubric import thresholds
from grader.rubric.classifier_contract import Plan, at_random, built, contract_with, ending_of, images, logits_of, own
from grader.rubric.held_out import View

MOST_CONSTANT_BYTES = 4096  # of an exported graph, beside the contract's parameters: plain ones have up to 1,900
NOISE = 5  # images
MOST_COMPARED = 500  # images of a data set; LeNet-5 on so many is a matter of milliseconds


def add_checks(exercise: Exercise, plan: Plan) -> None:
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
        whole = f"Export {plan.name} as the contract has it, with all its weights and biases, and no data beside them."
        expect.that(
            0 <= spare_bytes(graph, plan) <= MOST_CONSTANT_BYTES,
            f"{name} carries {graph.parameters:,} parameters, expected {plan.parameters:,}",
            hint=whole,
        )
        candidates = contract_with(plan.reference, graph.weights) or contract_with(
            plan.reference, saved_weights(student, plan, file)
        )
        expect.that(candidates, f"{name} carries tensors of other sizes than the contract's layers have", hint=whole)
        differs = other_than_its_parameters_say(student, candidates, contents, name)
        if differs is not None:
            raise lacking_operator(graph, plan, name) or differs

    @exercise.check(
        points=1,
        live=True,
        needs=["export", "shape", "network"],
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
        return [entry.values for entry in own(network)]
    except CheckFailure:
        return []


def same_as_saved(student: Any, plan: Plan, file: str) -> None:
    """Fail when the graph and the code with the saved parameters differ."""
    checkpoint, name = f"{file}.pth", f"{file}.onnx"
    network = built(student, plan)
    network.load_checkpoint(checkpoint)
    x = images(student, 5)
    differ = f"{name} and {checkpoint} differ: save both from the same trained network."
    expect.close(
        student.evaluator.logits(student.artefact(name), x, name),
        logits_of(network, x),
        tol=Tolerance(1e-4, 1e-4),
        hint=AT_RANDOM if at_random(network, x) else differ,
    )
