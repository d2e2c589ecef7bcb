from torch import nn

from layers import cbr, projection


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.body = nn.Sequential(
            *cbr(in_channels, channels, 1, 1, True),
            *cbr(channels, channels, 3, stride, True),
            *cbr(channels, 4 * channels, 1, 1, False),
        )
        self.shortcut = projection(in_channels, 4 * channels, stride)
        self.act = nn.ReLU()

    def forward(self, x):
        y = self.body(x)
        y = y.add(self.shortcut(x))
        return self.act(y)
