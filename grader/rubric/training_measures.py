"""What train_loop, test_loop, fit and load give back, read with care; and which mistake has made a wrong number.

Unlike `training_doctor`, which looks at the steps, this compares numbers with those that known mistakes give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grader.authoring import expect
from grader.authoring.exercise import Mistake
from grader.authoring.expect import CheckFailure
from grader.judge.training import Performance, Practice
from grader.rubric.training_doctor import EVAL_LEFT_ON, OTHER_LOSS, SOFTMAX_TWICE, Case, diagnose
from grader.rubric.training_task import NEAR, Replay, Step, Task, Trainer, steps_of

NEAR_MEAN = 6e-6  # of a loss or an accuracy: the mean of batches may be this near to that of samples
MOST_HELD = 2  # losses: that of the batch before may still have its name

BATCH_MEANS = Mistake(
    "The mean of the batches' losses is taken for the mean of the samples",
    "The last batch is smaller and counts as much as the others here. Multiply each loss by the number of its samples, and divide "
    "by the number of all samples.",
)
LOSS_SUMMED = Mistake(
    "The losses are added up and not divided",
    "A mean is the sum of loss.item() * len(batch), divided by the number of samples.",
)
DIVIDED_TWICE = Mistake(
    "The sum of the batches' losses is divided by the number of samples",
    "Each loss is a mean over its batch already: multiply it by len(batch) before you add it up.",
)
TIMES_TOO_LARGE = Mistake(
    "The sum over the samples is divided by the number of batches",
    "Losses that were multiplied by len(batch) make a sum over samples: divide it by their number.",
)
LAST_LOSS = Mistake(
    "The loss of the last batch is returned",
    "It says nothing about the others: add up the losses of all batches, and divide at the end.",
)
FIRST_LOSS = Mistake("The loss of the first batch is returned", "return stands inside of the loop over the batches.")
FIXED_SIZE = Mistake(
    "Every batch is counted with batch_size samples",
    "The last batch is smaller: multiply its loss by len(batch), not by batch_size.",
)
GRAPH_KEPT = Mistake(
    "Losses are kept with their graphs",
    "total += loss and losses.append(loss) keep what backward() needs of every batch, so that memory fills up. Take the plain number, "
    "loss.item().",
)
SEED_UNUSED = Mistake(
    "The order does not depend on the seed",
    "It is drawn from a generator that nobody has seeded, so no training can be repeated: torch.Generator().manual_seed(seed) for "
    "randperm or for the DataLoader.",
)
SEED_FIXED = Mistake(
    "The order is shuffled with a fixed number in place of the seed",
    "manual_seed(42) gives one and the same order for ever: use the parameter `seed`, and in fit hand it on to train_loop.",
)
SAME_ORDER = Mistake(
    "Every epoch has the same order",
    "fit gives train_loop the same seed again and again: seed + epoch gives each epoch an order of its own.",
)
PERCENT = Mistake("The accuracy is given in percent", "It is asked for from 0 to 1: leave out the factor 100.")
COUNTED = Mistake(
    "The right answers are counted and not divided", "Accuracy is their share: divide by the number of samples."
)
ACCURACY_OF_BATCHES = Mistake(
    "The mean of the batches' accuracies is taken for the accuracy",
    "The last batch is smaller and counts as much as the others here. Count the right answers of all batches and divide once, by "
    "the number of samples.",
)
ACCURACY_BY_BATCHES = Mistake(
    "The right answers are divided by the number of batches", "Divide them by the number of samples: len(images)."
)
SWAPPED = Mistake("Loss and accuracy come in the wrong order", "The contract says (mean loss, accuracy).")
TEST_IN_TRAIN_MODE = Mistake(
    "The test runs in train mode",
    "In train mode dropout throws numbers away and batch norms look at the batch and renew their statistics. Call model.eval() "
    "before the test.",
)
MODE_NOT_RESTORED = Mistake(
    "The test leaves the model in another mode",
    "What is trained next is trained in eval mode then. Remember model.training before model.eval(), and set it again at the end.",
)
MODE_CHANGED_BY_SAVE = Mistake(
    "save leaves the model in eval mode",
    "Who saves in the middle of a training goes on in eval mode then. The file needs no mode: leave model.eval() out of save.",
)
TEST_WITH_GRADIENTS = Mistake(
    "The test computes gradients",
    "A test needs none: with torch.no_grad() or torch.inference_mode() around it memory and time are saved.",
)
TRAINS_IN_TEST = Mistake(
    "The test trains", "backward() and step() do not belong into test_loop: it only looks at the model."
)
LAST_OF_TEST = Mistake(
    "Only the last batch of the test counts", "The sums are overwritten, or begun anew in the loop: += in place of =."
)
TEST_BATCHES_LOST = Mistake(
    "The test passes over samples", "Every sample is measured: the last, smaller batch as well."
)
ON_TRAINING_PART = Mistake(
    "The test curves are measured on the training part",
    "They show how well the model knows what it has seen. Give test_loop the test part.",
)
TEST_BEFORE_TRAINING = Mistake(
    "The test is made before the epoch and not after it", "First train_loop, then test_loop, then append all three."
)
CURVES_EXCHANGED = Mistake("Two curves are exchanged", "Look at which number is appended to which list.")
EPOCHS_OFF = Mistake(
    "There is another number of epochs than asked for", "for epoch in range(epochs) makes as many as that."
)
NOT_ONE_AN_EPOCH = Mistake(
    "A curve has not one number an epoch",
    "The epochs are as many as asked for. Give each curve a list of its own, and append one number to it behind every epoch.",
)
LAST_EPOCH_ONLY = Mistake(
    "Only the last epoch is kept", "The lists are made once, before the loop, and appended to in it."
)
FIRST_EPOCH_ONLY = Mistake(
    "fit ends after the first epoch",
    "The return stands inside of the loop over the epochs: go back by one indentation.",
)
STATE_DICT_ONLY = Mistake(
    "A state_dict is saved where the whole model is asked for",
    "load(path) must give the model back without having one: torch.save(model, path) keeps the whole of it.",
)
NOT_RESTORED = Mistake(
    "load does not bring the saved weights back",
    "The model that comes back has other parameters than the saved one: model.load_state_dict(saved.state_dict()) puts them in.",
)
NOT_FROM_FILE = Mistake(
    "load does not read the file",
    "Two models were saved to two files, and the files exchanged: load has to give back what the file holds now, also in another "
    "program that knows nothing of this one. torch.save(model, path) and torch.load(path, weights_only=False) do that.",
)
MODEL_LEFT_OUT = Mistake(
    "load gives another model back than the one it is given",
    "Whoever calls load(path, model) goes on with model: put the weights into that one, model.load_state_dict(saved.state_dict()), and return it.",
)
LOAD_RETURNS_KEYS = Mistake(
    "load returns what load_state_dict returns",
    "load_state_dict changes the model in place and returns a list of keys. Call it on a line of its own, then return model.",
)
LOAD_RETURNS_NOTHING = Mistake("load returns no model", "return model at the end, whichever way it was loaded.")
BUFFERS_LOST = Mistake(
    "The statistics of the batch norms are not saved",
    "parameters() leaves out the buffers, which state_dict() has: save that, or the whole model.",
)
WEIGHTS_ONLY = Mistake(
    "torch.load reads weights only, but the file holds a model",
    "Since PyTorch 2.6 a whole model needs torch.load(path, weights_only=False): only for files that you trust.",
)
DICT_EXPECTED = Mistake(
    "A whole model is taken for a state_dict, or the other way round",
    "load_state_dict takes a dict: of a saved model that is saved.state_dict().",
)


def number(value: Any, what: str) -> float:
    """One number, as a float or a tensor."""
    found = expect.floats(value, what)
    expect.that(found.size == 1, f"{what} has shape {tuple(found.shape)}, expected one number")
    return float(found.ravel()[0])


def pair(value: Any) -> tuple[float, float]:
    """Loss and accuracy."""
    loss, accuracy = expect.pair(value, "what test_loop returns", "the mean loss and the accuracy")
    return number(loss, "the mean loss"), number(accuracy, "the accuracy")


def near(one: float, other: float) -> bool:
    return abs(one - other) <= NEAR_MEAN * (1 + abs(other))


def alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two outputs agree."""
    return one.shape == other.shape and bool(np.allclose(one, other, atol=NEAR, rtol=NEAR))


