"""A small training whose outcome is known: a network, samples, a loss and an optimizer, drawn anew in every run.

The order of its batches is a student's choice. Everything else follows from it, so what comes out is computed here again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from grader.judge.events import Event
from grader.judge.training import LOSS, NETWORK, OPTIMIZER, Practice
from grader.later import torch

NEAR = 1e-4  # of values around 1 in float32, after some ten steps; mistakes differ by a hundred times that
SHARE = 0.03  # of the cross-entropy: with so small gradients clipping at 0.1 changes nothing
LOUDEST = 0.045  # length of all gradients together in some batches; in others it may be twice that
EPS = 0.05  # of a batch norm: without it the gradients of a batch of two nearly equal values are twenty times as long
MOST_SHOWN = 10  # times that a sample is shown on average: three epochs need three
Batch = list[int]
Step = list[Batch]  # what one step has learned from: one batch, or several whose gradients were added up

OPTIMIZERS: tuple[list[Any], ...] = (
    ["SGD", {"lr": 6.0}],
    ["SGD", {"lr": 3.0, "momentum": 0.8, "nesterov": True, "weight_decay": 0.003}],
    ["Adam", {"lr": 0.05, "eps": 0.003}],  # so large an eps that rounding stays rounding
)


class Task(NamedTuple):
    """One training."""

    layers: list[list[Any]]
    values: dict[str, np.ndarray]  # of parameters and buffers
    images: np.ndarray  # (N, 1, h, w) float32
    labels: np.ndarray  # (N,)
    smoothing: float  # of the labels: no other loss has the same values
    optimizer: list[Any]  # its name and options
    batch_size: int

    @property
    def size(self) -> int:
        return len(self.labels)

    @property
    def sizes(self) -> list[int]:
        """Of the batches of an epoch, in order."""
        return [self.batch_size] * (self.size // self.batch_size) + [self.size % self.batch_size]

    @property
    def loss(self) -> dict[str, list[float]]:
        return {LOSS: [self.smoothing, SHARE]}

    @property
    def stepper(self) -> dict[str, list[Any]]:
        return {OPTIMIZER: self.optimizer}

    def practice(self, student: Any) -> Practice:
        """The network where student code runs."""
        made: Practice = student.practice(self.layers, self.values)
        return made

    def network(self) -> torch.nn.Sequential:
        """The same network here."""
        made = torch.nn.Sequential(*(getattr(torch.nn, kind)(*arguments) for kind, *arguments in self.layers))
        made.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in self.values.items()})
        return made

    def loss_fn(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return SHARE * torch.nn.functional.cross_entropy(logits, labels, label_smoothing=self.smoothing)


def of(network: Practice) -> dict[str, Practice]:
    """A network as an argument of a call."""
    return {NETWORK: network}


def drawn(random: np.random.Generator, optimizer: list[Any], norm: bool = False, dropout: bool = False) -> Task:
    """A task of some 20 samples, whose last batch is smaller than the others and holds two or more."""
    height, width, hidden, classes = (int(random.integers(low, high)) for low, high in ((2, 4), (3, 5), (4, 7), (3, 6)))
    batch_size = int(random.integers(4, 7))
    count = batch_size * int(random.integers(3, 5)) + int(random.integers(2, batch_size))
    layers: list[list[Any]] = [["Flatten"], ["Linear", height * width, hidden]]
    layers += (
        [["BatchNorm1d", hidden, EPS]] * norm
        + [["Tanh"]]
        + [["Dropout", 0.5]] * dropout
        + [["Linear", hidden, classes]]
    )
    empty = Task(layers, {}, np.zeros(0), np.zeros(0), 0.0, [], 0)
    while True:
        images = (0.35 * random.standard_normal((count, 1, height, width))).astype("float32")
        labels = np.arange(count) % classes  # every class is there
        random.shuffle(labels)
        values = {name: _values(random, name, tuple(value.shape)) for name, value in _made(empty).state_dict().items()}
        smoothing = round(float(random.uniform(0.05, 0.2)), 3)
        found = Task(layers, values, images, labels, smoothing, optimizer, batch_size)
        if dropout or _loudness(found) < LOUDEST:  # with dropout it is only measured
            return found


class Replay(NamedTuple):
    """What a training gives, a list an epoch or step."""

    losses: list[list[float]]  # of each batch of each step
    gradients: list[list[np.ndarray]]  # of each step
    state: dict[str, np.ndarray]  # at the end

    def mean_loss(self, steps: Sequence[Step]) -> float:
        """The mean over all samples, as they came by."""
        sizes = [len(batch) for step in steps for batch in step]
        return float(np.average([loss for losses in self.losses for loss in losses], weights=sizes))


class Stepper:
    """SGD and Adam as torch makes their steps; torch's own take seconds to be imported."""

    def __init__(self, parameters: list[torch.Tensor], name: str, options: dict[str, Any]) -> None:
        self._parameters, self._move = parameters, self._adam if name == "Adam" else self._sgd
        self._options = options
        self._first = [torch.zeros_like(value) for value in parameters]  # moments
        self._second = [torch.zeros_like(value) for value in parameters]
        self._steps = 0

    def step(self, rate: float | None = None) -> None:
        """One step with the gradients that are there, at the optimizer's rate or another one."""
        self._steps += 1
        with torch.no_grad():
            for value, first, second in zip(self._parameters, self._first, self._second, strict=True):
                gradient = _gradient(value) + self._options.get("weight_decay", 0) * value
                value -= (rate or self._options["lr"]) * self._move(gradient, first, second)

    def _sgd(self, gradient: torch.Tensor, buffer: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
        momentum = self._options.get("momentum", 0)
        buffer.mul_(momentum).add_(gradient)
        return gradient.add(buffer, alpha=momentum) if self._options.get("nesterov") else buffer

    def _adam(self, gradient: torch.Tensor, mean: torch.Tensor, square: torch.Tensor) -> torch.Tensor:
        mean.mul_(0.9).add_(0.1 * gradient)
        square.mul_(0.999).add_(0.001 * gradient**2)
        spread = (square / (1 - 0.999**self._steps)).sqrt() + self._options["eps"]
        return mean.div(1 - 0.9**self._steps).div(spread)


class Trainer:
    """The same network, trained here."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.network = task.network()
        self._stepper = Stepper([*self.network.parameters()], *task.optimizer)
        self._loss_fn = task.loss_fn

    def train(self, steps: Sequence[Step], rates: Sequence[float] | None = None, training: bool = True) -> Replay:
        """What these steps give; `rates`: of each step, where it is not the optimizer's own."""
        images, labels = torch.from_numpy(self.task.images), torch.from_numpy(self.task.labels)
        self.network.train(training)
        losses: list[list[float]] = []
        gradients: list[list[np.ndarray]] = []
        for number, step in enumerate(steps):
            self.network.zero_grad()
            losses.append([])
            size = sum(map(len, step))
            for batch in step:
                loss = self._loss_fn(self.network(images[batch]), labels[batch])
                (loss * (len(batch) / size)).backward()
                losses[-1].append(loss.item())
            gradients.append([_gradient(value).numpy().copy() for value in self.network.parameters()])
            self._stepper.step(rates[number] if rates else None)
        return Replay(losses, gradients, self.state())

    def state(self) -> dict[str, np.ndarray]:
        return {name: value.numpy().copy() for name, value in self.network.state_dict().items()}

    def measure(self, images: np.ndarray, labels: np.ndarray, training: bool = False) -> tuple[float, float]:
        """Mean loss and accuracy of these samples."""
        with torch.no_grad():
            logits = self.network.train(training)(torch.from_numpy(images))
            loss = self._loss_fn(logits, torch.from_numpy(labels)).item()
        return loss, float((logits.argmax(dim=1).numpy() == labels).mean())


def usable(steps: Sequence[Step], task: Task) -> bool:
    """Whether they can be made here: every one learns from samples of the task, and they are not told without end."""
    return (
        bool(steps)
        and sum(len(batch) for step in steps for batch in step) <= MOST_SHOWN * task.size
        and all(step and all(batch and all(0 <= row < task.size for row in batch) for batch in step) for step in steps)
    )


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    """Whether two states agree but for rounding."""
    return one.keys() == other.keys() and all(
        one[name].shape == other[name].shape and np.allclose(one[name], other[name], atol=NEAR, rtol=NEAR)
        for name in one
    )


def steps_of(events: Sequence[Event]) -> list[Step]:
    """What each step has learned from, by what was noted: the batches whose losses went back since the step before."""
    found: list[Step] = []
    since: dict[int, Batch] = {}
    for event in events:
        if event.kind == "backward":
            since |= {n: events[n].rows for n in event.losses if 0 <= n < len(events) and events[n].kind == "loss"}
        elif event.kind == "step":
            found.append([*since.values()])
            since = {}
    return found


def _gradient(parameter: torch.Tensor) -> torch.Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad


def _made(task: Task) -> torch.nn.Sequential:
    return torch.nn.Sequential(*(getattr(torch.nn, kind)(*arguments) for kind, *arguments in task.layers))


def _values(random: np.random.Generator, name: str, shape: tuple[int, ...]) -> np.ndarray:
    if name.endswith("num_batches_tracked"):
        return np.zeros(shape, dtype="int64")
    found = 0.3 * random.standard_normal(shape)
    if name.endswith("running_var"):
        found = 0.5 + np.abs(found)
    elif len(shape) == 1 and name.endswith("weight"):  # of a batch norm
        found = 0.3 + np.abs(found)
    return np.asarray(found, dtype="float32")


def _loudness(task: Task) -> float:
    """The length of all gradients together, in the loudest of the first batches."""
    batches = [list(range(i, min(i + task.batch_size, task.size))) for i in range(0, task.size, task.batch_size)]
    replay = Trainer(task).train([[batch] for batch in batches])
    return max(float(np.linalg.norm(np.concatenate([g.ravel() for g in gradients]))) for gradients in replay.gradients)
