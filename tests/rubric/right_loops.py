"""Trainings without a mistake, each in a voice of its own: train(model, images, labels), as a classifier's is called."""

from __future__ import annotations

import copy
import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import BatchSampler, DataLoader, Dataset, RandomSampler, TensorDataset, WeightedRandomSampler

Train = Callable[[nn.Module, torch.Tensor, torch.Tensor], Any]
LOOPS: dict[str, Train] = {}


def loop(train: Train) -> Train:
    LOOPS[train.__name__] = train
    return train


def batches(images: torch.Tensor, labels: torch.Tensor, size: int = 8) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    for chosen in torch.randperm(len(images)).split(size):
        yield images[chosen], labels[chosen]


def descend(optimizer: torch.optim.Optimizer, loss: torch.Tensor) -> float:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@loop
def loader_and_adam(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in DataLoader(TensorDataset(images, labels), batch_size=8, shuffle=True):
        descend(optimizer, nn.CrossEntropyLoss()(model(x), y))


@loop
def in_order_by_slices(model, images, labels):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for i in range(0, len(images), 8):
        descend(optimizer, F.cross_entropy(model(images[i : i + 8]), labels[i : i + 8]))


@loop
def zero_grad_at_the_end(model, images, labels):
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.01)
    for x, y in batches(images, labels):
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)


@loop
def zero_grad_between_forward_and_backward(model, images, labels):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    for x, y in batches(images, labels):
        loss = F.cross_entropy(model(x), y)
        model.zero_grad()
        loss.backward()
        optimizer.step()


@loop
def gradients_set_to_none_by_hand(model, images, labels):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x, y in batches(images, labels):
        for parameter in model.parameters():
            parameter.grad = None
        F.cross_entropy(model(x), y).backward()
        optimizer.step()


@loop
def accumulation_over_four(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for number, (x, y) in enumerate(batches(images, labels, 2), start=1):
        (F.cross_entropy(model(x), y) / 4).backward()
        if number % 4 == 0:
            optimizer.step()
            optimizer.zero_grad()


@loop
def one_backward_for_several_losses(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in batches(images, labels):
        losses = [F.cross_entropy(model(a), b) for a, b in zip(x.split(4), y.split(4), strict=True)]
        descend(optimizer, sum(losses) / len(losses))


@loop
def whole_batch(model, images, labels):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for _ in range(5):
        descend(optimizer, F.cross_entropy(model(images), labels))


@loop
def lbfgs(model, images, labels):
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=4)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images), labels)
        loss.backward()
        return loss

    for _ in range(3):
        optimizer.step(closure)


@loop
def lbfgs_over_batches(model, images, labels):
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, line_search_fn="strong_wolfe", max_iter=3)
    for x, y in batches(images, labels, 16):

        def closure(x: Any = x, y: Any = y) -> torch.Tensor:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            return loss

        optimizer.step(closure)


@loop
def clipped_norm(model, images, labels):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x, y in batches(images, labels):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()


@loop
def clipped_values(model, images, labels):
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for x, y in batches(images, labels):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        nn.utils.clip_grad_value_(model.parameters(), 0.01)
        optimizer.step()


@loop
def one_cycle(model, images, labels):
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.001)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, total_steps=10)
    for x, y in batches(images, labels):
        descend(optimizer, F.cross_entropy(model(x), y))
        scheduler.step()


@loop
def cosine_with_warm_up(model, images, labels):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
    warm = torch.optim.lr_scheduler.LinearLR(optimizer, 0.2, total_iters=2)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 8)
    for number, (x, y) in enumerate(batches(images, labels)):
        descend(optimizer, F.cross_entropy(model(x), y))
        (warm if number < 2 else cosine).step()


@loop
def plateau_and_early_stopping(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0)
    best, kept = float("inf"), copy.deepcopy(model.state_dict())
    for _ in range(4):
        model.train()
        for x, y in batches(images[8:], labels[8:]):
            descend(optimizer, F.cross_entropy(model(x), y))
        model.eval()
        with torch.no_grad():
            loss = F.cross_entropy(model(images[:8]), labels[:8]).item()
        scheduler.step(loss)
        if loss > best:
            break
        best, kept = loss, copy.deepcopy(model.state_dict())
    model.load_state_dict(kept)


