import torch
from torch import nn

# relu acts on each number alone, so one relu after cat is the same as one per branch


class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        self.relu = nn.ReLU()
        self.b1 = nn.Conv2d(in_channels, c1, 1)
        self.b2 = self.make(in_channels, c2, 3)
        self.b3 = self.make(in_channels, c3, 5)
        self.pool = nn.MaxPool2d(3, 1, 1)
        self.b4 = nn.Conv2d(in_channels, c4, 1) if c4 is not None else None

    def make(self, inp, c, k):
        if not isinstance(c, int):
            return nn.Sequential(nn.Conv2d(inp, c[0], 1), nn.ReLU(), nn.Conv2d(c[0], c[1], k, padding=k // 2))
        return nn.Conv2d(inp, c, k, padding=k // 2)

    def forward(self, x):
        if self.b4 is None:
            y = torch.cat((self.b1(x), self.b2(x), self.b3(x)), 1)
            return torch.cat((self.relu(y), self.pool(x)), 1)
        return self.relu(torch.cat((self.b1(x), self.b2(x), self.b3(x), self.b4(self.pool(x))), 1))
