from torch import nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(in_channels, channels, 1), nn.ReLU(),
            nn.Conv2d(channels, channels, 3, stride, 1), nn.ReLU(),
            nn.Conv2d(channels, 4 * channels, 1),
        )
        self.id = nn.Identity() if (stride, in_channels) == (1, 4 * channels) else nn.Conv2d(in_channels, 4 * channels, 1, stride)

    def forward(self, x):
        return nn.functional.relu(self.net(x) + self.id(x))
