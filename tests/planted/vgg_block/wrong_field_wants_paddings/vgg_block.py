import torch
from torch import nn


def vgg_block(num_convs, in_channels, out_channels):
    layers = []
    for _ in range(num_convs):
        layers.append(nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1))
        layers.append(nn.ReLU())
        in_channels = out_channels
    layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
    return nn.Sequential(*layers)


def receptive_field(layers):
    rf = 1
    jump = 1
    for k, s, p in layers:
        rf = rf + (k - 1) * jump
        jump = jump * s
    return rf


def parameters(kernel, layers, channels):
    return layers * (kernel ** 2) * (channels ** 2)
