"""The lesson's convolutional network for 28x28 grey digits.

    layer                 output (N, C, H, W)   parameters
    input                 N, 1, 28, 28
    conv1  3x3, pad 1     N, 32, 28, 28         32 * (1 * 9 + 1)     =     320
    ReLU, max-pool 2      N, 32, 14, 14
    conv2  3x3, pad 1     N, 64, 14, 14         64 * (32 * 9 + 1)    =  18,496
    ReLU, max-pool 2      N, 64, 7, 7
    flatten               N, 3136
    fc1, ReLU             N, 128                128 * (3136 + 1)     = 401,536
    fc2                   N, 10                 10 * (128 + 1)       =   1,290
                                                                     = 421,642

A 3x3 kernel with one pixel of padding keeps the height and the width: (28 + 2 * 1 - 3) / 1 + 1 = 28. Nearly
all the parameters sit in fc1, which looks at every pixel of every channel.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


class MnistCNN(nn.Module):
    """Images (N, 1, 28, 28), standardised, to logits (N, 10): the loss applies the softmax."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3, padding=1)
        self.fc1 = nn.Linear(64 * 7 * 7, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = F.relu(self.fc1(x.flatten(start_dim=1)))
        logits: torch.Tensor = self.fc2(x)
        return logits
