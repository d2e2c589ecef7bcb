"""One epoch of training, a test, a whole training with its curves, and a model that is kept in a file.

    images (N, ...), labels (N,)      samples and their classes
    model(images) -> (N, classes)     logits
    loss_fn(logits, labels)           the mean loss of a batch
    optimizer                         holds the model's parameters

A batch takes five lines, and their order is what matters: gradients to zero, forward, loss, backward, step.

    optimizer.zero_grad()             else backward adds to the gradients of the batch before
    logits = model(images[batch])
    loss = loss_fn(logits, labels[batch])
    loss.backward()                   a gradient for every parameter
    optimizer.step()                  every parameter a little downhill

The last batch may be smaller. A batch's loss is a mean, so it counts len(batch) times in the mean over all samples.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Samples = tuple[torch.Tensor, torch.Tensor]


def train_loop(
    model: nn.Module,
    images: torch.Tensor,
    labels: torch.Tensor,
    loss_fn: Loss,
    optimizer: torch.optim.Optimizer,
    batch_size: int,
    seed: int = 0,
) -> float:
    """One epoch in an order that `seed` decides. Returns the mean loss of all samples, as they came by."""
    model.train()
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    total = 0.0
    for batch in order.split(batch_size):
        optimizer.zero_grad()
        loss = loss_fn(model(images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    return total / len(images)


@torch.no_grad()
def test_loop(
    model: nn.Module,
    images: torch.Tensor,
    labels: torch.Tensor,
    loss_fn: Loss,
    batch_size: int = 1000,  # noqa: PT028
) -> tuple[float, float]:
    """Mean loss and accuracy (0 to 1) in eval mode. The model stays as it is, and gets back the mode it was in."""
    training = model.training
    model.eval()
    total, right = 0.0, 0
    for x, y in zip(images.split(batch_size), labels.split(batch_size), strict=True):
        logits = model(x)
        total += loss_fn(logits, y).item() * len(y)
        right += int((logits.argmax(dim=1) == y).sum())
    model.train(training)
    return total / len(images), right / len(images)


def fit(
    model: nn.Module,
    train: Samples,
    test: Samples,
    loss_fn: Loss,
    optimizer: torch.optim.Optimizer,
    batch_size: int,
    epochs: int,
    seed: int = 0,
) -> dict[str, list[float]]:
    """Train on `train` and look at `test` after every epoch, each in another order. Returns three curves."""
    curves: dict[str, list[float]] = {"train_loss": [], "test_loss": [], "test_accuracy": []}
    for epoch in range(epochs):
        curves["train_loss"].append(train_loop(model, *train, loss_fn, optimizer, batch_size, seed + epoch))
        loss, accuracy = test_loop(model, *test, loss_fn)
        curves["test_loss"].append(loss)
        curves["test_accuracy"].append(accuracy)
    return curves


def save(model: nn.Module, path: str | Path) -> None:
    """Keep the whole model in a file: its layers, parameters and buffers."""
    torch.save(model, path)


def load(path: str | Path, model: nn.Module | None = None) -> nn.Module:
    """The model of a file; with `model`, that one with the file's state_dict in it."""
    saved: nn.Module = torch.load(path, weights_only=False)  # it holds objects: only for files of your own
    if model is None:
        return saved
    model.load_state_dict(saved.state_dict())
    return model
