"""Train the reference networks and record what they reach.

    python -m reference.train lenet5 --data fashion_mnist --root DIR --device auto --seeds 5

Every accuracy threshold of the course comes from a record that this module wrote, NETWORK-DATA.json: the
accuracy of each seed on the held-out part, with device, versions, data set and seconds. Beside it lie the
parameters of the median seed, as a state_dict (NETWORK-DATA.pth, loads with weights_only) and as a graph
(NETWORK-DATA.onnx, any batch size). Networks are given standardised images, see `reference.data`.

The loop is short because the data stay on the device: a batch is one indexing with a row of a permutation
drawn there, and no DataLoader touches single images. On CUDA the forward and backward pass are replayed as a
graph, since launching the kernels of so small a network takes longer than running them.

N images of shape (1, 28, 28) each, labels (N,) from 0 to 9.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import convert_conv2d_weight_memory_format

from reference.data import SOURCES, DataError, Dataset, load
from reference.lenet5 import LeNet5
from reference.mnist_cnn import MnistCNN
from reference.resnet_block import SmallResNet

NETWORKS: dict[str, type[nn.Module]] = {"mnist_cnn": MnistCNN, "lenet5": LeNet5, "small_resnet": SmallResNet}

# a threshold is the mean accuracy less the greatest of these three margins
DEVIATIONS = 4  # of the reference's seeds
LEAST_MARGIN = 0.02
FORGIVEN_IMAGES = 15  # on a small held-out part a few images more or less are no fault of a training
FEWEST_SEEDS = 5  # a spread over fewer says too little


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a network is trained: AdamW, its rate rising to `peak_rate` and falling to zero, both linearly."""

    epochs: int
    batch_size: int
    peak_rate: float
    weight_decay: float = 0.0
    warm_up: float = 0.2  # the share of the steps in which the rate rises
    bf16: bool = False  # on CUDA only


RECIPES = {
    "lenet5": Recipe(epochs=15, batch_size=64, peak_rate=0.015, weight_decay=0.03),
    "mnist_cnn": Recipe(epochs=6, batch_size=128, peak_rate=0.004, weight_decay=0.05, bf16=True),
    "small_resnet": Recipe(epochs=6, batch_size=64, peak_rate=0.01, weight_decay=0.05, bf16=True),
}
DIGITS_EPOCHS = 20


@dataclass(frozen=True, kw_only=True)
class History:
    """What a training did, a number an epoch."""

    loss: tuple[float, ...]  # mean over the batches
    accuracy: tuple[float, ...]  # on the held-out part; empty where none was given
    seconds: tuple[float, ...]  # wall time of the steps, without the evaluation


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
) -> History:
    """Train `model` in place on standardised images (N, 1, 28, 28) and labels (N,), then set it to evaluate.

    The same model, data, seed, device and (on a CPU) number of threads give the same parameters again. The
    last N % batch_size images of an epoch's order sit that epoch out. `report` gets one line an epoch.
    """
    images, labels = images.to(device), labels.to(device)
    batch_size = min(recipe.batch_size, len(images))
    steps = len(images) // batch_size
    generator = torch.Generator(device).manual_seed(seed)
    loss, accuracy, seconds = [], [], []
    with _prepared(model, images[:batch_size], recipe.bf16):
        optimiser = torch.optim.AdamW(model.parameters(), weight_decay=recipe.weight_decay, fused=True)
        for epoch in range(recipe.epochs):
            model.train()
            started = time.perf_counter()
            order = torch.randperm(len(images), device=device, generator=generator)
            total = torch.zeros((), device=device)
            for step, batch in enumerate(order[: steps * batch_size].view(steps, batch_size)):
                progress = (epoch * steps + step + 0.5) / (recipe.epochs * steps)
                optimiser.param_groups[0]["lr"] = rate(recipe, progress)
                batch_loss = F.cross_entropy(model(images[batch]), labels[batch])
                optimiser.zero_grad()
                batch_loss.backward()
                optimiser.step()
                total += batch_loss.detach()
            loss.append(total.item() / steps)  # waits for the device
            seconds.append(time.perf_counter() - started)
            if held_out:
                accuracy.append(evaluate(model, *held_out))
            reached = f", held-out accuracy {accuracy[-1]:.4f}" if held_out else ""
            report(f"epoch {epoch + 1}/{recipe.epochs}: loss {loss[-1]:.4f}{reached}, {seconds[-1]:.1f} s")
    return History(loss=tuple(loss), accuracy=tuple(accuracy), seconds=tuple(seconds))


@torch.no_grad()
def evaluate(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    """The share of the standardised images whose largest logit is their label, in float32."""
    device = next(model.parameters()).device
    model.eval()
    with torch.autocast(device.type, enabled=False):
        predicted = torch.cat([model(part).argmax(dim=1) for part in images.to(device).split(1000)])
    return (predicted == labels.to(device)).double().mean().item()


def recipe_for(network: str, data: str) -> Recipe:
    """The recipe of a network; the 1,437 digits take more epochs of smaller batches than 60,000 images."""
    recipe = RECIPES[network]
    return replace(recipe, epochs=DIGITS_EPOCHS, batch_size=32) if data == "digits" else recipe


def rate(recipe: Recipe, progress: float) -> float:
    """The learning rate after a share `progress` of the steps, from 0 to 1."""
    return recipe.peak_rate * min(progress / recipe.warm_up, (1 - progress) / (1 - recipe.warm_up))


def threshold(accuracies: list[float], held_out: int) -> float | None:
    """The accuracy to ask of a student, given the reference's over several seeds; None for too few.

    held_out: how many images it was measured on.
    """
    if len(accuracies) < FEWEST_SEEDS:
        return None
    margin = max(LEAST_MARGIN, DEVIATIONS * statistics.stdev(accuracies), FORGIVEN_IMAGES / held_out)
    return round(statistics.mean(accuracies) - margin, 4)


def export_onnx(model: nn.Module, path: Path) -> None:
    """Write the graph of `model`, which is on the CPU: images (N, 1, 28, 28) to logits (N, 10) for any N."""
    with warnings.catch_warnings():
        # torch's newer exporter needs onnxscript, which nothing else here does
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            model.eval(),
            (torch.zeros(1, 1, 28, 28),),
            path,
            input_names=["images"],
            output_names=["logits"],
            dynamic_axes={"images": {0: "N"}, "logits": {0: "N"}},
            dynamo=False,
        )


