import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, layers, in_channels, out_channels):
        super().__init__()
        self.layers = layers
        for i in range(layers):
            setattr(self, f"conv{i}", nn.Conv2d(in_channels if i == 0 else out_channels, out_channels, 3, padding=1))
        self.pool = nn.MaxPool2d(2)

    def forward(self, x):
        for i in range(self.layers):
            if i > 0:
                x = torch.relu(x)
            x = getattr(self, f"conv{i}")(x)
        return self.pool(x)


def vgg_block(layers, in_channels, out_channels):
    return Block(layers, in_channels, out_channels)


def receptive_field(layers):
    r = 1
    for k, s in reversed(layers):
        r = (r - 1) * s + k
    return r


def parameters(kernel, layers, channels):
    return layers * kernel * kernel * channels * channels
