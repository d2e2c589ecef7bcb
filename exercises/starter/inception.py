"""Exercise inception: GoogLeNet's module."""

import torch
from torch import nn


class Inception(nn.Module):
    """(N, in_channels, H, W) -> (N, c1 + c2 + c3 + c4, H, W): four branches from the same x, concatenated over channels.

    Inception(in_channels, c1, (c2r, c2), (c3r, c3), c4), for example Inception(192, 64, (96, 128), (16, 32), 32):

        1x1 convolution to c1
        1x1 convolution to c2r, 3x3 convolution to c2
        1x1 convolution to c3r, 5x5 convolution to c3
        3x3 max-pool with stride 1, 1x1 convolution to c4

    in this order. Behind every convolution, an nn.Conv2d each with or without bias, stands a ReLU, and no batch norm. Height and
    width stay: pad for it.

    The module's first form has no reductions. Where c2 or c3 is a plain number, leave the 1x1 convolution before it out;
    where c4 is None, leave the one behind the max-pool out: the pooled x itself is the last branch then.
    """

    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        raise NotImplementedError

    def forward(self, x):
        raise NotImplementedError
