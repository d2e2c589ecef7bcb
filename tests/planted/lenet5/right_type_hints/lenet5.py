"""LeNet-5 as described in the course notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

EPOCHS: Final[int] = 20
BATCH_SIZE: Final[int] = 64
LEARNING_RATE: Final[float] = 5e-3


class LeNet5(nn.Module):
    """Two convolutional stages and three dense layers.

    Args:
        num_classes: how many logits to return for each image.
    """

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.conv1: nn.Conv2d = nn.Conv2d(1, 6, kernel_size=5, padding=2)
        self.conv2: nn.Conv2d = nn.Conv2d(6, 16, kernel_size=5)
        self.fc1: nn.Linear = nn.Linear(16 * 5 * 5, 120)
        self.fc2: nn.Linear = nn.Linear(120, 84)
        self.fc3: nn.Linear = nn.Linear(84, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        """Map images (N, 1, 28, 28) to logits (N, num_classes)."""
        stage1: Tensor = F.avg_pool2d(self.conv1(images).sigmoid(), kernel_size=2)
        stage2: Tensor = F.avg_pool2d(self.conv2(stage1).sigmoid(), kernel_size=2)
        hidden: Tensor = self.fc1(stage2.flatten(start_dim=1)).sigmoid()
        hidden = self.fc2(hidden).sigmoid()
        logits: Tensor = self.fc3(hidden)
        return logits


def _shuffled_batches(count: int, generator: torch.Generator) -> Iterator[Tensor]:
    yield from torch.randperm(count, generator=generator).split(BATCH_SIZE)


def train(
    model: nn.Module, images: Tensor, labels: Tensor, *, device: str | torch.device = "cpu", seed: int = 0
) -> list[float]:
    """Train `model` in place with Adam and return the mean loss of every epoch."""
    generator = torch.Generator().manual_seed(seed)
    model.to(device).train()
    images, labels = images.to(device), labels.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    history: list[float] = []
    for _ in range(EPOCHS):
        total: float = 0.0
        for batch in _shuffled_batches(len(images), generator):
            optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        history.append(total / len(images))
    return history
