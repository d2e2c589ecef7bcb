"""LeNet-5 as the lesson teaches it: LeCun, Bottou, Bengio, Haffner 1998, with plain pooling.

    layer                     output (N, C, H, W)   parameters
    input                     N, 1, 28, 28
    conv1  5x5, pad 2         N, 6, 28, 28          6 * (1 * 25 + 1)     =    156
    sigmoid, average-pool 2   N, 6, 14, 14
    conv2  5x5                N, 16, 10, 10         16 * (6 * 25 + 1)    =  2,416
    sigmoid, average-pool 2   N, 16, 5, 5
    flatten                   N, 400
    fc1, sigmoid              N, 120                120 * (400 + 1)      = 48,120
    fc2, sigmoid              N, 84                 84 * (120 + 1)       = 10,164
    fc3                       N, 10                 10 * (84 + 1)        =    850
                                                                         = 61,706

A convolution has one bias for each *output* channel: conv2 has 16 of them, not 16 * 6, so 2,416 parameters
and not 2,496. The paper's own C3 connects each output to some inputs only, its pooling has weights, and its
output units measure distances; this simpler form is that of "Dive into Deep Learning", section 7.6. The paper
pads its images to 32x32 beforehand; here conv1 pads by two.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


class LeNet5(nn.Module):
    """Images (N, 1, 28, 28), standardised, to logits (N, 10): the loss applies the softmax."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, kernel_size=5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, kernel_size=5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.avg_pool2d(torch.sigmoid(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.sigmoid(self.conv2(x)), 2)
        x = torch.sigmoid(self.fc1(x.flatten(start_dim=1)))
        x = torch.sigmoid(self.fc2(x))
        logits: torch.Tensor = self.fc3(x)
        return logits