@dataclass(frozen=True, kw_only=True)
class Run:
    """One seed's training."""

    model: nn.Module  # on the CPU, in evaluation mode
    history: History


def train(
    network: str, train_data: Dataset, test_data: Dataset, *, recipe: Recipe, device: torch.device, seeds: int
) -> list[Run]:
    """Train a fresh `network` for each of the seeds 0, 1, ... and show the progress on standard error."""
    images, labels = train_data.standardised().to(device), train_data.labels.to(device)
    held_out = test_data.standardised().to(device), test_data.labels.to(device)
    runs = []
    for seed in range(seeds):

        def show(line: str, seed: int = seed) -> None:
            print(f"{network} on {train_data.name}, seed {seed}, {line}", file=sys.stderr, flush=True)

        torch.manual_seed(seed)
        model = NETWORKS[network]()
        history = fit(model, images, labels, recipe=recipe, device=device, seed=seed, held_out=held_out, report=show)
        runs.append(Run(model=model.cpu(), history=history))
    return runs


def save(
    network: str, parts: list[Dataset], recipe: Recipe, device: torch.device, runs: list[Run], out: Path
) -> dict[str, Any]:
    """Write the record of all runs, and the median run's parameters and graph, to `out`. Returns it."""
    source, name = SOURCES[parts[0].name], parts[0].name
    accuracies = [run.history.accuracy[-1] for run in runs]
    median = accuracies.index(statistics.median_low(accuracies))
    record = {
        "network": network,
        "data": name,
        "checksums": {part.split: part.checksum for part in parts},
        "standardised_by": {"mean": source.mean, "std": source.std},
        "recipe": asdict(recipe),
        "device": describe(device),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
        },
        "accuracy": accuracies,
        "mean": round(statistics.mean(accuracies), 4),
        "spread": round(statistics.stdev(accuracies), 4) if len(runs) > 1 else None,
        "threshold": threshold(accuracies, len(parts[-1].labels)),
        "seconds": [round(sum(run.history.seconds), 1) for run in runs],
        "median_seed": median,
        "curves": {
            "loss": [round(value, 4) for value in runs[median].history.loss],
            "accuracy": [round(value, 4) for value in runs[median].history.accuracy],
        },
    }
    out.mkdir(parents=True, exist_ok=True)
    torch.save(runs[median].model.state_dict(), out / f"{network}-{name}.pth")
    export_onnx(runs[median].model, out / f"{network}-{name}.onnx")
    (out / f"{network}-{name}.json").write_text(json.dumps(record, indent=1) + "\n")
    return record


def describe(device: torch.device) -> str:
    """The device in words: what a number was measured on."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return f"CPU, {names[0] if names else platform.machine()}, {torch.get_num_threads()} thread(s)"


def main(arguments: list[str] | None = None) -> int:
    """The command line. Returns the exit code: 2 when the data set or the device is not there."""
    parser = argparse.ArgumentParser("python -m reference.train", description="Train a reference network.")
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("--data", choices=SOURCES, default="digits")
    parser.add_argument("--root", help="the folder that holds MNIST/ and FashionMNIST/")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--seeds", type=int, default=FEWEST_SEEDS)
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "trained")
    options = parser.parse_args(arguments)
    cuda = torch.cuda.is_available()
    if options.device == "cuda" and not cuda:
        parser.error("torch finds no CUDA device here")
    device = torch.device("cuda" if cuda and options.device != "cpu" else "cpu")
    recipe = recipe_for(options.network, options.data)
    recipe = replace(recipe, epochs=options.epochs or recipe.epochs)
    try:
        parts = [load(options.data, options.root, "train"), load(options.data, options.root, "test")]
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    runs = train(options.network, *parts, recipe=recipe, device=device, seeds=options.seeds)
    record = save(options.network, parts, recipe, device, runs, options.out)
    print(f"mean {record['mean']}, spread {record['spread']}, threshold {record['threshold']}")
    return 0


@contextmanager
def _prepared(model: nn.Module, batch: torch.Tensor, bf16: bool) -> Iterator[None]:
    """Lay `model` out for training on the device of `batch`, and graph it on CUDA, for as long as this lasts.

    Afterwards it is as plain as before, and in evaluation mode.
    """
    device = batch.device
    graphed = device.type == "cuda"
    model.to(device).train()
    convert_conv2d_weight_memory_format(model, torch.channels_last)  # a third faster on a CPU
    with (
        torch.backends.cudnn.flags(enabled=True, deterministic=True),
        torch.autocast(device.type, torch.bfloat16, enabled=bf16 and graphed, cache_enabled=False),
    ):
        if graphed:
            torch.cuda.make_graphed_callables(model, (batch,))  # replaces model.forward while it is training
        yield
    vars(model).pop("forward", None)
    convert_conv2d_weight_memory_format(model.eval(), torch.contiguous_format)


if __name__ == "__main__":
    sys.exit(main())
