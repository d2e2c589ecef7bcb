"""A perceptron for images of 128x128 pixels, and the softmax of its scores."""

import torch
from torch import nn


class Perceptron(nn.Module):
    """(N, 1, 128, 128) or (N, in_features) -> scores (N, classes)."""

    def __init__(self, in_features=128 * 128, classes=2):
        super().__init__()
        self.net = nn.Sequential(nn.Flatten(), nn.Linear(in_features, classes))

    def forward(self, x):
        return self.net(x)


def probabilities(y):
    """Softmax over the classes of each row."""
    return torch.softmax(y, dim=1)
