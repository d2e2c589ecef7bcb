from collections import OrderedDict

from torch import nn


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        out = 4 * channels
        self.residual = nn.Sequential(OrderedDict([
            ("reduce", nn.Conv2d(in_channels, channels, 1, bias=False)), ("bn_a", nn.BatchNorm2d(channels)), ("relu_a", nn.ReLU()),
            ("pad", nn.ZeroPad2d(1)),
            ("conv", nn.Conv2d(channels, channels, 3, stride=stride, bias=False)), ("bn_b", nn.BatchNorm2d(channels)), ("relu_b", nn.ReLU()),
            ("expand", nn.Conv2d(channels, out, 1, bias=False)), ("bn_c", nn.BatchNorm2d(out)),
        ]))
        steps = []
        if stride != 1:
            steps.append(nn.MaxPool2d(1, stride))
        if stride != 1 or in_channels != out:
            steps.append(nn.Conv2d(in_channels, out, 1))
        self.direct = nn.Sequential(*steps)
        self.final = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.final(self.residual(x) + self.direct(x))
