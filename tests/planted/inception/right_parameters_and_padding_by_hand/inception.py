import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Inception(nn.Module):
    """Everything by hand, so that I see which tensor is which."""

    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        self.make("one", in_channels, c1, 1)
        self.three_in = self.reduction("three_r", in_channels, c2)
        self.c2 = c2 if isinstance(c2, int) else c2[1]
        self.make("three", self.three_in, self.c2, 3)
        self.five_in = self.reduction("five_r", in_channels, c3)
        self.c3 = c3 if isinstance(c3, int) else c3[1]
        self.make("five", self.five_in, self.c3, 5)
        if c4 is not None:
            self.make("pool", in_channels, c4, 1)

    def reduction(self, name, cin, spec):
        if isinstance(spec, int):
            return cin
        self.make(name, cin, spec[0], 1)
        return spec[0]

    def make(self, name, cin, cout, k):
        bound = 1 / math.sqrt(cin * k * k)
        setattr(self, "w_" + name, nn.Parameter(torch.empty(cout, cin, k, k).uniform_(-bound, bound)))
        setattr(self, "b_" + name, nn.Parameter(torch.zeros(cout)))

    def conv(self, name, x):
        w = getattr(self, "w_" + name, None)
        if w is None:
            return x
        p = w.shape[-1] // 2
        y = F.conv2d(F.pad(x, (p, p, p, p)), w, getattr(self, "b_" + name))
        return torch.where(y > 0, y, torch.zeros_like(y))

    def forward(self, x):
        parts = [
            self.conv("one", x),
            self.conv("three", self.conv("three_r", x)),
            self.conv("five", self.conv("five_r", x)),
            self.conv("pool", F.max_pool2d(F.pad(x, (1, 1, 1, 1), value=float("-inf")), 3, 1)),
        ]
        out = x.new_empty(len(x), sum(p.shape[1] for p in parts), *x.shape[2:])
        at = 0
        for part in parts:
            out[:, at : at + part.shape[1]] = part
            at += part.shape[1]
        return out
