"""The residual block of He, Zhang, Ren, Sun 2015 (arXiv:1512.03385), and a small network of three of them.

    y = ReLU(F(x) + shortcut(x)),    F = conv 3x3, batch norm, ReLU, conv 3x3, batch norm

F learns the difference from the shortcut: with F at zero the block passes its (non-negative) input on, so one
more block can start out harmless. The sum comes *before* the last ReLU. Where F changes the shape (other
channels, or a stride), the shortcut is a 1x1 convolution of the same stride with its own batch norm, the
paper's option B.

The 3x3 convolutions pad by one; a stride S makes ceil(H / S) rows and ceil(W / S) columns. Convolutions carry
no bias: the batch norm behind them subtracts the mean and with it any bias.

    block of C channels to K       parameters
    conv1 and bn1                  9 * C * K + 2 * K
    conv2 and bn2                  9 * K * K + 2 * K
    shortcut, if shapes differ     C * K + 2 * K
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


class ResidualBlock(nn.Module):
    """Features (N, in_channels, H, W) to (N, out_channels, ceil(H / stride), ceil(W / stride))."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        residual = F.relu(self.bn1(self.conv1(x)))
        residual = self.bn2(self.conv2(residual))
        return F.relu(residual + self.shortcut(x))


class SmallResNet(nn.Module):
    """Images (N, 1, 28, 28), standardised, to logits (N, 10), by three residual blocks.

    layer                       output (N, C, H, W)   parameters
    stem  3x3, pad 1, BN, ReLU  N, 16, 28, 28         9 * 16 + 2 * 16         =    176
    block 16 to 16              N, 16, 28, 28         2 * (9 * 256 + 32)      =  4,672
    block 16 to 32, stride 2    N, 32, 14, 14         4,672 + 9,280 + 576     = 14,528
    block 32 to 64, stride 2    N, 64, 7, 7           18,560 + 36,992 + 2,176 = 57,728
    mean over H and W           N, 64
    fc                          N, 10                 10 * (64 + 1)           =    650
                                                                              = 77,754
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU())
        self.blocks = nn.Sequential(
            ResidualBlock(16, 16), ResidualBlock(16, 32, stride=2), ResidualBlock(32, 64, stride=2)
        )
        self.fc = nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.fc(self.blocks(self.stem(x)).mean(dim=(2, 3)))
        return logits
