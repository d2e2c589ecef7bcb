"""The lesson's plain convolutional network for 28x28 grey images: its sizes are arguments.

    layer                 output (N, C, H, W)   parameters, for n1 = 32, n2 = 64, hidden = 128
    input                 N, 1, 28, 28
    conv1  5x5            N, n1, 24, 24         n1 * (1 * 25 + 1)          =     832
    max-pool 2            N, n1, 12, 12
    conv2  5x5            N, n2, 8, 8           n2 * (n1 * 25 + 1)         =  51,264
    max-pool 2            N, n2, 4, 4
    flatten               N, n2 * 16
    fc1, ReLU, dropout    N, hidden             hidden * (n2 * 16 + 1)     = 131,200
    fc2                   N, 10                 10 * (hidden + 1)          =   1,290
                                                                           = 184,586

A 5x5 kernel without padding takes four pixels: 28 - 5 + 1 = 24. Max-pooling is what bends between the convolutions; a
ReLU after each of them is often written, and is as right. Dropout sets each hidden unit to zero with probability p while
the network trains and divides the others by 1 - p, so that their sum stays what it is; afterwards it does nothing.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


class PlainCNN(nn.Module):
    """Images (N, 1, 28, 28), standardised, to logits (N, 10): the loss applies the softmax."""

    def __init__(self, n1: int = 32, n2: int = 64, hidden: int = 128, dropout: float = 0.5) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, n1, kernel_size=5)
        self.conv2 = nn.Conv2d(n1, n2, kernel_size=5)
        self.fc1 = nn.Linear(n2 * 4 * 4, hidden)
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(hidden, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.max_pool2d(self.conv1(x), 2)
        x = F.max_pool2d(self.conv2(x), 2)
        x = F.relu(self.fc1(x.flatten(start_dim=1)))
        logits: torch.Tensor = self.fc2(self.dropout(x))
        return logits
