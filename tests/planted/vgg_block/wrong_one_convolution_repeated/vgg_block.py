from torch import nn


def vgg_block(layers, in_channels, out_channels):
    first = [nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU()]
    more = [nn.Conv2d(out_channels, out_channels, 3, padding=1), nn.ReLU()] * (layers - 1)
    return nn.Sequential(*first, *more, nn.MaxPool2d(2))


def receptive_field(layers):
    step = 1
    field = 1
    for layer in layers:
        field += (layer[0] - 1) * step
        step *= layer[1]
    return field


def parameters(kernel, layers, channels):
    return layers * channels * channels * kernel * kernel
