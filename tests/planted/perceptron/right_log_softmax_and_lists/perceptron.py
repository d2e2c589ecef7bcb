import torch
import torch.nn as nn
import torch.nn.functional as F

import math


class Perceptron(nn.Module):
    def __init__(self, in_features=128 * 128, classes=2):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(in_features, classes)])

    def forward(self, images):
        (layer,) = self.layers
        return F.linear(images.flatten(1), layer.weight, layer.bias)


def probabilities(y):
    """Plain Python."""
    result = []
    for row in y.tolist():
        top = max(row)
        powers = [math.exp(v - top) for v in row]
        result.append([p / sum(powers) for p in powers])
    return result
