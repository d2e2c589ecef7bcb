"""The training doctor: names the mistake in a training loop by what was noted of its first steps.

What is noted is student code's own word (see `grader.worker.training`), so nothing here decides about marks: a check that has
failed asks for the reason. Of a loop without a mistake nothing is said, whatever its style.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from grader.authoring.exercise import Mistake
from grader.judge.events import Event
from grader.rubric.training_task import Task, Trainer, steps_of, usable

CLOSE = 1e-3  # of gradients to others, in lengths
LOOKED_AT = 4  # steps whose gradients are compared
MOVES = 3  # of the parameters, whose direction counts
SHORT = 0.0025  # of the parameters' length: the shortest first steps of a training that works are of 0.006

NO_ZERO_GRAD = Mistake(
    "The gradients are never set to zero",
    "backward() adds to the gradients that are there. Without optimizer.zero_grad() before it each step follows the sum of all "
    "batches so far, and the steps grow longer and go astray.",
)
ZEROED_TOO_LATE = Mistake(
    "The gradients are set to zero between backward() and step()",
    "step() then finds no gradients, and nothing moves. The order is zero_grad, forward, loss, backward, step.",
)
ZEROED_EACH_BATCH = Mistake(
    "All gradients but the last batch's are thrown away",
    "The gradients of a batch are set to zero before step() has used them. Either step after every batch, or set them to zero "
    "only after a step.",
)
STEP_FIRST = Mistake(
    "step() comes before backward()",
    "A step uses the gradients that are there: before backward() these are the last batch's, or none. backward() first, then step().",
)
NO_STEP = Mistake(
    "optimizer.step() is never called",
    "backward() only computes gradients. It is step(), with its parentheses, that changes the parameters.",
)
NO_BACKWARD = Mistake(
    "loss.backward() is never called",
    "Without it there are no gradients, and step() leaves every parameter as it is. Mind the parentheses.",
)
DETACHED = Mistake(
    "The loss is cut off from the model",
    "detach(), .data, .item() or a new tensor made of the loss ends the graph: backward() then reaches no parameter. Call backward() "
    "on what loss_fn returns.",
)
NO_GRAD = Mistake(
    "The training stands inside of torch.no_grad()",
    "There nothing is recorded that backward() could go back through. no_grad belongs around the test only.",
)
OTHER_MODEL = Mistake(
    "Another model is trained than the one that is given",
    "A copy or a new model learns, and the one that is given stays as it was. Call model(x) of the parameter `model`, and change "
    "nothing about whose parameters the optimizer holds.",
)
OTHER_PARAMETERS = Mistake(
    "The optimizer does not hold the model's parameters",
    "It steps through the parameters of another model: make it with model.parameters() of the very model that is trained, and only "
    "after that model was made.",
)
OTHER_OPTIMIZER = Mistake(
    "Another optimizer is made than the one that is given",
    "It knows neither the rate nor the momentum of the given one, and forgets all from epoch to epoch. Use the parameter `optimizer`.",
)
BY_HAND = Mistake(
    "The parameters are changed by hand instead of by the optimizer",
    "p -= lr * p.grad is what plain SGD does, but the given optimizer may have momentum or be Adam: optimizer.step() does what it is for.",
)
OTHER_LOSS = Mistake(
    "Another loss is used than the one that is given",
    "The loop works with any loss: call the parameter `loss_fn` instead of one that you have chosen yourself.",
)
NOT_MOVING = Mistake(
    "The parameters never move",
    "step() is called, but the gradients are zero or not there: are they of this model, and is anything frozen or detached?",
)
EVAL_LEFT_ON = Mistake(
    "The model is trained in eval mode",
    "In eval mode dropout is off and batch norms use old statistics and do not renew them. Call model.train() at the beginning of "
    "every epoch: a test may have left the model in eval mode.",
)
SOFTMAX_TWICE = Mistake(
    "Softmax before a loss that applies it itself",
    "Cross-entropy takes logits. With probabilities in their place the gradients become small and the loss cannot get near zero. "
    "Give it model(x) as it is.",
)
LABELS_APART = Mistake(
    "Images and labels are shuffled apart",
    "Two permutations give every image some other image's label. Draw one permutation and use it for both: images[order], labels[order].",
)
OTHER_LABELS = Mistake(
    "The labels are not those of the images",
    "The loss gets other labels than the ones that belong to the batch: take both with the same indices.",
)
OTHER_IMAGES = Mistake(
    "The images are changed before the model sees them",
    "They are handed over ready for the model: no division by 255 and no standardising in the loop.",
)
TEST_TRAINED_ON = Mistake(
    "The test images are trained on",
    "What has been learned by heart measures nothing: the test part is for test_loop alone.",
)
LAST_BATCH_LOST = Mistake(
    "The last, smaller batch is left out",
    "N // batch_size or drop_last=True passes over the rest. range(0, N, batch_size), or split(batch_size), has it.",
)
BATCHES_LOST = Mistake(
    "Some batches are passed over",
    "In one epoch every sample has its turn once: does the loop begin or end too early, or skip some?",
)
ONE_BATCH = Mistake(
    "The epoch ends after the first batch",
    "A return or break stands inside of the loop over the batches. Go back by one indentation.",
)
BATCH_SIZE_IGNORED = Mistake(
    "batch_size is ignored",
    "The batches have another size than the one that is asked for: use the parameter, no number of your own.",
)
REPEATED = Mistake(
    "Some samples come twice in an epoch, and others never",
    "randint and choice draw again what they have drawn. A permutation, torch.randperm(N), has every sample once.",
)
BACKWARD_TWICE = Mistake(
    "backward() is called twice for one loss",
    "Each call adds the same gradients again, so that the step is twice as long.",
)
STEP_TWICE = Mistake(
    "step() is called twice for one batch",
    "The second step follows the same gradients again: one backward(), one step().",
)
ONE_STEP = Mistake(
    "There is one step an epoch instead of one a batch",
    "step() stands behind the loop over the batches: it belongs into it.",
)
UPHILL = Mistake(
    "The steps go uphill",
    "The gradient has the wrong sign: is the loss negated, or the gradient, the rate or maximize changed? step() already goes downhill.",
)
SCALED = Mistake(
    "The loss is multiplied or divided before backward()",
    "loss_fn gives the mean of a batch already: dividing it by the number of samples or batches makes the steps too short.",
)
CHANGED_GRADIENTS = Mistake(
    "The gradients are changed between backward() and step()",
    "Clipping or scaling them makes other steps than the given optimizer's: step() takes them as backward() leaves them.",
)
OTHER_RATE = Mistake(
    "The rate of the given optimizer is changed",
    "Its rate is the caller's choice: leave optimizer.param_groups as they are.",
)


SHORT_STEPS = Mistake(
    "The steps are too short",
    "In the first steps the parameters move by less than a quarter of a percent of their length each: with this rate the training "
    "gets nowhere in its time. Take a larger one; Adam needs less searching than plain SGD.",
)


EXCEPTIONS = {
    "modified by an inplace operation": STEP_FIRST,
    "backward through the graph a second time": BACKWARD_TWICE,
}


class Case(NamedTuple):
    """What is known about a training that went wrong.

    labels: of all samples that student code had, in their order; those from `test_from` on are for testing.
    task: what the training was given, where that is the grader's own. unmoved: whether the network is the same as before.
    """

    events: Sequence[Event]
    labels: np.ndarray
    task: Task | None = None
    test_from: int | None = None
    unmoved: bool = False
    epochs: int = 1

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]

    @property
    def learned(self) -> list[Event]:
        """The losses that can go back: those of a training."""
        return [event for event in self.of("loss") if event.grad]


def diagnose(case: Case) -> Mistake | None:
    """The first mistake that fits; None where none does."""
    return next((mistake for rule in RULES if (mistake := rule(case)) is not None), None)


def of_exception(message: str) -> Mistake | None:
    """What torch says where a loop breaks off, in our words."""
    return next((mistake for words, mistake in EXCEPTIONS.items() if words in message), None)


def another_model(case: Case) -> Mistake | None:
    busy = case.of("loss") or case.of("step") or case.of("backward")
    return OTHER_MODEL if case.unmoved and busy and not case.of("forward") else None


def without_gradients(case: Case) -> Mistake | None:
    forwards = case.of("forward")
    return NO_GRAD if case.unmoved and forwards and case.of("loss") and not any(f.grad for f in forwards) else None


def test_part(case: Case) -> Mistake | None:
    if case.test_from is None:
        return None
    went_back = [row for step in steps_of(case.events) for batch in step for row in batch]
    return TEST_TRAINED_ON if any(row >= case.test_from for row in went_back) else None


def images(case: Case) -> Mistake | None:
    """Of a network of the student's own nobody asks whether images are turned or shifted on purpose."""
    unknown = [all(row < 0 for row in event.rows) for event in case.of("forward") if event.rows]
    return OTHER_IMAGES if case.task and unknown and all(unknown) else None


