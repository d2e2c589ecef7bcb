"""Exercise bottleneck: the residual block of ResNet-50."""

from torch import nn


class Bottleneck(nn.Module):
    """y = ReLU(F(x) + shortcut(x)): (N, in_channels, H, W) -> (N, 4 * channels, ceil(H / stride), ceil(W / stride)).

    F is conv 1x1 to `channels`, batch norm, ReLU, conv 3x3 (padding 1), batch norm, ReLU, conv 1x1 to 4 * channels, batch
    norm. The stride belongs on the 3x3 convolution; on the first 1x1 convolution it is right too, but not on both. The
    shortcut is x itself where the shapes agree, else a 1x1 convolution with the stride (a batch norm behind it is fine).
    Use nn.Conv2d (with or without bias) and nn.BatchNorm2d.
    """

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        raise NotImplementedError

    def forward(self, x):
        raise NotImplementedError
