import torch
from torch import nn


class Inception(nn.Module):
    ORDER = ("1x1", "3x3", "5x5", "pool")

    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        branches = nn.ModuleDict()
        branches["pool"] = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1))
        if c4 is not None:
            branches["pool"].append(nn.Conv2d(in_channels, c4, 1, bias=False)).append(nn.ReLU())
        for name, width, kernel in (("5x5", c3, 5), ("3x3", c2, 3), ("1x1", c1, 1)):
            layers, given = [], in_channels
            if isinstance(width, tuple):
                layers += [nn.Conv2d(in_channels, width[0], 1, bias=False), nn.ReLU()]
                given, width = width
            layers += [nn.Conv2d(given, width, kernel, padding="same", bias=False), nn.ReLU()]
            branches[name] = nn.Sequential(*layers)
        self.branches = branches

    def forward(self, x):
        return torch.concat([self.branches[name](x) for name in self.ORDER], dim=-3)
