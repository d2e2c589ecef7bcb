# Uebung VGG
import math
from functools import reduce
from torch import nn


def vgg_block(layers, in_channels, out_channels):
    net = nn.Sequential()
    for nr in range(layers):
        net.add_module(f"faltung{nr}", nn.LazyConv2d(out_channels, 3, padding=1))
        net.add_module(f"relu{nr}", nn.ReLU(inplace=True))
    net.add_module("pool", nn.AvgPool2d(2, 2))
    return net


def receptive_field(layers):
    return reduce(lambda r, ks: (r - 1) * ks[1] + ks[0], reversed(layers), 1)


def parameters(kernel, layers, channels):
    return math.prod((layers, kernel, kernel, channels, channels))
