import torch
import torch.nn as nn


class Residual(nn.Module):
    """Subclasses say what main and shortcut are."""

    def main(self, x):
        raise NotImplementedError

    def shortcut(self, x):
        return x

    def forward(self, x):
        return torch.relu(self.main(x) + self.shortcut(x))


class ResidualBlock(Residual):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1), nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(out_channels, out_channels, 3, padding=1), nn.BatchNorm2d(out_channels))
        self.projection = None
        if stride != 1 or in_channels != out_channels:
            self.projection = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride), nn.BatchNorm2d(out_channels))

    def main(self, x):
        return self.layers(x)

    def shortcut(self, x):
        return x if self.projection is None else self.projection(x)
