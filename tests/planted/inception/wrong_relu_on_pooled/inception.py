import torch
import torch.nn as nn


def conv(i, o, k):
    return [nn.Conv2d(i, o, k, padding=k // 2), nn.ReLU(inplace=True)]


def path(i, width, k):
    if type(width) is int:
        return nn.Sequential(*conv(i, width, k))
    r, o = width
    return nn.Sequential(*conv(i, r, 1), *conv(r, o, k))


class Inception(nn.Module):
    def __init__(self, i, c1, c2, c3, c4):
        super().__init__()
        pool = [nn.MaxPool2d(3, 1, 1)]
        if c4 is not None:
            pool += conv(i, c4, 1)
        self.paths = nn.ModuleList([path(i, c1, 1), path(i, c2, 3), path(i, c3, 5), nn.Sequential(*pool)])

    def forward(self, x):
        return torch.cat([p(x) for p in self.paths], 1).relu()