def labels(case: Case) -> Mistake | None:
    pairs = [
        (row, label)
        for event in case.learned
        if len(event.rows) == len(event.labels)
        for row, label in zip(event.rows, event.labels, strict=True)
        if 0 <= row < len(case.labels)
    ]
    wrong = sum(int(case.labels[row]) != label for row, label in pairs)
    if not pairs or 4 * wrong < len(pairs):  # mixing two images on purpose keeps one's label
        return None
    mixed = sorted(case.labels[[row for row, _ in pairs]].tolist()) == sorted(label for _, label in pairs)
    return LABELS_APART if mixed or wrong < 0.97 * len(pairs) else OTHER_LABELS


def softmax(case: Case) -> Mistake | None:
    given = case.learned
    return SOFTMAX_TWICE if given and all(event.of in ("softmax", "sigmoid") for event in given) else None


def detached(case: Case) -> Mistake | None:
    back = case.of("backward")
    lost = any(forward.grad for forward in case.of("forward")) and case.of("loss") and not case.learned
    return DETACHED if case.unmoved and (lost or (back and not any(event.grad for event in back))) else None


def no_backward(case: Case) -> Mistake | None:
    return NO_BACKWARD if case.unmoved and case.learned and not case.of("backward") else None


def no_step(case: Case) -> Mistake | None:
    if case.of("step") or not case.of("backward"):
        return None
    if case.unmoved:
        return NO_STEP
    return BY_HAND if case.task else None


