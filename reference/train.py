"""Train the reference networks and record what they reach.

    python -m reference.train lenet5 --data fashion_mnist --root DIR --device auto --seeds 5
    python -m reference.train lenet5 --seeds 30 --together      # all seeds at once

Every accuracy threshold of the course comes from a record that this module wrote, NETWORK-DATA.json: the
accuracy of each seed on the held-out part, with device, versions, data set and seconds. Beside it lie the
parameters of the median seed, as a state_dict (NETWORK-DATA.pth, loads with weights_only) and as a graph
(NETWORK-DATA.onnx, any batch size). Networks are given standardised images, see `reference.data`.

The loop itself is in `reference.loop`.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import statistics
import sys
import warnings
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy import optimize, stats
from torch import nn

from reference.data import SOURCES, DataError, Dataset, load
from reference.lenet5 import LeNet5
from reference.lenet5_paper import LeNet5Paper
from reference.loop import History, Recipe, fit, fit_together
from reference.mnist_cnn import MnistCNN
from reference.plain_cnn import PlainCNN
from reference.resnet_block import SmallResNet

NETWORKS: dict[str, type[nn.Module]] = {
    "mnist_cnn": MnistCNN,
    "lenet5": LeNet5,
    "lenet5_paper": LeNet5Paper,
    "plain_cnn": PlainCNN,
    "small_resnet": SmallResNet,
}

# a threshold is the mean accuracy less the greatest of these three margins
DEVIATIONS = 4  # of the reference's seeds
LEAST_MARGIN = 0.02
FORGIVEN_IMAGES = 15  # on a small held-out part a few images more or less are no fault of a training
FEWEST_SEEDS = 5  # a spread over fewer says too little
CONFIDENCE = 0.95  # with which a record says how many trainings would pass its threshold

RECIPES = {
    "lenet5": Recipe(epochs=15, batch_size=64, peak_rate=0.015, weight_decay=0.03),
    "lenet5_paper": Recipe(epochs=15, batch_size=64, peak_rate=0.015, weight_decay=0.03),
    "mnist_cnn": Recipe(epochs=6, batch_size=128, peak_rate=0.004, weight_decay=0.05, bf16=True),
    "plain_cnn": Recipe(epochs=6, batch_size=128, peak_rate=0.004, weight_decay=0.05, bf16=True),
    "small_resnet": Recipe(epochs=6, batch_size=64, peak_rate=0.01, weight_decay=0.05, bf16=True),
}
DIGITS_EPOCHS = 20


def recipe_for(network: str, data: str) -> Recipe:
    """The recipe of a network; the 1,437 digits take more epochs of smaller batches than 60,000 images."""
    recipe = RECIPES[network]
    return replace(recipe, epochs=DIGITS_EPOCHS, batch_size=32) if data == "digits" else recipe


def threshold(accuracies: list[float], held_out: int) -> float | None:
    """The accuracy to ask of a student, given the reference's over several seeds; None for too few.

    held_out: how many images it was measured on.
    """
    if len(accuracies) < FEWEST_SEEDS:
        return None
    margin = max(LEAST_MARGIN, DEVIATIONS * statistics.stdev(accuracies), FORGIVEN_IMAGES / held_out)
    return round(statistics.mean(accuracies) - margin, 4)


def passing_share(accuracies: list[float], asked: float) -> float:
    """The share of the reference's trainings that reach `asked`, at least, with a confidence of `CONFIDENCE`.

    The one-sided tolerance bound of a normal distribution, known by these accuracies only (Owen 1968): few seeds
    can promise little, whatever their spread.
    """
    count, spread = len(accuracies), statistics.stdev(accuracies)
    if spread == 0:
        return 1.0
    deviations = (statistics.mean(accuracies) - asked) / spread

    def beyond(quantile: float) -> float:  # by how many deviations the bound for that quantile lies below `asked`
        factor: float = stats.nct.ppf(CONFIDENCE, count - 1, quantile * math.sqrt(count))
        return factor / math.sqrt(count) - deviations

    lowest, highest = -5.0, 6.0  # beyond them the share is 0 or 1 as far as four digits tell
    if beyond(lowest) > 0:
        return 0.0
    if beyond(highest) < 0:
        return 1.0
    return round(float(stats.norm.cdf(optimize.brentq(beyond, lowest, highest))), 4)


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
    network: str,
    train_data: Dataset,
    test_data: Dataset,
    *,
    recipe: Recipe,
    device: torch.device,
    seeds: int,
    together: bool = False,
    compiled: bool = False,
    repeatable: bool = False,
) -> list[Run]:
    """Train a fresh `network` for each of the seeds 0, 1, ... and show the progress on standard error."""
    images, labels = train_data.standardised().to(device), train_data.labels.to(device)
    held_out = test_data.standardised().to(device), test_data.labels.to(device)

    def show(whose: str, line: str) -> None:
        print(f"{network} on {train_data.name}, {whose}, {line}", file=sys.stderr, flush=True)

    models = []
    for seed in range(seeds):
        torch.manual_seed(seed)
        models.append(NETWORKS[network]())
    if together:
        histories = fit_together(
            models,
            images,
            labels,
            recipe=recipe,
            device=device,
            seeds=range(seeds),
            held_out=held_out,
            report=partial(show, f"{seeds} seeds together"),
        )
    else:
        histories = [
            fit(
                model,
                images,
                labels,
                recipe=recipe,
                device=device,
                seed=seed,
                held_out=held_out,
                report=partial(show, f"seed {seed}"),
                compiled=compiled,
                repeatable=repeatable,
            )
            for seed, model in enumerate(models)
        ]
    return [Run(model=model.cpu(), history=history) for model, history in zip(models, histories, strict=True)]


def save(
    network: str, parts: list[Dataset], recipe: Recipe, device: torch.device, runs: list[Run], out: Path
) -> dict[str, Any]:
    """Write the record of all runs, and the median run's parameters and graph, to `out`. Returns it."""
    source, name = SOURCES[parts[0].name], parts[0].name
    accuracies = [run.history.accuracy[-1] for run in runs]
    median = accuracies.index(statistics.median_low(accuracies))
    asked = threshold(accuracies, len(parts[-1].labels))
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
        "threshold": asked,
        "passing_share": None if asked is None else passing_share(accuracies, asked),
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


