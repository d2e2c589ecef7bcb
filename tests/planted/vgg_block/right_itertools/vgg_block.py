from itertools import accumulate, chain
from operator import mul

from torch import nn


def conv_relu(i, o):
    return nn.Conv2d(i, o, (3, 3), (1, 1), (1, 1)), nn.ReLU()


def vgg_block(layers, in_channels, out_channels):
    widths = [in_channels] + [out_channels] * layers
    pairs = zip(widths, widths[1:])
    return nn.Sequential(*chain.from_iterable(conv_relu(i, o) for i, o in pairs), nn.MaxPool2d(2))


def receptive_field(layers):
    kernels = [k for k, _ in layers]
    strides = [s for _, s in layers]
    jumps = [1, *accumulate(strides, mul)]
    return 1 + sum((k - 1) * j for k, j in zip(kernels, jumps))


def parameters(kernel, layers, channels):
    one = kernel * kernel * channels * channels
    return one * layers
