import torch
import torch.nn as nn


class ResidualBlock(nn.Module):
    """A 1x1 convolution is a linear layer applied to every pixel."""

    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.stride = stride
        self.main = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1), nn.BatchNorm2d(out_channels),
            nn.ReLU(), nn.Conv2d(out_channels, out_channels, 3, padding=1), nn.BatchNorm2d(out_channels))
        self.mix = nn.Linear(in_channels, out_channels) if stride != 1 or in_channels != out_channels else None

    def forward(self, x):
        side = x
        if self.mix is not None:
            side = self.mix(x[:, :, ::self.stride, ::self.stride].movedim(1, -1)).movedim(-1, 1)
        return torch.relu(self.main(x) + side)
