import torch.nn as nn


class ResidualBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        # TODO: conv, bn, relu, conv, bn and the shortcut

    def forward(self, x):
        # TODO
        raise NotImplementedError
