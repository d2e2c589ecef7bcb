import torch.nn as nn

from resnet_layers import conv_bn, make_shortcut


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.block = nn.Sequential(
            *conv_bn(in_channels, out_channels, 3, stride), nn.ReLU(), *conv_bn(out_channels, out_channels, 3))
        self.shortcut = make_shortcut(in_channels, out_channels, stride)
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.block(x) + self.shortcut(x))
