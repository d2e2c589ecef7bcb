import torch
from torch import nn

from .skip import Skip


class ResidualBlock(Skip):
    def __init__(self, in_channels, out_channels, stride=1):
        main = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
        )
        side = None
        if stride != 1 or in_channels != out_channels:
            side = nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)
        super().__init__(main, side, torch.relu)