def device_for(parser: argparse.ArgumentParser, wanted: str) -> torch.device:
    """The device of --device auto, cpu or cuda; ends the command where there is none."""
    cuda = torch.cuda.is_available()
    if wanted == "cuda" and not cuda:
        parser.error("torch finds no CUDA device here")
    return torch.device("cuda" if cuda and wanted != "cpu" else "cpu")


def main(arguments: list[str] | None = None) -> int:
    """The command line. Returns the exit code: 2 when the data set or the device is not there."""
    parser = argparse.ArgumentParser("python -m reference.train", description="Train a reference network.")
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("--data", choices=SOURCES, default="digits")
    parser.add_argument("--root", help="the folder that holds MNIST/ and FashionMNIST/")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--seeds", type=int, default=FEWEST_SEEDS)
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--together", action="store_true", help="train all seeds at once, their parameters stacked")
    parser.add_argument("--compile", action="store_true", help="run the network through torch.compile (CUDA)")
    parser.add_argument("--repeatable", action="store_true", help="the same bits by the same seed on CUDA too, slower")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "trained")
    options = parser.parse_args(arguments)
    device = device_for(parser, options.device)
    if options.compile and options.together:
        parser.error("--compile is for one seed after the other: leave out --together")
    if options.compile and device.type != "cuda":
        parser.error("--compile pays on CUDA only: leave it out, or add --device cuda")
    recipe = recipe_for(options.network, options.data)
    recipe = replace(recipe, epochs=options.epochs or recipe.epochs)
    try:
        parts = [load(options.data, options.root, "train"), load(options.data, options.root, "test")]
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    runs = train(
        options.network,
        *parts,
        recipe=recipe,
        device=device,
        seeds=options.seeds,
        together=options.together,
        compiled=options.compile,
        repeatable=options.repeatable,
    )
    record = save(options.network, parts, recipe, device, runs, options.out)
    print(f"mean {record['mean']}, spread {record['spread']}, threshold {record['threshold']}")
    if record["passing_share"] is not None:
        print(
            f"with a confidence of {CONFIDENCE}, at least {record['passing_share']:.2%} of trainings reach the threshold"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