@loop
def validation_inside_of_the_epoch(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in batches(images[8:], labels[8:]):
        with torch.inference_mode():
            F.cross_entropy(model(images[:8]), labels[:8])
        descend(optimizer, F.cross_entropy(model(x), y))


@loop
def amp_switched_off(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    scaler = torch.amp.GradScaler("cpu", enabled=False)
    for x, y in batches(images, labels):
        optimizer.zero_grad()
        with torch.autocast("cpu", enabled=False):
            loss = F.cross_entropy(model(x), y)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        scaler.step(optimizer)
        scaler.update()


@loop
def descent_by_hand(model, images, labels):
    for x, y in batches(images, labels):
        F.cross_entropy(model(x), y).backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= 0.1 * parameter.grad
                parameter.grad.zero_()


@loop
def momentum_by_hand(model, images, labels):
    speed = [torch.zeros_like(p) for p in model.parameters()]
    for x, y in batches(images, labels):
        gradients = torch.autograd.grad(F.cross_entropy(model(x), y), [*model.parameters()])
        for parameter, v, gradient in zip(model.parameters(), speed, gradients, strict=True):
            v.mul_(0.9).add_(gradient)
            parameter.data -= 0.05 * v


@loop
def functional_gradients(model, images, labels):
    values = {name: value.detach() for name, value in model.named_parameters()}

    def loss(values: Any, x: Any, y: Any) -> torch.Tensor:
        return F.cross_entropy(torch.func.functional_call(model, values, (x,)), y)

    for x, y in batches(images, labels):
        gradients = torch.func.grad(loss)(values, x, y)
        values = {name: values[name] - 0.1 * gradients[name] for name in values}
    model.load_state_dict(values)


@loop
def gradients_per_sample(model, images, labels):
    def loss(values: Any, x: Any, y: Any) -> torch.Tensor:
        return F.cross_entropy(torch.func.functional_call(model, values, (x[None],)), y[None])

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x, y in batches(images, labels):
        values = {name: value.detach() for name, value in model.named_parameters()}
        each = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))(values, x, y)
        for name, parameter in model.named_parameters():
            parameter.grad = each[name].mean(dim=0)
        optimizer.step()


