from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor, nn


class Conv3x3(nn.Conv2d):
    def __init__(self, i: int, o: int) -> None:
        super().__init__(i, o, kernel_size=3, padding=1)
        nn.init.kaiming_normal_(self.weight, nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).relu_()


def vgg_block(layers: int, in_channels: int, out_channels: int) -> nn.Module:
    first, rest = Conv3x3(in_channels, out_channels), [Conv3x3(out_channels, out_channels) for _ in range(1, layers)]
    return nn.Sequential(first, *rest, nn.AdaptiveMaxPool2d(1) if layers == 0 else nn.MaxPool2d(2))


def receptive_field(layers: Iterable[tuple[int, int]]) -> int:
    field = step = 1.0
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return int(field)


def parameters(kernel: int, layers: int, channels: int) -> int:
    return sum(kernel**2 * channels**2 for _ in range(layers))
