import torch
import torch.nn as nn


def vgg_block(layers, in_channels, out_channels):
    modules = nn.ModuleDict()
    c = in_channels
    block = nn.Sequential()
    for i in range(1, layers + 1):
        block.append(nn.Sequential(nn.Conv2d(c, out_channels, 3, 1, 1), nn.ReLU(True)))
        c = out_channels
    print(f"block with {layers} convolutions")
    return nn.Sequential(block, nn.MaxPool2d((2, 2)))


def receptive_field(layers):
    """Walk the interval [lo, hi] of inputs back to the image."""
    lo, hi = 0, 0
    for kernel, stride in reversed(list(layers)):
        lo, hi = lo * stride, hi * stride + kernel - 1
    return hi - lo + 1


def parameters(kernel, layers, channels):
    conv = nn.Conv2d(channels, channels, kernel, bias=False, device="meta")
    return layers * sum(p.numel() for p in conv.parameters())
