"""The training doctor: silent about every right training, and it names the mistakes of wrong ones, by their first steps."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from grader.authoring.exercise import Mistake
from grader.judge.events import Event
from grader.rubric import training_doctor as doctor
from grader.rubric.training_doctor import Case, diagnose
from grader.worker.training import Watch
from tests.rubric.right_loops import LOOPS, Train, batches, descend

FIRST = (8, 100)  # steps and events


class Own(nn.Module):
    """A network of a student's own class."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(16, 12), nn.Linear(12, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(torch.tanh(self.first(x.flatten(1))))


def sequential() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(16, 12), nn.Tanh(), nn.Linear(12, 4))


def watched(train: Train, make: Callable[[], nn.Module] = Own) -> tuple[Mistake | None, bool]:
    """What the doctor says of the first steps of a training, and whether it has moved any parameter."""
    torch.manual_seed(0)
    images, labels = torch.randn(40, 1, 4, 4), torch.randint(4, (40,))
    network = make()
    before = copy.deepcopy(network.state_dict())
    with Watch(network, [images], *FIRST) as watch:
        train(network, images.clone(), labels.clone())
    moved = any(not torch.equal(value, before[name]) for name, value in network.state_dict().items())
    plain = [{**event, "gradients": []} for event in watch.events]
    return diagnose(Case(msgspec.convert(plain, list[Event]), labels.numpy(), unmoved=not moved)), moved


@pytest.mark.parametrize("name", LOOPS)
@pytest.mark.parametrize("make", [Own, sequential])
def test_right_trainings(name: str, make: Callable[[], nn.Module]) -> None:
    """Nothing is said of any, and watching leaves them what they are: they train."""
    assert (None, True) == watched(LOOPS[name], make)


def test_there_are_enough_right_trainings() -> None:
    assert len(LOOPS) >= 40


def test_watching_changes_no_number() -> None:
    """A training that is watched gives the very parameters that it gives alone."""
    found = []
    for alone in (True, False):
        torch.manual_seed(0)
        images, labels, network = torch.randn(40, 1, 4, 4), torch.randint(4, (40,)), Own()
        if alone:
            LOOPS["loader_and_adam"](network, images, labels)
        else:
            with Watch(network, [images]):
                LOOPS["loader_and_adam"](network, images, labels)
        found.append(network.state_dict())

    assert all(torch.equal(found[0][name], found[1][name]) for name in found[0])


def test_nothing_of_torch_stays_replaced() -> None:
    """When it is over, torch is what it was."""
    kept = (torch.autograd.backward, torch.autograd.grad, torch._C._nn.cross_entropy_loss, nn.Module.zero_grad)
    watched(LOOPS["loader_and_adam"])

    assert kept == (torch.autograd.backward, torch.autograd.grad, torch._C._nn.cross_entropy_loss, nn.Module.zero_grad)


# --- trainings with a mistake, as a classifier's train may have them -----------------------------------


def sgd(model: nn.Module, rate: float = 0.1) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), lr=rate)


def never_zeroed(model: Any, images: Any, labels: Any) -> None:
    optimizer = sgd(model)
    for x, y in batches(images, labels):
        F.cross_entropy(model(x), y).backward()
        optimizer.step()


def never_zeroed_by_hand(model: Any, images: Any, labels: Any) -> None:
    for x, y in batches(images, labels):
        F.cross_entropy(model(x), y).backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= 0.1 * parameter.grad


def zeroed_too_late(model: Any, images: Any, labels: Any) -> None:
    optimizer = sgd(model)
    for x, y in batches(images, labels):
        F.cross_entropy(model(x), y).backward()
        optimizer.zero_grad()
        optimizer.step()


def step_first(model: Any, images: Any, labels: Any) -> None:
    optimizer = sgd(model)
    for x, y in batches(images, labels):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        optimizer.step()
        loss.backward()


def step_behind_the_loop(model: Any, images: Any, labels: Any) -> None:
    optimizer = sgd(model)
    for x, y in batches(images, labels):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
    optimizer.step()


def no_step(model: Any, images: Any, labels: Any) -> None:
    optimizer = sgd(model)
    for x, y in batches(images, labels):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()


def no_backward(model: Any, images: Any, labels: Any) -> None:
    optimizer = sgd(model)
    for x, y in batches(images, labels):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y)
        optimizer.step()


