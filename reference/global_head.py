"""A head for images of any size: global average pooling, then one linear layer (Lin, Chen, Yan 2013, arXiv:1312.4400).

A dense layer on flattened maps knows one height and width only, and has weights for each place: 512 * 7 * 7 inputs and
1,000 classes make 25 million. The mean over height and width leaves one number a channel, whatever the size, and 512
inputs; it is an average pooling whose window is as large as the map.
"""

from __future__ import annotations

import torch
from torch import nn


class GlobalHead(nn.Module):
    """Features (N, in_channels, H, W) with any H and W to logits (N, classes)."""

    def __init__(self, in_channels: int, classes: int) -> None:
        super().__init__()
        self.fc = nn.Linear(in_channels, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.fc(x.mean(dim=(2, 3)))
        return logits
