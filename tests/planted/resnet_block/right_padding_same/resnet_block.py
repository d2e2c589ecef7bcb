import torch
import torch.nn as nn


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        # "same" is not allowed with a stride, so the first one gets a number
        first = "same" if stride == 1 else 1
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=first)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding="same")
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.act = nn.ReLU()
        if stride == 1 and in_channels == out_channels:
            self.side = nn.Identity()
        else:
            self.side = nn.Sequential(nn.Conv2d(in_channels, out_channels, 1, stride), nn.BatchNorm2d(out_channels))

    def forward(self, x):
        return self.act(self.side(x) + self.bn2(self.conv2(self.act(self.bn1(self.conv1(x))))))