def another_model(model: Any, images: Any, labels: Any) -> None:
    LOOPS["loader_and_adam"](Own(), images, labels)


def another_model_s_optimizer(model: Any, images: Any, labels: Any) -> None:
    optimizer = sgd(Own())
    for x, y in batches(images, labels):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()


def under_no_grad(model: Any, images: Any, labels: Any) -> None:
    optimizer = sgd(model)
    for x, y in batches(images, labels):
        with torch.no_grad():
            loss = F.cross_entropy(model(x), y)
        descend(optimizer, loss.requires_grad_())


def detached(model: Any, images: Any, labels: Any) -> None:
    optimizer = sgd(model)
    for x, y in batches(images, labels):
        descend(optimizer, torch.tensor(F.cross_entropy(model(x), y).item(), requires_grad=True))


def softmax_twice(model: Any, images: Any, labels: Any) -> None:
    optimizer = sgd(model)
    for x, y in batches(images, labels):
        descend(optimizer, F.cross_entropy(model(x).softmax(dim=1), y))


def shuffled_apart(model: Any, images: Any, labels: Any) -> None:
    mixed = images[torch.randperm(len(images))], labels[torch.randperm(len(labels))]
    LOOPS["in_order_by_slices"](model, *mixed)


def shifted_labels(model: Any, images: Any, labels: Any) -> None:
    LOOPS["in_order_by_slices"](model, images, (labels + 1) % 4)


def uphill(model: Any, images: Any, labels: Any) -> None:
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, maximize=True)
    for x, y in batches(images, labels):
        descend(optimizer, F.cross_entropy(model(x), y))


def likelihood_as_loss(model: Any, images: Any, labels: Any) -> None:
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in batches(images, labels):
        descend(optimizer, model(x).log_softmax(dim=1)[torch.arange(len(y)), y].mean())


def twice(model: Any, images: Any, labels: Any) -> None:
    optimizer = sgd(model)
    for x, y in batches(images, labels):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward(retain_graph=True)
        loss.backward()
        optimizer.step()


def tiny_rate(model: Any, images: Any, labels: Any) -> None:
    optimizer = sgd(model, 1e-5)
    for x, y in batches(images, labels):
        descend(optimizer, F.cross_entropy(model(x), y))


WRONG: dict[Train, Mistake] = {
    never_zeroed: doctor.NO_ZERO_GRAD,
    never_zeroed_by_hand: doctor.NO_ZERO_GRAD,
    zeroed_too_late: doctor.ZEROED_TOO_LATE,
    step_first: doctor.STEP_FIRST,
    step_behind_the_loop: doctor.ZEROED_EACH_BATCH,
    no_step: doctor.NO_STEP,
    no_backward: doctor.NO_BACKWARD,
    another_model: doctor.OTHER_MODEL,
    another_model_s_optimizer: doctor.OTHER_PARAMETERS,
    under_no_grad: doctor.NO_GRAD,
    detached: doctor.DETACHED,
    softmax_twice: doctor.SOFTMAX_TWICE,
    shuffled_apart: doctor.LABELS_APART,
    shifted_labels: doctor.OTHER_LABELS,
    uphill: doctor.UPHILL,
    likelihood_as_loss: doctor.UPHILL,
    twice: doctor.BACKWARD_TWICE,
    tiny_rate: doctor.SHORT_STEPS,
}


@pytest.mark.parametrize("train", WRONG, ids=lambda train: train.__name__)
@pytest.mark.parametrize("make", [Own, sequential])
def test_wrong_trainings(train: Train, make: Callable[[], nn.Module]) -> None:
    """Each is called by its name."""
    assert WRONG[train] == watched(train, make)[0]


def test_what_is_forged_costs_no_time() -> None:
    """Student code can tell as much as a reply holds: nobody looks for each of its numbers among all others."""

    class Number(int):
        compared = 0

        def __eq__(self, other: object) -> bool:
            Number.compared += 1
            return int(self) == other

        __hash__ = int.__hash__

    count = 500
    told = [Event(kind="backward", losses=[Number(start + i) for i in range(count)]) for start in (count, 2 * count)]

    assert doctor.twice(Case(told, np.zeros(0))) is None
    assert Number.compared < 10 * count
