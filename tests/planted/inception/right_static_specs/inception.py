import torch
from torch import nn


def as_pair(c):
    return (None, c) if isinstance(c, int) else tuple(c)


class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        table = [((None, c1), 1, False), (as_pair(c2), 3, False), (as_pair(c3), 5, False), ((None, c4), 1, True)]
        self.n = len(table)
        for number, ((reduced, out), size, pooled) in enumerate(table):
            steps = []
            if pooled:
                steps.append(nn.MaxPool2d(3, stride=1, padding=1))
            if reduced is not None:
                steps.extend([nn.Conv2d(in_channels, reduced, 1), nn.ReLU()])
            if out is not None:
                steps.extend([nn.Conv2d(reduced or in_channels, out, size, padding=size // 2), nn.ReLU()])
            self.add_module(str(number), nn.Sequential(*steps))

    def forward(self, x):
        return torch.cat([getattr(self, str(i))(x) for i in range(self.n)], dim=1)
