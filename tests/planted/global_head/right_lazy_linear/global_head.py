import torch
from torch import nn


class GlobalHead(nn.Module):
    def __init__(self, in_channels, classes):
        super().__init__()
        self.out = nn.LazyLinear(classes)

    def forward(self, X):
        pixels = X.shape[-1] * X.shape[-2]
        return self.out(torch.einsum("nchw->nc", X) / pixels)
