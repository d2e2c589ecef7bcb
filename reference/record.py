"""The record: LeNet5 on FashionMNIST to 90 percent, with sigmoids and average pooling as in 1998, in as few seconds as can be.

    python -m reference.record --root DIR                # 30 seeds, all at once
    python -m reference.record --root DIR --one-by-one

The source lesson's author needed some 1,000 epochs of plain SGD. What is claimed is the mean over the seeds of the accuracy on
the 10,000 held-out images, and the seconds a seed of all steps, with the images on the device already. What comes before the
first step (on CUDA the capture of the step as a graph) and the evaluation are told apart.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import replace

import torch

from reference.data import DataError, load
from reference.lenet5 import LeNet5
from reference.loop import Recipe
from reference.train import describe, device_for, train

CLAIM = 0.90
SEEDS = 30
RECIPE = Recipe(epochs=13, batch_size=200, peak_rate=0.02, weight_decay=0.03)


def main(arguments: list[str] | None = None) -> int:
    """The command line. Returns 0 when the claim holds, 1 when it does not, 2 when the data set or the device is not there."""
    parser = argparse.ArgumentParser("python -m reference.record", description="LeNet5 on FashionMNIST to 90 percent.")
    parser.add_argument("--root", help="the folder that holds FashionMNIST/")
    parser.add_argument(
        "--data", choices=("fashion_mnist", "digits"), default="fashion_mnist", help="digits: to try it"
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--epochs", type=int, default=RECIPE.epochs)
    parser.add_argument("--one-by-one", action="store_true", help="one seed after the other, not all at once")
    options = parser.parse_args(arguments)
    device = device_for(parser, options.device)
    recipe = replace(RECIPE, epochs=options.epochs)
    try:
        parts = [load(options.data, options.root, "train"), load(options.data, options.root, "test")]
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    started = time.perf_counter()
    runs = train("lenet5", *parts, recipe=recipe, device=device, seeds=options.seeds, together=not options.one_by_one)
    elapsed = time.perf_counter() - started
    seconds = [sum(run.history.seconds) for run in runs]
    accuracies = [run.history.accuracy[-1] for run in runs]
    mean = statistics.mean(accuracies)
    holds = mean >= CLAIM and options.data == "fashion_mnist"
    for seed, (accuracy, spent) in enumerate(zip(accuracies, seconds, strict=True)):
        print(f"seed {seed}: accuracy {accuracy:.4f}, {spent:.2f} s")
    print(
        f"LeNet5, {sum(map(torch.numel, LeNet5().parameters())):,} parameters, {parts[0].name}, "
        f"{recipe.epochs} epochs of batches of {recipe.batch_size}\n"
        f"mean {mean:.4f} over {len(runs)} seeds, lowest {min(accuracies):.4f}: "
        f"the claim of {CLAIM:.2f} on fashion_mnist {'holds' if holds else 'does not hold'}\n"
        f"{statistics.mean(seconds):.2f} s a seed of steps; {elapsed - sum(seconds):.1f} s besides for all seeds: "
        "making the networks, moving the images, warm-up, evaluation\n"
        f"{describe(device)}, torch {torch.__version__}"
    )
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
