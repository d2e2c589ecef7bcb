"""The reference's training loop: one network, or many seeds of it at once, with all data on the device.

A batch is one indexing with a row of a permutation that was drawn on the device; no DataLoader touches single images.
On a CPU Python launches each step. On CUDA the *whole* step (batch, forward, loss, backward, rate, optimiser) is captured
once as a graph and replayed, since launching the kernels of so small a network takes longer than running them; the host
only starts epochs.

N images of shape (1, 28, 28) each, labels (N,) from 0 to 9.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import nn
from torch.func import functional_call, stack_module_state, vmap
from torch.nn import functional as F
from torch.nn.utils import convert_conv2d_weight_memory_format

WARM_UP_STEPS = 5  # before a capture; what they change is put back
EVALUATED_AT_ONCE = 1000  # images


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a network is trained: AdamW, its rate rising to `peak_rate` and falling to zero, both linearly."""

    epochs: int
    batch_size: int
    peak_rate: float
    weight_decay: float = 0.0
    warm_up: float = 0.2  # the share of the steps in which the rate rises
    bf16: bool = False  # on CUDA only


@dataclass(frozen=True, kw_only=True)
class History:
    """What a training did, a number an epoch."""

    loss: tuple[float, ...]  # mean over the batches
    accuracy: tuple[float, ...]  # on the held-out part; empty where none was given, the last alone for seeds together
    seconds: tuple[
        float, ...
    ]  # wall time of the steps, without the evaluation; a seed's share of it for seeds together


def fit(
    model: nn.Module,
    images: torch.Tensor,
    labels: torch.Tensor,
    *,
    recipe: Recipe,
    device: str | torch.device = "cpu",
    seed: int = 0,
    held_out: tuple[torch.Tensor, torch.Tensor] | None = None,
    report: Callable[[str], None] = lambda line: None,
    compiled: bool = False,
    repeatable: bool = False,
) -> History:
    """Train `model` in place on standardised images (N, 1, 28, 28) and labels (N,), then set it to evaluate.

    The same model, data, seed, device and (on a CPU) number of threads give the same parameters again, on CUDA where it
    is `repeatable`: kernels that add up in a fixed order take LeNet5 nearly twice as long. The last N % batch_size images
    of an epoch's order sit that epoch out. `report` gets one line an epoch. `compiled` runs the network through
    torch.compile, which takes long at first and pays on CUDA alone.
    """
    images, labels = images.to(device), labels.to(device)
    accuracy: list[float] = []

    def evaluated() -> str:
        if held_out is None:
            return ""
        accuracy.append(evaluate(model, *held_out))
        model.train()
        return f", held-out accuracy {accuracy[-1]:.4f}"

    with _laid_out(model, images.device), _settings(images.device, recipe, repeatable):
        learner = _One(model, images, labels, compiled)
        losses, seconds = _descend(learner, recipe, len(images), [seed], evaluated, report)
    return History(loss=tuple(loss[0] for loss in losses), accuracy=tuple(accuracy), seconds=tuple(seconds))


