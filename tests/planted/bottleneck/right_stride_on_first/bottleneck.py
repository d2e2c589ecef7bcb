# ResNet v1 (He et al., 2015): the first 1x1 conv carries the stride
import torch
from torch import nn, Tensor


class ConvBN(nn.Sequential):
    def __init__(self, cin: int, cout: int, k: int, s: int = 1, act: bool = True) -> None:
        layers: list[nn.Module] = [nn.Conv2d(cin, cout, k, s, k // 2, bias=False), nn.BatchNorm2d(cout)]
        if act:
            layers.append(nn.ReLU(inplace=True))
        super().__init__(*layers)


class Bottleneck(nn.Module):
    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.a = ConvBN(in_channels, channels, 1, stride)
        self.b = ConvBN(channels, channels, 3)
        self.c = ConvBN(channels, channels * 4, 1, act=False)
        same = stride == 1 and in_channels == channels * 4
        self.skip = nn.Identity() if same else ConvBN(in_channels, channels * 4, 1, stride, act=False)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.c(self.b(self.a(x))) + self.skip(x))
