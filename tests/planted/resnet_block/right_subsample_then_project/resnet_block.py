import torch
import torch.nn as nn


class ResidualBlock(nn.Module):
    """A 1x1 convolution of stride s only looks at every s-th pixel, so slice first."""

    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.stride = stride
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.match = None
        if in_channels != out_channels or stride != 1:
            self.match = nn.Sequential(nn.Conv2d(in_channels, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        if self.match is not None:
            x = self.match(x[:, :, ::self.stride, ::self.stride])
        return torch.relu(y + x)
