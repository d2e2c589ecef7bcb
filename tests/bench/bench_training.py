"""How long an epoch takes: the lesson's own loop against the reference's, alone and of many seeds together.

    python -m tests.bench.bench_training --network lenet5 --data fashion_mnist --root DIR --device cpu

The lesson's loop is torchvision's MNIST class with ToTensor, a DataLoader with batches of 200, and SGD with
momentum 0.9. All loops see the same images in batches of 200, after one epoch to warm up, and take turns.
Printed are the median, the least and the greatest seconds an epoch, of seeds together a seed's share of them, and the
ratios of the medians.
"""

from __future__ import annotations

import argparse
import statistics
import struct
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader

from reference._torchvision import torchvision
from reference.data import Dataset, load
from reference.loop import fit, fit_together
from reference.train import NETWORKS, RECIPES, describe

BATCH = 200


def write_idx(dataset: Dataset, root: Path) -> None:
    """Lay out `dataset` as the unpacked MNIST that torchvision's class looks for."""
    folder = root / "MNIST" / "raw"
    folder.mkdir(parents=True)
    pixels, labels = (dataset.images[:, 0] * 255).round().byte(), dataset.labels.byte()
    for prefix in ("train", "t10k"):
        for kind, values in (("images-idx3", pixels), ("labels-idx1", labels)):
            head = struct.pack(f">BBBB{values.dim()}I", 0, 0, 8, values.dim(), *values.shape)
            (folder / f"{prefix}-{kind}-ubyte").write_bytes(head + values.numpy().tobytes())


class LessonLoop:
    """The loop as the lesson writes it."""

    def __init__(self, network: str, root: Path, device: torch.device) -> None:
        vision = torchvision()
        dataset = vision.datasets.MNIST(root, train=True, transform=vision.transforms.ToTensor())
        self.loader = DataLoader(dataset, batch_size=BATCH, shuffle=True)
        self.device = device
        self.model = NETWORKS[network]().to(device)
        self.optimiser = torch.optim.SGD(self.model.parameters(), lr=0.01, momentum=0.9)
        self.criterion = nn.CrossEntropyLoss()

    def epoch(self) -> float:
        """Train once over all images; the seconds it took."""
        started = time.perf_counter()
        self.model.train()
        total = 0.0
        for images, labels in self.loader:
            images, labels = images.to(self.device), labels.to(self.device)
            self.optimiser.zero_grad()
            loss = self.criterion(self.model(images), labels)
            loss.backward()
            self.optimiser.step()
            total += loss.item()
        return time.perf_counter() - started


def reference_epochs(network: str, dataset: Dataset, device: torch.device, count: int) -> list[float]:
    """Seconds of each of `count` epochs of the reference's loop."""
    recipe = replace(RECIPES[network], batch_size=BATCH, epochs=count)
    model = NETWORKS[network]()
    return list(fit(model, dataset.standardised(), dataset.labels, recipe=recipe, device=device).seconds)


def together_epochs(network: str, dataset: Dataset, device: torch.device, count: int, seeds: int) -> list[float]:
    """A seed's share of the seconds of each of `count` epochs of as many seeds at once."""
    recipe = replace(RECIPES[network], batch_size=BATCH, epochs=count)
    models = [NETWORKS[network]() for _ in range(seeds)]
    images = dataset.standardised()
    history = fit_together(models, images, dataset.labels, recipe=recipe, device=device, seeds=range(seeds))
    return list(history[0].seconds)


def show(name: str, seconds: list[float]) -> float:
    """Print the spread of some timings and return their median."""
    median = statistics.median(seconds)
    print(f"{name:10} {median:8.3f} s an epoch, {min(seconds):.3f} to {max(seconds):.3f} over {len(seconds)}")
    return median


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.bench.bench_training", description="Time both loops.")
    parser.add_argument("--network", choices=NETWORKS, default="lenet5")
    parser.add_argument("--data", default="digits")
    parser.add_argument("--root")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--trials", type=int, default=3)
    parser.add_argument("--together", type=int, default=0, metavar="SEEDS", help="also so many seeds at once")
    options = parser.parse_args()
    device = torch.device(options.device)
    dataset = load(options.data, options.root, "train")
    with tempfile.TemporaryDirectory() as root:
        write_idx(dataset, Path(root))
        lesson = LessonLoop(options.network, Path(root), device)
        lesson.epoch()
        lessons, references, shares = [], [], []
        for _ in range(options.trials):
            lessons.append(lesson.epoch())
            references.append(reference_epochs(options.network, dataset, device, 2)[1])
            if options.together:
                shares.append(together_epochs(options.network, dataset, device, 2, options.together)[1])
    print(f"{options.network} on {len(dataset.labels):,} images of {options.data}, batches of {BATCH}")
    print(f"{describe(device)}; torch {torch.__version__}")
    usual = show("lesson", lessons)
    told = f"the reference's loop is {usual / show('reference', references):.1f} times as fast"
    if options.together:
        told += f", {options.together} seeds together {usual / show('together', shares):.1f} times a seed"
    print(told)


if __name__ == "__main__":
    main()
