from collections import OrderedDict

import torch.nn as nn


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.residual = nn.Sequential(OrderedDict([
            ("conv1", nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)),
            ("bn1", nn.BatchNorm2d(out_channels)),
            ("relu", nn.ReLU(inplace=True)),
            ("conv2", nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)),
            ("bn2", nn.BatchNorm2d(out_channels)),
        ]))
        shortcut = OrderedDict()
        if in_channels != out_channels or stride != 1:
            shortcut["conv"] = nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)
            shortcut["bn"] = nn.BatchNorm2d(out_channels)
        self.shortcut = nn.Sequential(shortcut)
        self.activation = nn.ReLU()

    def forward(self, x):
        return self.activation(self.residual(x) + self.shortcut(x))
