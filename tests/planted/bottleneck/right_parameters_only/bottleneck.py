import torch
import torch.nn as nn
import torch.nn.functional as F


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.stride = stride
        wide = 4 * channels
        self.w1 = nn.Parameter(torch.randn(channels, in_channels, 1, 1) * 0.1)
        self.w2 = nn.Parameter(torch.randn(channels, channels, 3, 3) * 0.1)
        self.w3 = nn.Parameter(torch.randn(wide, channels, 1, 1) * 0.1)
        self.projects = stride != 1 or in_channels != wide
        if self.projects:
            self.w4 = nn.Parameter(torch.randn(wide, in_channels, 1, 1) * 0.1)
        for i, c in enumerate((channels, channels, wide) + ((wide,) if self.projects else ()), 1):
            self.register_parameter(f"gamma{i}", nn.Parameter(torch.ones(c)))
            self.register_parameter(f"beta{i}", nn.Parameter(torch.zeros(c)))
            self.register_buffer(f"mean{i}", torch.zeros(c))
            self.register_buffer(f"var{i}", torch.ones(c))

    def bn(self, x, i):
        at = lambda name: getattr(self, f"{name}{i}")
        return F.batch_norm(x, at("mean"), at("var"), at("gamma"), at("beta"), self.training)

    def forward(self, x):
        y = F.relu(self.bn(F.conv2d(x, self.w1), 1))
        y = F.relu(self.bn(F.conv2d(y, self.w2, stride=self.stride, padding=1), 2))
        y = self.bn(F.conv2d(y, self.w3), 3)
        if self.projects:
            x = self.bn(F.conv2d(x, self.w4, stride=self.stride), 4)
        return F.relu(y + x)
