from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn


@dataclass
class Sizes:
    channels: list[int] = field(default_factory=lambda: [1, 32, 64])
    hidden: int = 128
    classes: int = 10


class MnistCNN(nn.Module):
    """Two 3x3 convolutions, two dense layers; logits of shape (N, classes)."""

    def __init__(self, sizes: Sizes | None = None) -> None:
        super().__init__()
        sizes = sizes or Sizes()
        layers: list[nn.Module] = []
        for cin, cout in zip(sizes.channels[:-1], sizes.channels[1:]):
            layers.extend((nn.Conv2d(cin, cout, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)))
        self.features = nn.Sequential(*layers)
        self.hidden = nn.Linear(sizes.channels[-1] * 7 * 7, sizes.hidden)
        self.logits = nn.Linear(sizes.hidden, sizes.classes)

    def forward(self, images: Tensor) -> Tensor:
        flat: Tensor = self.features(images).flatten(start_dim=1)
        return self.logits(torch.relu(self.hidden(flat)))


def train(
    model: nn.Module, images: Tensor, labels: Tensor, *, device: str = "cpu", seed: int = 0
) -> list[float]:
    torch.manual_seed(seed)
    model.to(device).train()
    images, labels = images.to(device), labels.to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    losses: list[float] = []
    for _ in range(6):
        total = 0.0
        for batch in torch.randperm(len(images)).split(64):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    return losses
