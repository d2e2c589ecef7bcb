"""The VGG block."""

from torch import nn


def vgg_block(layers, in_channels, out_channels):
    """3x3 convolutions with ReLU, then max-pooling."""
    modules = []
    for i in range(layers):
        modules.append(nn.Conv2d(in_channels if i == 0 else out_channels, out_channels, kernel_size=3, padding=1))
        modules.append(nn.ReLU())
    modules.append(nn.MaxPool2d(kernel_size=2, stride=2))
    return nn.Sequential(*modules)


def receptive_field(layers):
    """From the last layer back: a window of r outputs needs (r - 1) * stride + kernel inputs."""
    r = 1
    for kernel, stride in reversed(layers):
        r = (r - 1) * stride + kernel
    return r


def parameters(kernel, layers, channels):
    """Biases aside."""
    return layers * (kernel * channels) ** 2
