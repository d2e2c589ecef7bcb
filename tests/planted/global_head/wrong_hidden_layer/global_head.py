import torch
from torch import nn


class GlobalHead(nn.Module):
    def __init__(self, in_channels, classes):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(in_channels, 128), nn.ReLU(), nn.Linear(128, classes))

    def forward(self, x):
        return self.net(torch.mean(x, dim=(2, 3)))