def of_mean_loss(found: float, replay: Replay, steps: Sequence[Step], task: Task) -> Mistake | None:
    losses = [loss for step in replay.losses for loss in step]
    sizes = [len(batch) for step in steps for batch in step]
    return _matching(found, _means(losses, sizes, task.batch_size))


def _means(losses: Sequence[float], sizes: Sequence[int], batch_size: int) -> list[tuple[float, Mistake]]:
    """What mistaken means give."""
    over_samples = float(np.dot(losses, sizes))
    return [
        (float(np.mean(losses)), BATCH_MEANS),
        (float(np.sum(losses)), LOSS_SUMMED),
        (over_samples, LOSS_SUMMED),
        (float(np.sum(losses)) / sum(sizes), DIVIDED_TWICE),
        (over_samples / len(sizes), TIMES_TOO_LARGE),
        (losses[-1], LAST_LOSS),
        (losses[0], FIRST_LOSS),
        (batch_size * float(np.sum(losses)) / sum(sizes), FIXED_SIZE),
        (sizes[-1] * losses[-1] / sum(sizes), LAST_LOSS),
        (losses[-1] / len(losses), LAST_LOSS),
    ]


def of_test(found: tuple[float, float], task: Task, size: int | None, told: Performance) -> Mistake | None:
    """Which mistake makes test_loop's two numbers."""
    size = size or task.size
    trainer = Trainer(task)
    parts = [slice(i, min(i + size, task.size)) for i in range(0, task.size, size)]
    measured = [trainer.measure(task.images[part], task.labels[part]) for part in parts]
    sizes = [part.stop - part.start for part in parts]
    losses, accuracies = zip(*measured, strict=True)
    loss, accuracy = trainer.measure(task.images, task.labels)
    forwards = [event for event in told.events if event.kind == "forward"]
    given = [event for event in told.events if event.kind == "loss"]
    if any(event.training for event in forwards):
        return TEST_IN_TRAIN_MODE
    if near(found[0], accuracy) and near(found[1], loss):
        return SWAPPED
    if given and all(event.of == "softmax" for event in given):
        return SOFTMAX_TWICE
    if given and not any(event.given for event in given):
        return OTHER_LOSS
    if sorted({row for event in forwards for row in event.rows}) != list(range(task.size)):
        return TEST_BATCHES_LOST
    if not near(found[1], accuracy):
        right = accuracy * task.size
        return _matching(
            found[1],
            [
                (100 * accuracy, PERCENT),
                (100 * float(np.mean(accuracies)), PERCENT),
                (right, COUNTED),
                (float(np.mean(accuracies)), ACCURACY_OF_BATCHES),
                (float(np.sum(accuracies)), ACCURACY_OF_BATCHES),
                (right / len(parts), ACCURACY_BY_BATCHES),
                (accuracies[-1], LAST_OF_TEST),
                (accuracies[-1] * sizes[-1] / task.size, LAST_OF_TEST),
            ],
        )
    return _matching(found[0], _means(losses, sizes, size))


