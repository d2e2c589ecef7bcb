import torch.nn as nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.layers = nn.ModuleList([
            nn.Conv2d(in_channels, channels, 1),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.Conv2d(channels, channels * 4, 1),
        ])
        self.norms = nn.ModuleList([nn.BatchNorm2d(channels), nn.BatchNorm2d(channels), nn.BatchNorm2d(channels * 4)])
        self.skip = nn.Identity() if in_channels == channels * 4 and stride == 1 else nn.Conv2d(in_channels, channels * 4, 1)

    def forward(self, x):
        y = x
        for i in range(3):
            y = self.norms[i](self.layers[i](y))
            if i < 2:
                y = y.relu()
        return (y + self.skip(x)).relu()
