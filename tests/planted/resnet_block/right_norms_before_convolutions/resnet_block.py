import torch.nn as nn
from torch.nn.functional import relu


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.norm1 = nn.BatchNorm2d(out_channels)
        self.second = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.first = nn.Conv2d(in_channels, out_channels, 3, padding=1, stride=stride)
        self.skip = stride == 1 and in_channels == out_channels
        if not self.skip:
            self.norm0 = nn.BatchNorm2d(out_channels)
            self.zeroth = nn.Conv2d(in_channels, out_channels, 1, stride=stride)

    def forward(self, x):
        y = self.norm2(self.second(relu(self.norm1(self.first(x)))))
        if self.skip:
            return relu(y + x)
        return relu(y + self.norm0(self.zeroth(x)))
