import torch
from torch import nn


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.paths = nn.ModuleDict()
        self.paths["main"] = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, stride, 1), nn.BatchNorm2d(out_channels), nn.ReLU(),
            nn.Conv2d(out_channels, out_channels, 3, 1, 1), nn.BatchNorm2d(out_channels))
        if (in_channels, 1) != (out_channels, stride):
            self.paths["side"] = nn.Conv2d(in_channels, out_channels, 1, stride)

    def forward(self, x):
        side = self.paths["side"](x) if "side" in self.paths else x
        return torch.relu(self.paths["main"](x) + side)
