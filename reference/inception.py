"""The Inception module of GoogLeNet, Szegedy et al. 2014 (arXiv:1409.4842), figure 2.

Four branches look at the same map with different windows, and the next layer takes from them what it needs:

    x -> 1x1                       c1 channels        a convolution always has a ReLU behind it
    x -> 1x1 (c2r) -> 3x3          c2                 3x3 with padding 1 and 5x5 with padding 2 keep height and width,
    x -> 1x1 (c3r) -> 5x5          c3                 and so does the 3x3 max-pooling with stride 1 and padding 1
    x -> 3x3 max-pool -> 1x1       c4

    concatenated over the channels, in this order: c1 + c2 + c3 + c4

The 1x1 convolutions before the larger ones are what makes the module cheap. GoogLeNet's 3a has 192 channels in and
64 + 128 + 32 + 32 = 256 out; its 5x5 branch has 192 * 16 + 16 * 32 * 25 = 15,872 weights, where a 5x5 convolution
straight from 192 channels would have 153,600. The module's first form (figure 2a) is without them: c2 and c3 are plain
numbers then, c4 is None, and the pooled map goes on with all its channels.
"""

from __future__ import annotations

import torch
from torch import nn

Width = int | tuple[int, int]  # channels of a branch, or those of its reduction and its own


class Inception(nn.Module):
    """Features (N, in_channels, H, W) to (N, c1 + c2 + c3 + c4, H, W); in_channels in the place of a c4 that is None."""

    def __init__(self, in_channels: int, c1: int, c2: Width, c3: Width, c4: int | None) -> None:
        super().__init__()
        pool = nn.MaxPool2d(3, stride=1, padding=1)
        self.branches = nn.ModuleList(
            [
                convolution(in_channels, c1, 1),
                branch(in_channels, c2, 3),
                branch(in_channels, c3, 5),
                pool if c4 is None else nn.Sequential(pool, convolution(in_channels, c4, 1)),
            ]
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([branch(x) for branch in self.branches], dim=1)


def branch(in_channels: int, width: Width, kernel: int) -> nn.Module:
    """A convolution, behind a 1x1 that reduces the channels where `width` is a pair."""
    if isinstance(width, int):
        return convolution(in_channels, width, kernel)
    reduced, out_channels = width
    return nn.Sequential(convolution(in_channels, reduced, 1), convolution(reduced, out_channels, kernel))


def convolution(in_channels: int, out_channels: int, kernel: int) -> nn.Module:
    """A convolution that keeps height and width, and ReLU."""
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, kernel, padding=kernel // 2), nn.ReLU())
