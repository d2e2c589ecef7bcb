import torch.nn as nn


def vgg_block(layers, in_channels, out_channels):
    convs = [nn.Conv2d(in_channels, out_channels, 3, padding=1)]
    for _ in range(layers - 1):
        convs.append(nn.Conv2d(out_channels, out_channels, 3, padding=1))
    return nn.Sequential(*convs, nn.ReLU(), nn.MaxPool2d(2))


def receptive_field(layers):
    field, jump = 1, 1
    for kernel, stride in layers:
        field, jump = field + (kernel - 1) * jump, jump * stride
    return field


def parameters(kernel, layers, channels):
    return kernel**2 * channels**2 * layers
