import torch
from torch import nn
from torch.nn import functional as F


class Convolutions(nn.Module):
    def __init__(self, layers, in_channels, out_channels):
        super().__init__()
        widths = [in_channels, *[out_channels] * (layers - 1)]
        self.kernels = nn.ParameterList([nn.Parameter(0.1 * torch.randn(out_channels, c, 3, 3)) for c in widths])
        self.offsets = nn.ParameterList([nn.Parameter(torch.zeros(out_channels)) for _ in widths])

    def forward(self, x):
        for kernel, offset in zip(self.kernels, self.offsets):
            x = torch.relu(F.conv2d(x, kernel, offset, padding="same"))
        return F.max_pool2d(x, 2)


def vgg_block(layers, in_channels, out_channels):
    return Convolutions(layers, in_channels, out_channels)


def receptive_field(layers):
    seen = {0}
    for kernel, stride in reversed(layers):
        low, high = min(seen) * stride, max(seen) * stride + kernel - 1
        seen = {low, high}
    return max(seen) - min(seen) + 1


def parameters(kernel, layers, channels):
    weights_per_layer = (channels * kernel) * (channels * kernel)
    return weights_per_layer * layers
