"""GoogLeNet's Inception module."""

import torch
from torch import nn
from torch.nn import functional as F


class Inception(nn.Module):
    """Four branches from the same x, concatenated over the channels."""

    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        self.p1 = nn.Conv2d(in_channels, c1, kernel_size=1)
        self.p2_reduce, c2_in, c2 = self.reduction(in_channels, c2)
        self.p2 = nn.Conv2d(c2_in, c2, kernel_size=3, padding=1)
        self.p3_reduce, c3_in, c3 = self.reduction(in_channels, c3)
        self.p3 = nn.Conv2d(c3_in, c3, kernel_size=5, padding=2)
        self.pool = nn.MaxPool2d(kernel_size=3, stride=1, padding=1)
        self.p4 = None if c4 is None else nn.Conv2d(in_channels, c4, kernel_size=1)

    def reduction(self, in_channels, c):
        """The 1x1 convolution before a branch's own, what that one takes and what it gives."""
        if isinstance(c, int):
            return nn.Identity(), in_channels, c
        reduced, out = c
        return nn.Sequential(nn.Conv2d(in_channels, reduced, kernel_size=1), nn.ReLU()), reduced, out

    def forward(self, x):
        p1 = F.relu(self.p1(x))
        p2 = F.relu(self.p2(self.p2_reduce(x)))
        p3 = F.relu(self.p3(self.p3_reduce(x)))
        p4 = self.pool(x)
        if self.p4 is not None:
            p4 = F.relu(self.p4(p4))
        return torch.cat((p1, p2, p3, p4), dim=1)
