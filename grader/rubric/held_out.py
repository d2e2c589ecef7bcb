"""What a network is trained and measured on, as one run shows it, and the evidence of what it reached.

Whoever knows a data set, by a file or by heart, must not be better off than whoever trains. So every run shows held-out
images in an order and a brightness of its own; for the student's own training the digits are also turned or mirrored
and the classes numbered anew, for all images alike: a network with the classes of another run is right one time in ten.
Neither makes the task harder: convolutions, pooling and their starting values know no left, right, up or down.

Images are (N, 1, 28, 28) float32, standardised; labels (N,) int64; logits (N, 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.authoring import expect
from grader.errors import HarnessError
from grader.later import torch
from grader.records import Confusion, Measure, Picture, Pictures
from grader.rubric.thresholds import Threshold
from reference import data

CLASSES = 10
DARKEST = 0.9  # of the brightness: a trained reference lost at most 0.003 of its accuracy at 0.9
MOST_PICTURES = 8


@dataclass(frozen=True, kw_only=True)
class View:
    """How a run shows images."""

    order: int  # seed of the order
    brightness: float
    quarters: int = 0  # turns of 90 degrees
    mirrored: bool = False
    numbers: tuple[int, ...] = tuple(range(CLASSES))  # what each class is called

    @classmethod
    def plain(cls, random: np.random.Generator) -> View:
        """For a network that was trained elsewhere: it knows which way up digits are."""
        return cls(order=int(random.integers(1 << 31)), brightness=float(random.uniform(DARKEST, 1)))

    @classmethod
    def disguised(cls, random: np.random.Generator) -> View:
        """For a network that is trained here."""
        return cls(
            order=int(random.integers(1 << 31)),
            brightness=float(random.uniform(DARKEST, 1)),
            quarters=int(random.integers(4)),
            mirrored=bool(random.integers(2)),
            numbers=tuple(map(int, random.permutation(CLASSES))),
        )

    def training_part(self) -> tuple[np.ndarray, np.ndarray]:
        """Images and labels of the digits' training part."""
        digits = data.load("digits", split="train")
        order = self._ordered(len(digits.labels))
        images = self._turned(digits.standardised()[order])
        return images.numpy(), np.array(self.numbers)[digits.labels[order].numpy()]

    def held_out(self, name: str, root: str | None = None) -> HeldOut:
        """The held-out images of a data set. Raises HarnessError for one that is damaged."""
        try:
            whole = data.load(name, root)
        except data.DataError as problem:
            raise HarnessError(str(problem)) from None
        source, order = data.SOURCES[name], self._ordered(len(whole.labels))
        shown = (whole.images[order] * self.brightness - source.mean) / source.std
        return HeldOut(
            name=name,
            images=self._turned(shown).numpy(),
            labels=whole.labels[order].numpy(),
            pixels=whole.images[order, 0].numpy(),
            classes=whole.classes,
            numbers=self.numbers,
        )

    def _ordered(self, count: int) -> np.ndarray:
        return np.random.default_rng(self.order).permutation(count)

    def _turned(self, images: torch.Tensor) -> torch.Tensor:
        turned = torch.rot90(images, self.quarters, (2, 3))
        return (turned.flip(3) if self.mirrored else turned).contiguous()


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """Held-out images of one data set as a run shows them, with what is known of them."""

    name: str
    images: np.ndarray
    labels: np.ndarray  # the data set's own
    pixels: np.ndarray  # (N, 28, 28), grey values in [0, 1] as they are
    classes: tuple[str, ...]
    numbers: tuple[int, ...]  # what each class was called in training

    def accuracy(self, logits: np.ndarray, wanted: Threshold) -> tuple[float, list[Any]]:
        """The share that `logits` get right, with the evidence for the report."""
        expect.that(logits.shape == (len(self.labels), CLASSES), f"the output has shape {tuple(logits.shape)}")
        predicted = logits[:, list(self.numbers)].argmax(axis=1)
        accuracy = float((predicted == self.labels).mean())
        counts = np.zeros((CLASSES, CLASSES), dtype=int)
        np.add.at(counts, (self.labels, predicted), 1)
        evidence: list[Any] = [
            Measure(
                caption=f"Accuracy on {len(self.labels):,} held-out images",
                value=accuracy,
                threshold=wanted.threshold,
                reference_mean=wanted.mean,
                reference_spread=wanted.spread,
                data=self.name,
            ),
            Confusion(caption="Label and prediction", labels=self.classes, counts=tuple(map(tuple, counts.tolist()))),
        ]
        wrong = np.flatnonzero(predicted != self.labels)[:MOST_PICTURES]
        if len(wrong):
            pictures = tuple(self._picture(int(i), int(predicted[i])) for i in wrong)
            evidence.append(Pictures(caption="Some that were not recognised", items=pictures))
        return accuracy, evidence

    def _picture(self, index: int, predicted: int) -> Picture:
        return Picture(
            label=f"{self.classes[self.labels[index]]} taken for {self.classes[predicted]}",
            pixels=tuple(map(tuple, (self.pixels[index] * 255).astype(int).tolist())),
        )
