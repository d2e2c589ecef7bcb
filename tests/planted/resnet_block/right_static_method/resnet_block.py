import torch
import torch.nn as nn


class ResidualBlock(nn.Module):
    @staticmethod
    def conv3x3(cin, cout, stride=1):
        return nn.Conv2d(cin, cout, kernel_size=3, stride=stride, padding=1)

    @staticmethod
    def same_shape(cin, cout, stride):
        return cin == cout and stride == 1

    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.conv1 = self.conv3x3(in_channels, out_channels, stride)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = self.conv3x3(out_channels, out_channels)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.projection = None
        if not self.same_shape(in_channels, out_channels, stride):
            self.projection = nn.Conv2d(in_channels, out_channels, 1, stride=stride)

    def shortcut(self, x):
        return x if self.projection is None else self.projection(x)

    def residual(self, x):
        return self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))

    def forward(self, x):
        return torch.relu(torch.add(self.residual(x), self.shortcut(x)))
