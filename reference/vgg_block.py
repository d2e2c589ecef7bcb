"""The block of VGG, Simonyan and Zisserman 2014 (arXiv:1409.1556): 3x3 convolutions, and why they replaced larger ones.

Two 3x3 convolutions behind each other see a 5x5 window, three a 7x7, with a ReLU more for each and fewer weights. With
C channels in and out, biases aside:

    window   one convolution   3x3 convolutions   saved
    5x5      25 * C * C        2 * 9 = 18         28 %
    7x7      49 * C * C        3 * 9 = 27         45 %

The receptive field grows with each layer by kernel - 1 steps, and a step is as wide as the product of all strides before.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn


def vgg_block(layers: int, in_channels: int, out_channels: int) -> nn.Module:
    """So many 3x3 convolutions with ReLU, then max-pooling: (N, in_channels, H, W) to (N, out_channels, H // 2, W // 2)."""
    block: list[nn.Module] = []
    for _ in range(layers):
        block += [nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU()]
        in_channels = out_channels
    return nn.Sequential(*block, nn.MaxPool2d(2))


def receptive_field(layers: Sequence[tuple[int, int]]) -> int:
    """How many pixels in a row one value behind `layers`, (kernel, stride) each, has seen; 1 without layers."""
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field


def parameters(kernel: int, layers: int, channels: int) -> int:
    """Weights of so many convolutions with kernel x kernel windows and `channels` in and out, biases aside."""
    return layers * kernel * kernel * channels * channels
