import torch
import torch.nn as nn


class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        self.branch1 = nn.Conv2d(in_channels, c1, 1)
        self.branch2 = self.two(in_channels, c2, 3)
        self.branch3 = self.two(in_channels, c3, 5)
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1))
        if c4 is not None:
            self.branch4.add_module("proj", nn.Conv2d(in_channels, c4, 1))

    def two(self, cin, c, k):
        if isinstance(c, int):
            return nn.Conv2d(cin, c, k, padding=k // 2)
        return nn.Sequential(nn.Conv2d(cin, c[0], 1), nn.Conv2d(c[0], c[1], k, padding=k // 2))

    def forward(self, x):
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)