def of_change(told: Performance) -> Mistake | None:
    if any(event.kind in ("backward", "step") for event in told.events):
        return TRAINS_IN_TEST
    return TEST_IN_TRAIN_MODE if any(event.training for event in told.events if event.kind == "forward") else None


def curves(returned: Any, names: Sequence[str], epochs: int, trained: int) -> dict[str, list[float]]:
    """The three curves that fit returns. `trained`: for so many epochs."""
    expect.that(
        isinstance(returned, dict),
        f"fit returns {expect.describe(returned)}, expected a dict of {', '.join(names)}",
    )
    found = {}
    for name in names:
        expect.that(name in returned, f"what fit returns has no {name!r}: it has {_listed(returned)}")
        values = expect.floats(returned[name], name).ravel()
        if len(values) != epochs:
            one = FIRST_EPOCH_ONLY if trained == 1 else LAST_EPOCH_ONLY
            mistake = one if len(values) == 1 else NOT_ONE_AN_EPOCH if trained == epochs else EPOCHS_OFF
            raise CheckFailure(f"{name} has {len(values)} numbers after {epochs} epochs", mistake=mistake)
        found[name] = [float(value) for value in values]
    return found


def of_epochs(case: Case, epochs: int) -> Mistake | None:
    """Why fit has not trained on every sample of train in each epoch."""
    if mistake := diagnose(case):
        return mistake
    shown = [row for step in steps_of(case.events) for batch in step for row in batch]
    return EPOCHS_OFF if case.task and len(shown) != epochs * case.task.size else None


