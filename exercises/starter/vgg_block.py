"""Exercise vgg_block: 3x3 convolutions behind each other, and what they see and cost."""

from torch import nn


def vgg_block(layers, in_channels, out_channels):
    """A module, such as nn.Sequential: (N, in_channels, H, W) -> (N, out_channels, H // 2, W // 2).

    `layers` convolutions with 3x3 kernels and padding 1, a ReLU behind each, then one max-pooling with window and stride 2.
    The first takes in_channels to out_channels, all others have out_channels on both sides. Each has its own weights, and
    a bias or none.
    """
    raise NotImplementedError


def receptive_field(layers):
    """How many pixels in a row one value behind all layers depends on, an integer.

    layers: a list of (kernel, stride), the first layer first: [(3, 1), (3, 1)] gives 5, [(3, 1), (2, 2), (3, 1)] gives 8,
    an empty list 1.
    """
    raise NotImplementedError


def parameters(kernel, layers, channels):
    """Weights of `layers` convolutions of kernel x kernel with `channels` in and out, without biases, an integer.

    parameters(3, 2, c) is 18 * c * c: 28 % less than parameters(5, 1, c), which sees as much. parameters(3, 3, c) is 27 * c * c:
    45 % less than parameters(7, 1, c).
    """
    raise NotImplementedError
