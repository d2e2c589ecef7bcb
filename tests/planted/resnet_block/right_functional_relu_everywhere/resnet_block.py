import torch.nn as nn
import torch.nn.functional as F


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.change = in_channels != out_channels or stride != 1
        self.conv1 = nn.Conv2d(in_channels, out_channels, (3, 3), (stride, stride), (1, 1))
        self.conv2 = nn.Conv2d(out_channels, out_channels, (3, 3), (1, 1), (1, 1))
        self.batchnorm1 = nn.BatchNorm2d(out_channels)
        self.batchnorm2 = nn.BatchNorm2d(out_channels)
        if self.change:
            self.conv1x1 = nn.Conv2d(in_channels, out_channels, (1, 1), (stride, stride))
            self.batchnorm3 = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        z1 = self.conv1(x)
        n1 = self.batchnorm1(z1)
        a1 = F.relu(n1)
        z2 = self.conv2(a1)
        n2 = self.batchnorm2(z2)
        if self.change:
            s = self.batchnorm3(self.conv1x1(x))
        else:
            s = x
        total = n2 + s
        return F.relu(total)
