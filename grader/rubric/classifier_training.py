"""What training makes of a network for 28x28 images: one batch by heart, then the student's own train."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.authoring import expect
from grader.authoring.exercise import Exercise, Mistake
from grader.authoring.expect import CheckFailure
from grader.judge.networks import Network, StateEntry
from grader.later import torch
from grader.records import Curves, Series
from grader.rubric import thresholds
from grader.rubric.classifier_contract import Plan, agree, built, contract_with, ending_of
from grader.rubric.held_out import HeldOut, View
from grader.rubric.training_doctor import Case, diagnose
from reference import data

NEAR_MISS = 0.03  # so close below the threshold, further seeds decide
MOST_TRAININGS = 3
OVERFIT_STEPS, OVERFIT_IMAGES = 600, 16
MOST_STARTS = 3  # one in a hundred starts of a sigmoid network stays on its plateau
BELOW_CHANCE = 0.03  # guessing gets a tenth right
RISEN, GOING_ON = 1.05, 0.97  # of an earlier loss
LEARNED = ((0.5, 0.3), (0.1, 0.9))  # whose loss falls to such a part of the first one recognises so many
SOFTMAX = "The network ends in softmax, and the loss applies another one: that makes the gradients small. Leave it out."
UNTRAINED = (
    "Are loss.backward() and optimiser.step() called, with their parentheses? Does the optimiser hold the parameters of the "
    "model that train is given, and is that the model it trains?"
)


def add_checks(exercise: Exercise, plan: Plan) -> None:
    """One batch by heart, and held-out digits after the student's own training."""

    @exercise.check(
        points=2,
        live=True,
        needs=["shape", "network"],
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

    @exercise.check(
        points=4,
        live=True,
        trains=True,
        needs=["parameters", "transplant"],
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
        hint, named = "", None
        with student.session.training():
            while len(reached) < MOST_TRAININGS:
                try:
                    accuracy, evidence, went, mistake = train_once(student, plan, view, held_out, wanted)
                except CheckFailure as failure:
                    if reached and failure.fatal:  # no time for another one: what was reached counts
                        break
                    raise
                if not reached or accuracy >= wanted.threshold:
                    shown, hint, named = evidence, went, mistake
                reached.append(accuracy)
                if not wanted.threshold - NEAR_MISS <= accuracy < wanted.threshold:
                    break
        for item in shown:
            student.show(item)
        expect.that(
            max(reached) >= wanted.threshold,
            f"accuracy {', '.join(f'{value:.3f}' for value in reached)} on held-out digits, "
            f"expected at least {wanted.threshold:.3f}",
            hint="" if named else hint,
            mistake=named,
        )


def train_once(
    student: Any, plan: Plan, view: View, held_out: HeldOut, wanted: thresholds.Threshold
) -> tuple[float, list[Any], str, Mistake | None]:
    """The accuracy that the student's train brings a fresh network to, evidence for the report, a hint from both, and
    the mistake that the first steps show.

    Only the trained parameters are believed: they are read, put into the reference and measured there, and the network
    that they come from must still be the contract's.
    """
    images, labels = view.training_part()
    network, before, returned = after_training(student, plan, images, labels)
    after = network.state()
    moved = changed(before, after)
    mistake = diagnose(Case(network.noted, labels, unmoved=not moved))
    hint = "" if mistake else UNTRAINED
    expect.that(moved, "train leaves every parameter as it was", hint=hint, mistake=mistake)
    fit = agree(student, network, plan)
    values = [entry.values for entry in after if entry.kind == "parameter"]
    trained = next(iter(contract_with(fit.reading.reference, values, [fit.layout])), None)
    expect.that(trained is not None, "after train the network has other parameters than the contract's")
    assert trained is not None
    with torch.no_grad():
        logits = trained(torch.from_numpy(held_out.images)).numpy()
    accuracy, evidence = held_out.accuracy(logits, wanted)
    history = losses_of(returned)
    hint = how_it_went(history, accuracy, still(before, after))
    if accuracy < wanted.threshold and ends_in_softmax(network, held_out.images[:8]):
        hint = SOFTMAX
    return accuracy, [curves(history), *evidence] if history else evidence, hint, mistake


def after_training(
    student: Any, plan: Plan, images: np.ndarray, labels: np.ndarray
) -> tuple[Network, list[StateEntry], Any]:
    """A fresh network after the student's train, what it kept before, and what train returned.

    Where the run has a GPU it is trained there. The contract asks for code that works on a CPU: what fails on the GPU is
    trained anew without it, and that counts.
    """
    session, seed = student.session, int(student.random.integers(1 << 31))
    while True:
        network = built(student, plan)
        before = network.state()
        try:
            return network, before, network.train(images, labels, session.device, seed, session.limits.training_seconds)
        except CheckFailure:
            if session.device == "cpu":
                raise
        session.discard()
        session.device = "cpu"


def how_it_went(history: list[float], accuracy: float, unmoved: list[str]) -> str:
    """What a training that has not reached its threshold shows of its fault; empty where that is not clear.

    history: the losses that train returned, if it did. unmoved: the parameters that are what they were.
    """
    went = f"The loss that train returns goes from {history[0]:.3g} to {history[-1]:.3g}" if history else ""
    if unmoved:
        return (
            f"train leaves {', '.join(unmoved[:3])}{' and others' * (len(unmoved) > 3)} as they were: does the optimiser hold "
            "model.parameters(), all of them, and are they given to the loss?"
        )
    if accuracy < BELOW_CHANCE:
        return "That is less than guessing: does it learn other labels than it is given, shifted or exchanged?"
    if history and not np.isfinite(history).all():
        return f"{went}: is the rate too large, or the logarithm of 0 taken?"
    if history and history[-1] > RISEN * history[0]:
        return f"{went}: is the gradient set to zero before each backward(), subtracted, and the rate small enough?"
    if history and any(history[-1] < part * history[0] and accuracy < least for part, least in LEARNED):
        return (
            f"{went}, and yet little is recognised: is it the model that train is given that learns, from all images as they "
            "are given, and does nothing undo it at the end?"
        )
    if (
        len(history) > 1
        and history[-1] < GOING_ON * history[-2]
        and history[-2] <= max(history[:-2], default=history[-2])
    ):
        return f"{went} and was still falling: train for more epochs, or with a larger rate."
    return ""


def ends_in_softmax(network: Network, x: np.ndarray) -> bool:
    """Whether it does in any mode: what trains is not always what is measured."""
    return any(ending_of(network.output(x, train=train)) == "softmax" for train in (False, True))


def losses_of(returned: Any) -> list[float]:
    """The losses that train returned, if it did: a courtesy, not the contract's point."""
    if isinstance(returned, dict):
        returned = next(iter(returned.values()), None)
    try:
        history = expect.floats(returned).ravel()
    except CheckFailure:
        return []
    return [float(value) for value in history[:1000]] if history.size > 1 else []


def still(before: list[StateEntry], after: list[StateEntry]) -> list[str]:
    """Names of the parameters that are what they were."""
    now = {entry.name: entry.values for entry in after}
    kept = [entry for entry in before if entry.kind == "parameter" and entry.name in now]
    return [entry.name for entry in kept if np.array_equal(entry.values, now[entry.name])]


def changed(before: list[StateEntry], after: list[StateEntry]) -> bool:
    """Whether any parameter is another one, or has other values."""
    kept = {entry.name: entry.values for entry in before if entry.kind == "parameter"}
    now = {entry.name: entry.values for entry in after if entry.kind == "parameter"}
    return kept.keys() != now.keys() or any(not np.array_equal(kept[name], now[name]) for name in kept)


def series(name: str, values: list[float]) -> Series:
    finite = [value for value in values if np.isfinite(value)]
    return Series(name=name, values=tuple(round(value, 5) for value in finite))


def curves(history: list[float]) -> Curves:
    return Curves(caption="Learning curve", x_label="epoch or step", series=(series("loss", history),))