def of_curve(
    name: str,
    found: Mapping[str, list[float]],
    wanted: Mapping[str, list[float]],
    before: Sequence[tuple[float, float]],
    on_training_part: tuple[float, float],
    case: Case,
) -> Mistake | None:
    """Why one of fit's curves is wrong. `before`: the test before each epoch; `on_training_part`: the measures at the end."""
    for other in wanted:
        if other != name and all(map(near, found[name], wanted[other])):
            return CURVES_EXCHANGED
    column = {"test_loss": 0, "test_accuracy": 1}.get(name)
    if column is None:
        return EVAL_LEFT_ON if any(e.grad and not e.training for e in case.of("forward")) else None
    tested = [row for event in case.of("forward") if not event.grad for row in event.rows]
    if near(found[name][-1], on_training_part[column]) or (tested and max(tested) < (case.test_from or 0)):
        return ON_TRAINING_PART
    if all(near(value, was[column]) for value, was in zip(found[name], before, strict=True)):
        return TEST_BEFORE_TRAINING
    return (
        PERCENT
        if all(near(value, 100 * right) for value, right in zip(found[name], wanted[name], strict=True))
        else None
    )


def loaded(network: Practice, call: str, given: tuple[Any, ...], seed: int) -> Performance:
    """What load gives back. Raises CheckFailure with the mistake that its exception shows."""
    try:
        return network.perform("load", *given, call=call, seed=seed)
    except CheckFailure as failure:
        raised = failure.raised
        if raised is not None and raised.type_name == "UnpicklingError":
            failure.mistake = WEIGHTS_ONLY
        elif raised is not None and raised.type_name in ("TypeError", "AttributeError") and "dict" in raised.message:
            failure.mistake = DICT_EXPECTED
        raise


def of_loading(call: str, told: Performance, found: np.ndarray | None, other: Task, task: Task) -> CheckFailure:
    """The finding about what load has given back."""
    if found is None:
        kind = getattr(told.returned, "type_name", "")
        what = "nothing" if told.returned is None else expect.describe(told.returned)
        keys = kind == "_IncompatibleKeys" or (isinstance(told.returned, tuple | list) and len(told.returned) == 2)
        mistake = (
            LOAD_RETURNS_KEYS if keys else STATE_DICT_ONLY if isinstance(told.returned, dict) else LOAD_RETURNS_NOTHING
        )
        return CheckFailure(f"{call} returns {what}, expected a model", mistake=mistake)
    values = {name: other.values[name] if "running" in name else value for name, value in task.values.items()}
    buffers = Trainer(task._replace(values=values)).network.eval()
    lost = alike(found, _output(buffers, task.images))
    return CheckFailure(
        f"the model that {call} returns gives other logits than the one that was saved",
        mistake=BUFFERS_LOST if lost else NOT_RESTORED,
    )


def _output(network: Any, images: np.ndarray) -> np.ndarray:
    from grader.later import torch

    with torch.no_grad():
        found: np.ndarray = network(torch.from_numpy(images)).numpy()
    return found


def _matching(found: float, candidates: Sequence[tuple[float, Mistake]]) -> Mistake | None:
    """The mistake that gives this number; None where none does, or two do."""
    fitting = list(dict.fromkeys(mistake for value, mistake in candidates if near(found, value)))
    return fitting[0] if len(fitting) == 1 else None


def _listed(names: Mapping[str, Any]) -> str:
    return ", ".join(repr(str(name)[:30]) for name in list(names)[:6]) or "nothing"
