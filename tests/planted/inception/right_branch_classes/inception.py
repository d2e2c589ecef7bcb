import torch
from torch import nn


class ConvReLU(nn.Module):
    def __init__(self, cin, cout, k=1):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, kernel_size=k, stride=1, padding=(k - 1) // 2)
        self.relu = nn.ReLU()

    def forward(self, x):
        x = self.conv(x)
        x = self.relu(x)
        return x


class Branch(nn.Module):
    def __init__(self, cin, spec, k):
        super().__init__()
        if isinstance(spec, int):
            self.reduce, mid, out = None, cin, spec
        else:
            mid, out = spec
            self.reduce = ConvReLU(cin, mid)
        self.main = ConvReLU(mid, out, k)

    def forward(self, x):
        if self.reduce:
            x = self.reduce(x)
        return self.main(x)


class PoolBranch(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.pool = nn.MaxPool2d(kernel_size=3, stride=1, padding=1)
        self.project = ConvReLU(cin, cout) if cout is not None else None

    def forward(self, x):
        x = self.pool(x)
        return x if self.project is None else self.project(x)


class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        self.branch1 = ConvReLU(in_channels, c1)
        self.branch2 = Branch(in_channels, c2, 3)
        self.branch3 = Branch(in_channels, c3, 5)
        self.branch4 = PoolBranch(in_channels, c4)

    def forward(self, x):
        outputs = [self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)]
        return torch.cat(outputs, dim=1)
