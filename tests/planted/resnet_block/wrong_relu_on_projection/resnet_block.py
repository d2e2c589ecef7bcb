import torch
import torch.nn as nn


def conv_bn_relu(i, o, k, s=1):
    return nn.Sequential(nn.Conv2d(i, o, k, s, k // 2, bias=False), nn.BatchNorm2d(o), nn.ReLU())


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.layer1 = conv_bn_relu(in_channels, out_channels, 3, stride)
        self.layer2 = nn.Sequential(nn.Conv2d(out_channels, out_channels, 3, 1, 1, bias=False), nn.BatchNorm2d(out_channels))
        self.skip = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.skip = conv_bn_relu(in_channels, out_channels, 1, stride)

    def forward(self, x):
        return torch.relu(self.layer2(self.layer1(x)) + self.skip(x))
