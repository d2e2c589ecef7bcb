import torch
import torch.nn as nn


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        c, s = in_channels, stride
        for i in range(1, 3):
            self.add_module(f"conv{i}", nn.Conv2d(c, out_channels, 3, stride=s, padding=1, bias=False))
            self.add_module(f"bn{i}", nn.BatchNorm2d(out_channels))
            c, s = out_channels, 1
        if in_channels != out_channels or stride != 1:
            self.add_module("conv_skip", nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False))

    def forward(self, x):
        skip = self.conv_skip(x) if hasattr(self, "conv_skip") else x
        h = torch.relu(self.bn1(self.conv1(x)))
        h = self.bn2(self.conv2(h))
        return torch.relu(h + skip)
