import torch
from torch import nn
import torch.nn.functional as F


class BasicConv2d(nn.Module):
    def __init__(self, in_channels, out_channels, **kwargs):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, bias=False, **kwargs)
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)), inplace=True)


class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        self.branch1 = BasicConv2d(in_channels, c1, kernel_size=1)
        if isinstance(c2, tuple):
            self.branch2 = nn.Sequential(
                BasicConv2d(in_channels, c2[0], kernel_size=1), BasicConv2d(c2[0], c2[1], kernel_size=3, padding=1)
            )
        else:
            self.branch2 = BasicConv2d(in_channels, c2, kernel_size=3, padding=1)
        if isinstance(c3, tuple):
            self.branch3 = nn.Sequential(
                BasicConv2d(in_channels, c3[0], kernel_size=1), BasicConv2d(c3[0], c3[1], kernel_size=5, padding=2)
            )
        else:
            self.branch3 = BasicConv2d(in_channels, c3, kernel_size=5, padding=2)
        self.branch4 = nn.MaxPool2d(kernel_size=3, stride=1, padding=1)
        if c4 is not None:
            self.branch4 = nn.Sequential(self.branch4, BasicConv2d(in_channels, c4, kernel_size=1))

    def forward(self, x):
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)
