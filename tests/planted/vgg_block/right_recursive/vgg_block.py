import torch
from torch import nn


class Chain(nn.Module):
    def __init__(self, n, i, o):
        super().__init__()
        self.here = nn.Conv2d(i, o, 3, padding=1)
        self.rest = Chain(n - 1, o, o) if n > 1 else None

    def forward(self, x):
        x = self.here(x)
        if self.rest is None:
            return torch.relu(nn.functional.max_pool2d(x, 2))  # relu and max may change places
        return self.rest(torch.relu(x))


def vgg_block(layers: int, in_channels: int, out_channels: int) -> nn.Module:
    return Chain(layers, in_channels, out_channels)


def receptive_field(layers: list[tuple[int, int]]) -> int:
    match layers:
        case []:
            return 1
        case [(kernel, stride), *rest]:
            return (receptive_field(rest) - 1) * stride + kernel


def parameters(kernel: int, layers: int, channels: int) -> int:
    if layers == 0:
        return 0
    return kernel * kernel * channels * channels + parameters(kernel, layers - 1, channels)
