from torch import nn


def vgg_block(layers, in_channels, out_channels):
    seq = nn.Sequential(nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU())
    for _ in range(layers - 1):
        seq = nn.Sequential(seq, nn.Conv2d(out_channels, out_channels, 3, padding=1), nn.ReLU())
    return nn.Sequential(seq, nn.MaxPool2d(2))


def receptive_field(layers):
    total = 0
    for kernel, stride in layers:
        total += kernel
    return total


def parameters(kernel, layers, channels):
    return layers * kernel * kernel * channels * channels