def other_optimizer(case: Case) -> Mistake | None:
    steps = case.of("step")
    return OTHER_OPTIMIZER if case.task and steps and not any(step.given for step in steps) else None


def other_parameters(case: Case) -> Mistake | None:
    steps = case.of("step")
    return OTHER_PARAMETERS if case.unmoved and steps and not any(step.holds for step in steps) else None


def step_first(case: Case) -> Mistake | None:
    order = [event.kind for event in case.events if event.kind in ("backward", "step")]
    return STEP_FIRST if order[:1] == ["step"] and "backward" in order else None


def never_zeroed(case: Case) -> Mistake | None:
    return NO_ZERO_GRAD if not case.unmoved and any(event.stale for event in case.of("backward")) else None


def zeroed_too_late(case: Case) -> Mistake | None:
    """zero_grad after the last backward before every step, which then moves nothing."""
    last, late = "", []
    for event in case.events:
        if event.kind == "step":
            late.append(last == "zero_grad" and not event.moved)
        if event.kind in ("zero_grad", "backward", "step"):
            last = event.kind
    return ZEROED_TOO_LATE if late and all(late) else None


def thrown_away(case: Case) -> Mistake | None:
    """Gradients of one batch set to zero before a step has used them, while another batch goes on."""
    numbers: dict[tuple[int, ...], int] = {}  # of batches, which may be long
    batches = [numbers.setdefault(tuple(event.rows), len(numbers)) for event in case.events]
    unused: set[int] = set()  # batches whose gradients are there
    lost: set[int] = set()
    for event, batch in zip(case.events, batches, strict=True):
        if event.kind == "backward":
            unused |= {batches[n] for n in event.losses if 0 <= n < len(batches)}
        elif event.kind == "zero_grad":
            lost |= unused
            unused = set()
        elif event.steps:
            lost, unused = set(), set()
        elif event.kind == "loss" and event.grad and lost and batch not in lost:
            return ZEROED_EACH_BATCH
    return None


def twice(case: Case) -> Mistake | None:
    gone: set[int] = set()
    for event in case.of("backward"):
        if not gone.isdisjoint(event.losses):
            return BACKWARD_TWICE
        gone |= {*event.losses}
    return None


def second_step(case: Case) -> Mistake | None:
    """The given optimizer steps again after each step, without a backward between."""
    order = "".join(
        event.kind[0] for event in case.events if event.kind == "backward" or (event.given and event.kind == "step")
    )
    return STEP_TWICE if case.task and "bss" in order and "bsb" not in order else None


