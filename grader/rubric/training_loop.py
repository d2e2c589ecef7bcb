"""Exercise training_loop: one epoch, a test, a whole training with its curves, and a model kept in a file.

The checks give the student's functions a small network and samples of their own (see `training_task`), and compare what
becomes of them with a training of the same batches here. `training_doctor` says what is wrong where they differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.authoring.exercise import Mistake, exercise
from grader.authoring.expect import CheckFailure
from grader.judge.training import Performance, Practice
from grader.records import Curves, Series
from grader.rubric import training_measures as measures
from grader.rubric.training_doctor import BATCH_SIZE_IGNORED, Case, diagnose, of_exception
from grader.rubric.training_task import NEAR, OPTIMIZERS, Step, Task, Trainer, drawn, of, same, steps_of, usable

training_loop = exercise(
    "training_loop",
    title="A training loop",
    functions={name: f"reference.training_loop:{name}" for name in ("train_loop", "test_loop", "fit", "save", "load")},
    lesson="PyTorch tutorial: Optimizing model parameters",
    about="train_loop(model, images, labels, loss_fn, optimizer, batch_size, seed=0): one epoch, one step a batch, every sample "
    "once; returns the mean loss of all samples. test_loop(model, images, labels, loss_fn, batch_size=1000): (mean loss, accuracy from 0 "
    "to 1) in eval mode and without gradients; changes nothing and restores the mode. fit(model, train, test, loss_fn, optimizer, batch_size, "
    "epochs, seed=0), train and test as (images, labels): a dict of three curves, train_loss, test_loss and test_accuracy, a number an "
    "epoch. save(model, path); load(path) gives the whole model back, load(path, model) the given one with the file's state_dict.",
)
EPOCHS = 3
TRAIN = "train_loop(model, images, labels, loss_fn, optimizer, {})"
TEST = "test_loop(model, images, labels, loss_fn{})"
FIT = "fit(model, train, test, loss_fn, optimizer, {}, {})"
CURVES = ("train_loss", "test_loss", "test_accuracy")
FILE = "model.pt"
FOLDERS = ("first", "second")


def seed_of(student: Any) -> int:
    return int(student.random.integers(1, 1 << 31))


class Run:
    """One call of train_loop with a task, and what should have come of it."""

    def __init__(self, student: Any, task: Task, *, evaluating: bool = False, seed: int | None = None) -> None:
        self.task = task
        self.network = task.practice(student)
        if evaluating:
            self.network.output(task.images[:1])  # leaves it in eval mode, as a test does
        chosen = seed_of(student) if seed is None else seed
        call = TRAIN.format(f"{task.batch_size}, seed={chosen}")
        given = (of(self.network), task.images, task.labels, task.loss, task.stepper, task.batch_size, chosen)
        try:
            self.told = self.network.perform("train_loop", *given, call=call, seed=seed_of(student))
        except CheckFailure as failure:
            failure.mistake = of_exception(failure.raised.message) if failure.raised else None
            raise
        self.state = {entry.name: entry.values for entry in self.network.state()}
        self.steps = steps_of(self.told.events)

    def wrong(self, message: str, mistake: Mistake | None = None, **more: Any) -> CheckFailure:
        """A finding that names the mistake, where the steps show it."""
        unmoved = all(np.array_equal(self.state[name], value) for name, value in self.task.values.items())
        mistake = mistake or diagnose(Case(self.told.events, self.task.labels, self.task, None, unmoved))
        return CheckFailure(message, mistake=mistake, **more)

    def order(self) -> list[int]:
        """The samples as they were shown; of a loop without a step those of its losses."""
        batches = [batch for step in self.steps for batch in step] if any(self.steps) else self._losses()
        return [row for batch in batches for row in batch]

    def sizes(self) -> list[int]:
        """How many samples each step has learned from."""
        if any(self.steps):
            return [sum(map(len, step)) for step in self.steps if step]
        return [len(batch) for batch in self._losses()]

    def _losses(self) -> list[list[int]]:
        return [event.rows for event in self.told.events if event.kind == "loss"]


@training_loop.check(points=2, live=True, hint="for batch in torch.randperm(len(images)).split(batch_size): ...")
def batches(student: Any) -> None:
    """An epoch shows the model every sample once, in batches of batch_size.

    Why: what is left out is not learned, and what comes twice counts twice. The last batch may be smaller.
    Wrong: for i in range(len(images) // batch_size)
    Right: for i in range(0, len(images), batch_size)
    """
    run = Run(student, drawn(student.random, OPTIMIZERS[0]))
    task, order, sizes = run.task, run.order(), run.sizes()
    if not any(event.kind == "forward" for event in run.told.events):
        raise run.wrong("train_loop never calls the model that it is given")
    if sorted(order) != list(range(task.size)):
        known = {row for row in order if row >= 0}
        raise run.wrong(
            f"of {task.size} samples {len(known)} are shown to the model, in {len(sizes)} batches of "
            f"{_listed(sizes)} with batch_size={task.batch_size}"
        )
    if sorted(sizes) != sorted(task.sizes):
        told = f"the steps are of {_listed(sizes)} samples, expected {task.batch_size}, and {task.sizes[-1]} in the last one"
        raise run.wrong(told)


@training_loop.check(
    points=6, live=True, needs=["batches"], hint="For each batch: zero_grad, forward, loss, backward, step."
)
def updates(student: Any) -> None:
    """After an epoch the parameters are where one step of the given optimizer for each batch leads.

    Why: the five lines of a step and their order decide what is learned. It is tried with three optimizers.
    Wrong: loss.backward(); optimizer.step(), and no zero_grad
    Right: optimizer.zero_grad(); loss = loss_fn(model(x), y); loss.backward(); optimizer.step()
    """
    for optimizer in OPTIMIZERS:
        run = Run(student, drawn(student.random, optimizer))
        if not usable(run.steps, run.task):
            raise run.wrong("train_loop makes no step of the optimizer for every batch")
        if not same(run.state, Trainer(run.task).train(run.steps).state):
            raise run.wrong(
                f"after an epoch with {optimizer[0]} the parameters are not where a step for each of its {len(run.steps)} batches leads"
            )


@training_loop.check(
    points=2,
    live=True,
    needs=["updates"],
    hint="Call model.train() at the beginning: a test has left the model in eval mode.",
)
def train_mode(student: Any) -> None:
    """The epoch is in train mode, also when the model comes in eval mode.

    Why: batch norms learn their statistics and dropout drops in train mode only.
    Wrong: no model.train() in the loop
    Right: model.train() before the first batch
    """
    run = Run(student, drawn(student.random, OPTIMIZERS[0], norm=True), evaluating=True)
    if not usable(run.steps, run.task):
        raise run.wrong("train_loop makes no step of the optimizer for every batch")
    if not same(run.state, Trainer(run.task).train(run.steps).state):
        in_train_mode = all(event.training for event in run.told.events if event.kind == "forward" and event.grad)
        hint = "It was in train mode: is something else done to the model or its gradients?" if in_train_mode else ""
        raise run.wrong(
            "a model with a batch norm, which comes in eval mode, is not trained as it is in train mode", hint=hint
        )


@training_loop.check(
    points=2, live=True, needs=["updates"], hint="total += loss.item() * len(batch); at the end total / len(images)."
)
def mean_loss(student: Any) -> None:
    """train_loop returns the mean loss of all samples, each taken when its batch came by.

    Why: the loss of a batch is a mean. Where the last batch is smaller, the mean of the batches is not the mean of the samples.
    Wrong: total += loss.item(); return total / number_of_batches
    Right: total += loss.item() * len(batch); return total / len(images)
    """
    for _ in range(2):  # one mean may be like another by chance
        run = Run(student, drawn(student.random, OPTIMIZERS[0]))
        if not usable(run.steps, run.task):
            raise run.wrong("train_loop makes no step of the optimizer for every batch")
        replay = Trainer(run.task).train(run.steps)
        wanted = replay.mean_loss(run.steps)
        found = measures.number(run.told.returned, "the mean loss")
        if not measures.near(found, wanted):
            mistake = measures.of_mean_loss(found, replay, run.steps, run.task)
            raise CheckFailure(f"the mean loss is {found:.5f}, expected {wanted:.5f}", mistake=mistake)


@training_loop.check(points=1, live=True, needs=["updates"], hint="total += loss.item(), or loss.detach().")
def plain_loss(student: Any) -> None:
    """The returned loss is a plain number, and no loss is kept with its graph.

    Why: a loss holds the graph of its batch. Whoever adds up or lists losses as they are keeps all of these in memory.
    Wrong: losses.append(loss)
    Right: losses.append(loss.item())
    """
    run = Run(student, drawn(student.random, OPTIMIZERS[0]))
    held = max((event.held for event in run.told.events if event.kind == "loss"), default=0)
    if run.told.attached or held > measures.MOST_HELD:
        what = (
            "the returned loss still requires gradients"
            if run.told.attached
            else f"{held} losses are kept with their graph"
        )
        raise CheckFailure(what, mistake=measures.GRAPH_KEPT)


@training_loop.check(
    points=1, live=True, needs=["updates"], hint="torch.Generator().manual_seed(seed), or torch.manual_seed(seed)."
)
def seed(student: Any) -> None:
    """The seed decides the order: the same one gives it again, another one another order.

    Why: a training that can be repeated can be understood. To leave the samples in their order is right as well.
    Wrong: DataLoader(data, batch_size, shuffle=True)
    Right: DataLoader(data, batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    """
    task = drawn(student.random, OPTIMIZERS[0])
    first = seed_of(student)
    orders = [Run(student, task, seed=chosen).order() for chosen in (first, first, first + 1, first + 2)]
    if orders[0] != orders[1]:
        raise CheckFailure("with the same seed the samples come in another order", mistake=measures.SEED_UNUSED)
    shuffled = orders[0] != sorted(orders[0])
    if shuffled and orders[0] == orders[2] == orders[3]:
        raise CheckFailure("with other seeds the samples come in the same order", mistake=measures.SEED_FIXED)


@training_loop.check(
    points=3, live=True, hint="Add up loss.item() * len(y) and the right answers, divide both by len(images)."
)
def test_values(student: Any) -> None:
    """test_loop returns the mean loss and the accuracy, from 0 to 1, of all samples, in eval mode.

    Why: they tell how good the model is, whatever the size of the batches.
    Wrong: accuracy += (pred == y).float().mean() for each batch; accuracy / batches
    Right: right += (pred == y).sum().item(); right / len(images)
    """
    for given in (True, False, True, False):  # twice: a mean over batches is that over samples now and then
        task = drawn(student.random, OPTIMIZERS[0], norm=True, dropout=True)
        size = task.batch_size if given else None
        told = _tested(student, task.practice(student), task, size)
        wanted = Trainer(task).measure(task.images, task.labels)
        found = measures.pair(told.returned)
        if not all(map(measures.near, found, wanted)):
            mistake = measures.of_test(found, task, size, told)
            raise CheckFailure(
                f"(mean loss, accuracy) is ({_numbers(found)}), expected ({_numbers(wanted)})",
                mistake=mistake,
            )


@training_loop.check(
    points=2, live=True, needs=["test_values"], hint="was = model.training; model.eval(); ...; model.train(was)"
)
def test_changes_nothing(student: Any) -> None:
    """test_loop leaves the model as it was, gives it back its mode, and computes no gradients.

    Why: a test that trains or changes what it measures is none, and a training must go on in train mode after it.
    Wrong: model.eval() without model.train() afterwards
    Right: with torch.no_grad(), and model.train(was) at the end
    """
    task = drawn(student.random, OPTIMIZERS[0], norm=True, dropout=True)
    for training in (True, False):
        network = task.practice(student)
        if not training:
            network.output(task.images[:1])
        told = _tested(student, network, task, task.batch_size)
        state = {entry.name: entry.values for entry in network.state()}
        changed = [name for name, value in task.values.items() if not np.array_equal(state[name], value)]
        if changed:
            raise CheckFailure(
                f"test_loop changes {', '.join(changed[:3])} of the model", mistake=measures.of_change(told)
            )
        if told.training != training:
            was, now = ("train", "eval") if training else ("eval", "train")
            raise CheckFailure(
                f"the model comes in {was} mode and is in {now} mode after test_loop",
                mistake=measures.MODE_NOT_RESTORED,
            )
        kept = told.attached or any(value is not None for value in told.gradients)
        if kept or any(event.grad for event in told.events if event.kind == "forward"):
            raise CheckFailure("test_loop computes gradients that nobody needs", mistake=measures.TEST_WITH_GRADIENTS)


@training_loop.check(
    points=3,
    live=True,
    needs=["train_mode", "mean_loss", "seed", "test_values"],
    hint="For each epoch: train_loop on train, test_loop on test, three appends.",
)
def fit(student: Any) -> None:
    """fit trains for so many epochs and returns train_loss, test_loss and test_accuracy, a number an epoch.

    Why: the curves beside each other show whether the model learns, and whether it learns by heart.
    Wrong: test_loop(model, *train, loss_fn)
    Right: test_loop(model, *test, loss_fn) after each epoch
    """
    task = drawn(student.random, OPTIMIZERS[1], norm=True)
    test = _test_part(student, task)
    network = task.practice(student)
    labels = np.concatenate([task.labels, test[1]])
    given = (of(network), (task.images, task.labels), test, task.loss, task.stepper, task.batch_size, EPOCHS)
    told = network.perform("fit", *given, call=FIT.format(task.batch_size, EPOCHS), seed=seed_of(student))
    state = {entry.name: entry.values for entry in network.state()}
    network = task.practice(student)
    other, again = seed_of(student), (of(network), *given[1:-1], 1)
    call = FIT.format(task.batch_size, f"1, seed={other}")
    seeded = network.perform("fit", *again, other, call=call, seed=seed_of(student))
    steps = steps_of(told.events)
    curves = measures.curves(told.returned, CURVES, EPOCHS, len(_rows(steps)) // task.size)
    student.show(
        Curves(
            caption="What fit returns",
            x_label="epoch",
            series=tuple(
                Series(name=name, values=tuple(round(float(v), 5) for v in values if np.isfinite(v)))
                for name, values in curves.items()
            ),
        )
    )
    case = Case(told.events, labels, task, task.size, epochs=EPOCHS)
    whole = usable(steps, task)
    each = len(steps) // EPOCHS
    if (
        not whole
        or len(steps) != EPOCHS * each
        or any(sorted(_rows(steps[i : i + each])) != list(range(task.size)) for i in range(0, len(steps), max(1, each)))
    ):
        raise CheckFailure(
            f"fit does not train {EPOCHS} times on every sample of train", mistake=measures.of_epochs(case, EPOCHS)
        )
    sizes = [sum(map(len, step)) for step in steps]
    if sorted(sizes) != sorted(EPOCHS * task.sizes):
        raise CheckFailure(
            f"fit makes steps of {_listed(sizes)} samples with batch_size={task.batch_size}",
            mistake=BATCH_SIZE_IGNORED,
        )
    rates = [event.rate for event in told.events if event.kind == "step"]
    given_rate = task.optimizer[1]["lr"]  # a scheduler may lower it from epoch to epoch, nobody may choose it
    if not all(0 < rate <= given_rate * (1 + NEAR) for rate in rates) or not np.allclose(rates[:each], given_rate):
        rates = []
    trainer = Trainer(task)
    wanted: dict[str, list[float]] = {name: [] for name in CURVES}
    before = []
    for epoch in range(EPOCHS):
        mine = steps[epoch * each : (epoch + 1) * each]
        before.append(trainer.measure(*test))
        replay = trainer.train(mine, rates[epoch * each : (epoch + 1) * each] or None)
        measured = trainer.measure(*test)
        for name, value in zip(CURVES, (replay.mean_loss(mine), *measured), strict=True):
            wanted[name].append(value)
    if not same(state, trainer.state()):
        raise CheckFailure(
            f"after {EPOCHS} epochs the parameters are not where their steps lead", mistake=diagnose(case)
        )
    for name in CURVES:
        if not all(map(measures.near, curves[name], wanted[name])):
            mistake = measures.of_curve(name, curves, wanted, before, trainer.measure(task.images, task.labels), case)
            raise CheckFailure(
                f"{name} is {_numbers(curves[name])}, expected {_numbers(wanted[name])}", mistake=mistake
            )
    orders = [_rows(steps[i : i + each]) for i in range(0, len(steps), each)]
    if orders[0] != sorted(orders[0]):
        if all(order == orders[0] for order in orders):
            raise CheckFailure("every epoch shows the samples in the same order", mistake=measures.SAME_ORDER)
        if _rows(steps_of(seeded.events)) == orders[0]:
            raise CheckFailure("with another seed the samples come in the same order", mistake=measures.SEED_FIXED)


@training_loop.check(points=2, live=True, hint="torch.save(model, path); torch.load(path, weights_only=False).")
def save_and_load(student: Any) -> None:
    """A model that was saved comes back as it was: as a whole, and as a state_dict into another one.

    Why: what was learned is kept in a file, and must give the same logits when it is read again.
    Wrong: model.load_state_dict(...) is left out, or its result is returned
    Right: model.load_state_dict(saved.state_dict()); return model
    """
    task = drawn(student.random, OPTIMIZERS[0], norm=True)
    other = task._replace(values=drawn_values(student, task))
    network, fresh = task.practice(student), other.practice(student)
    wanted = task.practice(student).output(task.images)
    saved = network.perform("save", of(network), FILE, call=f"save(model, {FILE!r})", seed=seed_of(student))
    if not saved.training:
        raise CheckFailure(
            "the model comes in train mode and is in eval mode after save", mistake=measures.MODE_CHANGED_BY_SAVE
        )
    network.load(other.values)  # what is loaded must come from the file
    for call, given in ((f"load({FILE!r})", (FILE,)), (f"load({FILE!r}, model)", (FILE, of(fresh)))):
        told = measures.loaded(network, call, given, seed_of(student))
        found = network.other(told.made).output(task.images) if told.made is not None else None
        if found is None or not measures.alike(found, wanted):
            raise measures.of_loading(call, told, found, other, task)
    if not measures.alike(fresh.output(task.images), wanted):
        raise CheckFailure(
            f"after {call} model gives other logits than the one that was saved", mistake=measures.MODEL_LEFT_OUT
        )
    _from_the_file(student, task, other)


def _from_the_file(student: Any, *tasks: Task) -> None:
    """Two models in two folders, which change places on their way to a process that knows nothing of what was saved."""
    wanted, kept = [], []
    for folder, task in zip(FOLDERS, tasks, strict=True):
        network, place = task.practice(student), f"{folder}/{FILE}"
        wanted.append(network.output(task.images))
        network.lay_files(folder, {})
        network.perform("save", of(network), place, call=f"save(model, {place!r})", seed=seed_of(student))
        kept.append(network.files_in(folder))
    student.session.discard()
    for folder, files, right in zip(FOLDERS, reversed(kept), reversed(wanted), strict=True):
        network, place = tasks[0].practice(student), f"{folder}/{FILE}"
        network.lay_files(folder, files)
        try:
            told = measures.loaded(network, f"load({place!r})", (place,), seed_of(student))
        except CheckFailure as failure:
            failure.mistake = failure.mistake or measures.NOT_FROM_FILE
            raise
        found = network.other(told.made).output(tasks[0].images) if told.made is not None else None
        if found is None or not measures.alike(found, right):
            raise CheckFailure("load does not give back what is in the file", mistake=measures.NOT_FROM_FILE)


def drawn_values(student: Any, task: Task) -> dict[str, np.ndarray]:
    """Other values for the same network."""
    return {
        name: value
        if value.dtype.kind == "i"
        else (value + student.random.uniform(0.3, 0.6, value.shape)).astype("float32")
        for name, value in task.values.items()
    }


def _tested(student: Any, network: Practice, task: Task, size: int | None) -> Performance:
    given = (of(network), task.images, task.labels, task.loss, *([] if size is None else [size]))
    call = TEST.format("" if size is None else f", {size}")
    return network.perform("test_loop", *given, call=call, seed=seed_of(student))


def _test_part(student: Any, task: Task) -> tuple[np.ndarray, np.ndarray]:
    """Other samples for the same network."""
    count = 3 * task.batch_size
    images = (0.7 * student.random.standard_normal((count, *task.images.shape[1:]))).astype("float32")
    return images, student.random.integers(0, int(task.labels.max()) + 1, count)


def _rows(steps: Sequence[Step]) -> list[int]:
    return [row for step in steps for batch in step for row in batch]


def _listed(sizes: Sequence[int]) -> str:
    return ", ".join(map(str, sizes[:8])) + (", ..." if len(sizes) > 8 else "") or "none"


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.5f}" for value in values)