def fit_together(
    models: Sequence[nn.Module],
    images: torch.Tensor,
    labels: torch.Tensor,
    *,
    recipe: Recipe,
    device: str | torch.device = "cpu",
    seeds: Sequence[int],
    held_out: tuple[torch.Tensor, torch.Tensor] | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> list[History]:
    """Train `models`, one a seed and all of one kind, at once and in place: their parameters are stacked (torch.func).

    Each sees the batches that `fit` would show it, and AdamW treats each number by itself, so that every network gets
    the parameters that `fit` would give it but for rounding. Raises ValueError when there are not as many seeds as models.
    """
    if len(models) != len(seeds):
        raise ValueError(f"{len(models)} models and {len(seeds)} seeds")
    images, labels = images.to(device), labels.to(device)
    for model in models:
        model.to(device).train()
    learner = _Stacked(models, images, labels)
    with _settings(images.device, recipe, repeatable=True):
        losses, seconds = _descend(learner, recipe, len(images), seeds, lambda: "", report)
    learner.hand_back()
    accuracy = [(evaluate(model, *held_out),) if held_out else () for model in models]
    shares = tuple(spent / len(models) for spent in seconds)
    return [
        History(loss=tuple(loss[index] for loss in losses), accuracy=accuracy[index], seconds=shares)
        for index in range(len(models))
    ]


@torch.no_grad()
def evaluate(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    """The share of the standardised images whose largest logit is their label, in float32."""
    device = next(model.parameters()).device
    model.eval()
    with torch.autocast(device.type, enabled=False):
        parts = images.to(device).split(EVALUATED_AT_ONCE)
        predicted = torch.cat([model(part).argmax(dim=1) for part in parts])
    return (predicted == labels.to(device)).double().mean().item()


def rate(recipe: Recipe, progress: float) -> float:
    """The learning rate after a share `progress` of the steps, from 0 to 1."""
    return recipe.peak_rate * min(progress / recipe.warm_up, (1 - progress) / (1 - recipe.warm_up))


class _Learner(Protocol):
    """What descends: tensors that change, and the loss of a batch by them."""

    parameters: list[torch.Tensor]
    state: list[torch.Tensor]  # the parameters, and whatever else a step changes

    def losses(self, batch: torch.Tensor) -> torch.Tensor:
        """The mean loss of a batch of image numbers: of (S, B) numbers S losses."""


class _One:
    """One network: S is 1."""

    def __init__(self, model: nn.Module, images: torch.Tensor, labels: torch.Tensor, compiled: bool) -> None:
        self.parameters: list[torch.Tensor] = list(model.parameters())
        self.state = list(model.state_dict().values())
        self._images, self._labels = images, labels
        self._forward: Callable[[torch.Tensor], torch.Tensor] = torch.compile(model) if compiled else model

    def losses(self, batch: torch.Tensor) -> torch.Tensor:
        batch = batch[0]
        return F.cross_entropy(self._forward(self._images[batch]), self._labels[batch])[None]


class _Stacked:
    """S networks of one kind, each parameter stacked to (S, ...)."""

    def __init__(self, models: Sequence[nn.Module], images: torch.Tensor, labels: torch.Tensor) -> None:
        self._models, self._images, self._labels = models, images, labels
        stacked, self._buffers = stack_module_state(list(models))
        self._stacked = {name: value.detach().requires_grad_() for name, value in stacked.items()}
        self.parameters = list(self._stacked.values())
        self.state = [*self.parameters, *self._buffers.values()]
        skeleton = copy.deepcopy(models[0]).to("meta")

        def loss(
            parameters: dict[str, torch.Tensor], buffers: dict[str, torch.Tensor], x: torch.Tensor, y: torch.Tensor
        ) -> torch.Tensor:
            return F.cross_entropy(functional_call(skeleton, (parameters, buffers), (x,)), y)

        self._loss = vmap(loss, randomness="different")

    def losses(self, batch: torch.Tensor) -> torch.Tensor:
        losses: torch.Tensor = self._loss(self._stacked, self._buffers, self._images[batch], self._labels[batch])
        return losses

    @torch.no_grad()
    def hand_back(self) -> None:
        """Put what was learned into the networks."""
        stacked = self._stacked | self._buffers
        for index, model in enumerate(self._models):
            model.load_state_dict({name: stacked[name][index] for name in model.state_dict()})


def _descend(
    learner: _Learner,
    recipe: Recipe,
    count: int,
    seeds: Sequence[int],
    evaluated: Callable[[], str],
    report: Callable[[str], None],
) -> tuple[list[list[float]], list[float]]:
    """Train over `count` images. Returns, an epoch, each seed's mean loss and the seconds of its steps."""
    device = learner.parameters[0].device
    size = min(recipe.batch_size, count)
    steps = count // size
    generators = [torch.Generator(device).manual_seed(seed) for seed in seeds]
    stepper = (_Captured if device.type == "cuda" else _Launched)(learner, recipe, steps, size, len(seeds))
    losses, seconds = [], []
    for epoch in range(recipe.epochs):
        started = time.perf_counter()
        orders = [torch.randperm(count, device=device, generator=generator) for generator in generators]
        batches = torch.stack([order[: steps * size].view(steps, size) for order in orders], dim=1)
        losses.append((stepper.epoch(batches) / steps).tolist())  # waits for the device
        seconds.append(time.perf_counter() - started)
        mean = sum(losses[-1]) / len(seeds)
        report(f"epoch {epoch + 1}/{recipe.epochs}: loss {mean:.4f}{evaluated()}, {seconds[-1]:.1f} s")
    return losses, seconds


class _Launched:
    """Steps that Python launches one by one."""

    def __init__(self, learner: _Learner, recipe: Recipe, steps: int, size: int, seeds: int) -> None:
        self._learner, self._recipe, self._seeds = learner, recipe, seeds
        self._done, self._all = 0, steps * recipe.epochs
        self._optimiser = torch.optim.AdamW(learner.parameters, weight_decay=recipe.weight_decay, fused=True)

    def epoch(self, batches: torch.Tensor) -> torch.Tensor:
        """One step for each of the batches (steps, S, B). Returns the sums (S,) of their losses."""
        total = torch.zeros(self._seeds)
        for batch in batches:
            self._optimiser.param_groups[0]["lr"] = rate(self._recipe, (self._done + 0.5) / self._all)
            losses = self._learner.losses(batch)
            self._optimiser.zero_grad()
            losses.sum().backward()
            self._optimiser.step()
            total += losses.detach()
            self._done += 1
        return total


class _Captured:
    """The same step as one CUDA graph: what differs from step to step lies in tensors on the card."""

    def __init__(self, learner: _Learner, recipe: Recipe, steps: int, size: int, seeds: int) -> None:
        device = learner.parameters[0].device
        self._learner, self._recipe, self._all = learner, recipe, steps * recipe.epochs
        self._batches = torch.zeros(steps, seeds, size, dtype=torch.long, device=device)
        self._in_epoch = torch.zeros(1, dtype=torch.long, device=device)
        self._done, self._rate = torch.zeros((), device=device), torch.zeros((), device=device)
        self._total = torch.zeros(seeds, device=device)
        self._optimiser = torch.optim.AdamW(
            learner.parameters, lr=self._rate, weight_decay=recipe.weight_decay, fused=True, capturable=True
        )
        self._graph = torch.cuda.CUDAGraph()
        self._capture()

    def epoch(self, batches: torch.Tensor) -> torch.Tensor:
        """As _Launched.epoch."""
        self._batches.copy_(batches)
        self._in_epoch.zero_()
        self._total.zero_()
        for _ in range(len(batches)):
            self._graph.replay()
        return self._total

    def _step(self) -> None:
        progress = (self._done + 0.5) / self._all
        share = self._recipe.warm_up
        self._rate.copy_(self._recipe.peak_rate * torch.minimum(progress / share, (1 - progress) / (1 - share)))
        losses = self._learner.losses(self._batches.index_select(0, self._in_epoch)[0])
        losses.sum().backward()
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=False)
        self._total.add_(losses.detach())
        self._in_epoch.add_(1)
        self._done.add_(1)

    def _capture(self) -> None:
        """Warm up and capture on one stream, then put back what the steps have changed."""
        kept = [value.detach().clone() for value in self._learner.state]
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(WARM_UP_STEPS):
                self._step()
                self._in_epoch.zero_()
        with torch.cuda.graph(self._graph, stream=stream):
            self._step()
        torch.cuda.current_stream().wait_stream(stream)
        with torch.no_grad():
            for value, before in zip(self._learner.state, kept, strict=True):
                value.copy_(before)
            for moments in self._optimiser.state.values():
                for moment in moments.values():
                    moment.zero_()
            self._done.zero_()


@contextmanager
def _settings(device: torch.device, recipe: Recipe, repeatable: bool) -> Iterator[None]:
    """cuDNN deterministic if it is to be, and bf16 where the recipe and the device have it."""
    with (
        torch.backends.cudnn.flags(enabled=True, deterministic=repeatable),
        torch.autocast(device.type, torch.bfloat16, enabled=recipe.bf16 and device.type == "cuda", cache_enabled=False),
    ):
        yield


@contextmanager
def _laid_out(model: nn.Module, device: torch.device) -> Iterator[None]:
    """Lay `model` out for training on `device` for as long as this lasts; afterwards it is plain, and in evaluation mode."""
    model.to(device).train()
    convert_conv2d_weight_memory_format(model, torch.channels_last)  # a third faster on a CPU
    yield
    convert_conv2d_weight_memory_format(model.eval(), torch.contiguous_format)
