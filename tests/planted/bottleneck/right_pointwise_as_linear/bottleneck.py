import torch
from torch import nn
from torch.nn import functional as F


class Pointwise(nn.Module):
    """A 1x1 convolution is the same dense layer at every pixel."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.dense = nn.Linear(inputs, outputs, bias=False)

    def forward(self, x):
        return self.dense(x.movedim(1, -1)).movedim(-1, 1)


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.stride = stride
        self.squeeze = Pointwise(in_channels, channels)
        self.mix = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.widen = Pointwise(channels, 4 * channels)
        self.n1, self.n2, self.n3 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels), nn.BatchNorm2d(4 * channels)
        self.match = None
        if stride != 1 or in_channels != 4 * channels:
            self.match = Pointwise(in_channels, 4 * channels)

    def forward(self, x):
        y = F.relu(self.n1(self.squeeze(x)))
        y = F.relu(self.n2(self.mix(y)))
        y = self.n3(self.widen(y))
        if self.match is not None:
            x = self.match(x[:, :, :: self.stride, :: self.stride])
        return F.relu(y + x)
