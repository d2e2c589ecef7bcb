import torch.nn as nn
import torch.nn.functional as F


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.conv_a = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.norm_a = nn.BatchNorm2d(out_channels)
        self.conv_b = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.norm_b = nn.BatchNorm2d(out_channels)
        self.project = None
        if in_channels != out_channels or stride > 1:
            self.project = nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)

    def forward(self, x):
        residual = x if self.project is None else self.project(x)
        f = self.norm_a(self.conv_a(x))
        f = F.relu(f, inplace=True)
        f = self.norm_b(self.conv_b(f))
        return F.relu(f + residual)
