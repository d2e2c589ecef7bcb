from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Shape:
    in_channels: int
    out_channels: int
    stride: int = 1

    @property
    def changes(self) -> bool:
        return self.stride != 1 or self.in_channels != self.out_channels


class ResidualBlock(nn.Module):
    """y = relu(F(x) + shortcut(x)) for x of shape (N, in_channels, H, W)."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.shape = Shape(in_channels, out_channels, stride)
        self.conv1: nn.Conv2d = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.bn1: nn.BatchNorm2d = nn.BatchNorm2d(out_channels)
        self.conv2: nn.Conv2d = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2: nn.BatchNorm2d = nn.BatchNorm2d(out_channels)
        self.projection: nn.Module = nn.Identity()
        if self.shape.changes:
            self.projection = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False), nn.BatchNorm2d(out_channels)
            )

    def forward(self, x: Tensor) -> Tensor:
        branch: Tensor = self.bn1(self.conv1(x)).relu()
        branch = self.bn2(self.conv2(branch))
        result: Tensor = (branch + self.projection(x)).relu()
        return result
