from functools import partial

import torch
from torch import nn

Conv = partial(nn.Conv2d, bias=False)
Conv3 = partial(Conv, kernel_size=3, padding=1)
Conv1 = partial(Conv, kernel_size=1)


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.body = nn.Sequential(
            Conv3(in_channels, out_channels, stride=stride), nn.BatchNorm2d(out_channels), nn.ReLU(),
            Conv3(out_channels, out_channels), nn.BatchNorm2d(out_channels))
        if stride == 1 and in_channels == out_channels:
            self.skip = lambda x: x
        else:
            self.skip = nn.Sequential(
                Conv1(in_channels, out_channels, stride=stride), nn.BatchNorm2d(out_channels))

    def forward(self, x):
        return torch.relu(sum((self.body(x), self.skip(x))))