@loop
def nll_of_log_softmax(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in batches(images, labels):
        descend(optimizer, nn.NLLLoss()(F.log_softmax(model(x), dim=1), y))


@loop
def log_softmax_before_cross_entropy(model, images, labels):
    """Does no harm: the logarithm of a softmax is its own logits."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in batches(images, labels):
        descend(optimizer, F.cross_entropy(F.log_softmax(model(x), dim=1), y))


@loop
def cross_entropy_written_out(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in batches(images, labels):
        logits = model(x)
        descend(optimizer, (logits.logsumexp(dim=1) - logits[torch.arange(len(y)), y]).mean())


@loop
def one_hot_targets(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in batches(images, F.one_hot(labels, 4).float()):
        descend(optimizer, F.cross_entropy(model(x), y))


@loop
def squared_error_on_one_hot(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in batches(images, F.one_hot(labels, 4).float()):
        descend(optimizer, F.mse_loss(model(x).softmax(dim=1), y))


@loop
def one_against_all(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in batches(images, F.one_hot(labels, 4).float()):
        descend(optimizer, nn.BCEWithLogitsLoss()(model(x), y))


@loop
def smoothed_and_weighted(model, images, labels):
    criterion = nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0, 1.0, 0.5]), label_smoothing=0.1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in batches(images, labels):
        descend(optimizer, criterion(model(x), y))


@loop
def mixed_up(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in batches(images, labels):
        other, share = torch.randperm(len(x)), random.uniform(0.1, 0.9)
        logits = model(share * x + (1 - share) * x[other])
        descend(optimizer, share * F.cross_entropy(logits, y) + (1 - share) * F.cross_entropy(logits, y[other]))


@loop
def noisy_images(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in batches(images, labels):
        descend(optimizer, F.cross_entropy(model(x + 0.1 * torch.randn_like(x)), y))


@loop
def shifted_by_a_dataset(model, images, labels):
    class Shifted(Dataset):
        def __len__(self) -> int:
            return len(images)

        def __getitem__(self, index: int) -> Any:
            return images[index].roll(random.randint(-1, 1), dims=-1), labels[index]

    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in DataLoader(Shifted(), batch_size=8, shuffle=True):
        descend(optimizer, F.cross_entropy(model(x), y))


@loop
def penalised_weights(model, images, labels):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x, y in batches(images, labels):
        penalty = sum((p**2).sum() for p in model.parameters())
        descend(optimizer, F.cross_entropy(model(x), y) + 1e-3 * penalty)


@loop
def groups_of_parameters(model, images, labels):
    first, *rest = model.parameters()
    optimizer = torch.optim.AdamW([{"params": [first], "lr": 0.001}, {"params": rest, "lr": 0.02}], weight_decay=0.1)
    for x, y in batches(images, labels):
        descend(optimizer, F.cross_entropy(model(x), y))


@loop
def two_optimizers(model, images, labels):
    first, *rest = model.parameters()
    optimizers = torch.optim.SGD([first], lr=0.1), torch.optim.Adam(rest, lr=0.01)
    for x, y in batches(images, labels):
        for optimizer in optimizers:
            optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        for optimizer in optimizers:
            optimizer.step()


@loop
def sharpness_aware(model, images, labels):
    """Climbs a little way, takes the gradient there, and steps down from where it was."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x, y in batches(images, labels):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        with torch.no_grad():
            climbs = [0.05 * p.grad / (p.grad.norm() + 1e-12) for p in model.parameters()]
            for parameter, climb in zip(model.parameters(), climbs, strict=True):
                parameter += climb
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        with torch.no_grad():
            for parameter, climb in zip(model.parameters(), climbs, strict=True):
                parameter -= climb
        optimizer.step()


@loop
def averaged_weights(model, images, labels):
    average = torch.optim.swa_utils.AveragedModel(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    for x, y in batches(images, labels):
        descend(optimizer, F.cross_entropy(model(x), y))
        average.update_parameters(model)
    model.load_state_dict(average.module.state_dict())


@loop
def a_copy_is_trained_and_put_back(model, images, labels):
    worker = copy.deepcopy(model)
    optimizer = torch.optim.Adam(worker.parameters(), lr=0.01)
    for x, y in batches(images, labels):
        descend(optimizer, F.cross_entropy(worker(x), y))
    model.load_state_dict(worker.state_dict())


@loop
def first_layer_frozen_at_first(model, images, labels):
    first = next(model.parameters())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for number, (x, y) in enumerate(batches(images, labels)):
        first.requires_grad_(number >= 2)
        descend(optimizer, F.cross_entropy(model(x), y))


@loop
def steps_from_an_endless_loader(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    endless = itertools.cycle(DataLoader(TensorDataset(images, labels), batch_size=8, shuffle=True))
    for x, y in itertools.islice(endless, 12):
        descend(optimizer, F.cross_entropy(model(x), y))


@loop
def samples_drawn_with_replacement(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(8):
        chosen = torch.randint(len(images), (8,))
        descend(optimizer, F.cross_entropy(model(images[chosen]), labels[chosen]))


@loop
def weighted_sampler(model, images, labels):
    weights = 1 / torch.bincount(labels)[labels].float()
    loader = DataLoader(TensorDataset(images, labels), 8, sampler=WeightedRandomSampler(weights, len(images)))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in loader:
        descend(optimizer, F.cross_entropy(model(x), y))


@loop
def batch_sampler_without_the_rest(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for chosen in BatchSampler(RandomSampler(images), 8, drop_last=True):
        descend(optimizer, F.cross_entropy(model(images[chosen]), labels[chosen]))


@loop
def shuffled_by_numpy(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for chosen in np.array_split(np.random.default_rng(3).permutation(len(images)), 5):
        descend(optimizer, F.cross_entropy(model(images[chosen]), labels[chosen]))


@loop
def sorted_by_label(model, images, labels):
    order = labels.argsort()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in zip(images[order].split(8), labels[order].split(8), strict=True):
        descend(optimizer, F.cross_entropy(model(x), y))


@loop
def forward_by_name(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in batches(images, labels):
        descend(optimizer, F.cross_entropy(model.forward(x), y))


@loop
def under_a_default_device(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with torch.device("cpu"):
        for x, y in batches(images, labels):
            descend(optimizer, F.cross_entropy(model(x), y))


@loop
def accuracy_on_the_way(model, images, labels):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in batches(images, labels):
        logits = model(x)
        descend(optimizer, F.cross_entropy(logits, y))
        (model(x).argmax(dim=1) == y).float().mean()


@loop
def retained_graph_for_two_heads(model, images, labels):
    """Two losses of one forward pass, each with a backward of its own."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for x, y in batches(images, labels):
        logits = model(x)
        optimizer.zero_grad()
        F.cross_entropy(logits, y).backward(retain_graph=True)
        (1e-3 * logits.pow(2).mean()).backward()
        optimizer.step()
