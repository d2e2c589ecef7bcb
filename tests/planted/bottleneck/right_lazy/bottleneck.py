import torch
from torch import nn


class Bottleneck(nn.Module):
    """Input channels are inferred, so in_channels is only needed for the skip decision."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.LazyConv2d(channels, kernel_size=1)
        self.conv2 = nn.LazyConv2d(channels, kernel_size=3, padding=1, stride=stride)
        self.conv3 = nn.LazyConv2d(4 * channels, kernel_size=1)
        self.norms = nn.ModuleList(nn.LazyBatchNorm2d() for _ in range(3))
        if in_channels == 4 * channels and stride == 1:
            self.conv4 = None
        else:
            self.conv4 = nn.LazyConv2d(4 * channels, kernel_size=1, stride=stride)

    def forward(self, X):
        Y = torch.relu(self.norms[0](self.conv1(X)))
        Y = torch.relu(self.norms[1](self.conv2(Y)))
        Y = self.norms[2](self.conv3(Y))
        if self.conv4:
            X = self.conv4(X)
        return torch.relu(Y + X)
