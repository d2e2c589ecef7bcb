import torch
import torch.nn as nn


class ConvNorm(nn.Module):
    def __init__(self, cin, cout, kernel, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, kernel, stride=stride, padding=kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(cout)

    def forward(self, x):
        return self.norm(self.conv(x))


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.a = ConvNorm(in_channels, out_channels, 3, stride)
        self.b = ConvNorm(out_channels, out_channels, 3)
        self.s = ConvNorm(in_channels, out_channels, 1, stride) if stride != 1 or in_channels != out_channels else None

    def forward(self, x):
        y = self.b(torch.relu(self.a(x)))
        if self.s is None:
            y = y + x
        else:
            y = y + self.s(x)
        return torch.relu(y)
