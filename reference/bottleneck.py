"""The bottleneck block of He, Zhang, Ren, Sun 2015 (arXiv:1512.03385), of which ResNet-50 and deeper ones are made.

    y = ReLU(F(x) + shortcut(x)),    F = conv 1x1, BN, ReLU, conv 3x3, BN, ReLU, conv 1x1, BN

The first 1x1 convolution takes the many channels of x to a few, the costly 3x3 convolution works on the few, and the
last 1x1 convolution widens to 4 * channels. With 256 channels outside and 64 inside:

    conv1 1x1  256 to 64    16,384        two 3x3 convolutions of 256 channels, as in the block of two:
    conv2 3x3   64 to 64    36,864            2 * 9 * 256 * 256 = 1,179,648
    conv3 1x1   64 to 256   16,384        17 times as many weights
                            69,632

The stride is on the 3x3 convolution, as in torchvision; the paper has it on the first 1x1 convolution, which then never
looks at three of four pixels. Where F changes the shape, the shortcut is a 1x1 convolution with that stride and a batch
norm. No convolution has a bias: the batch norm behind it subtracts the mean.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

EXPANSION = 4  # channels out for each channel inside


class Bottleneck(nn.Module):
    """Features (N, in_channels, H, W) to (N, 4 * channels, ceil(H / stride), ceil(W / stride))."""

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        out_channels = EXPANSION * channels
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        residual = F.relu(self.bn1(self.conv1(x)))
        residual = F.relu(self.bn2(self.conv2(residual)))
        residual = self.bn3(self.conv3(residual))
        return F.relu(residual + self.shortcut(x))