def other_loss(case: Case) -> Mistake | None:
    return OTHER_LOSS if case.task and case.learned and not any(event.given for event in case.learned) else None


def coverage(case: Case) -> Mistake | None:
    """Which samples come in which batches of a whole epoch: known where the task is."""
    if case.task is None or case.epochs > 1:
        return None
    steps, wanted, count = steps_of(case.events), case.task.batch_size, case.task.size
    batches = [event.rows for event in case.learned]
    if len(steps) == 1 and len(batches) > 1:
        return ONE_STEP
    shown = [[row for batch in step for row in batch] for step in steps if step] or batches
    rows = [row for batch in shown for row in batch]
    sizes = [len(batch) for batch in shown]
    distinct = set(rows)
    if not rows or (len(rows) == count == len(distinct) and sorted(sizes) == sorted(case.task.sizes)):
        return None
    if sizes[0] != wanted:
        return BATCH_SIZE_IGNORED
    if len(distinct) < len(rows):
        return REPEATED
    if len(shown) == 1:
        return ONE_BATCH
    return LAST_BATCH_LOST if len(rows) == count - count % wanted else BATCHES_LOST


def mode(case: Case) -> Mistake | None:
    """In a network without dropout and batch norms it does no harm."""
    shown = [event for event in case.of("forward") if event.grad]
    return EVAL_LEFT_ON if case.task and any(not event.training for event in shown) else None


def gradients(case: Case) -> Mistake | None:
    """The gradients of the first steps beside what they should be."""
    steps, learned = case.of("step")[:LOOKED_AT], steps_of(case.events)[:LOOKED_AT]
    if case.task is None or not usable(learned, case.task):
        return None
    replay = Trainer(case.task).train(learned)
    for place, rights in enumerate(replay.gradients):
        right = np.concatenate([g.ravel() for g in rights])
        found = np.concatenate([np.zeros(0) if g is None else np.ravel(g) for g in steps[place].gradients or [None]])
        length = float(np.linalg.norm(right))
        if found.shape != right.shape or not length or not np.isfinite(found).all():
            return None
        factor = float(found @ right) / length**2
        parallel = float(np.linalg.norm(found - factor * right)) < CLOSE * max(abs(factor), CLOSE) * length
        if not parallel or factor <= CLOSE:
            return None
        if abs(factor - 1) > CLOSE:
            scaled = not np.isclose(case.of("backward")[place].value, replay.losses[place][0], rtol=CLOSE)
            return SCALED if scaled else CHANGED_GRADIENTS
    return None


def uphill(case: Case) -> Mistake | None:
    """Moves along the gradient, or gradients of a loss whose sign was turned: what one learns from is never negative."""
    moves = [event for event in case.events if event.moved > 0][:MOVES]
    turned = [event.value < 0 for event in case.of("backward")]
    return UPHILL if moves and (all(event.along > 0 for event in moves) or (turned and all(turned))) else None


def rate(case: Case) -> Mistake | None:
    steps = case.of("step")
    if case.task is None or not steps:
        return None
    wanted = case.task.optimizer[1]["lr"]
    return OTHER_RATE if any(abs(step.rate - wanted) > CLOSE * wanted for step in steps) else None


def short_steps(case: Case) -> Mistake | None:
    """Only where nobody else has chosen the rate."""
    moves = [event.moved for event in case.events if event.moved > 0]
    return SHORT_STEPS if not case.task and len(moves) >= MOVES and np.mean(moves) < SHORT else None


def not_moving(case: Case) -> Mistake | None:
    steps = case.of("step")
    return NOT_MOVING if case.unmoved and steps else None


RULES: tuple[
    Callable[[Case], Mistake | None], ...
] = (  # the first that fits is told: causes before what follows from them
    another_model,
    without_gradients,
    test_part,
    images,
    labels,
    softmax,
    detached,
    no_backward,
    no_step,
    other_optimizer,
    other_parameters,
    step_first,
    zeroed_too_late,
    thrown_away,
    never_zeroed,
    twice,
    second_step,
    other_loss,
    coverage,
    uphill,
    rate,
    gradients,
    mode,
    not_moving,
    short_steps,
)
