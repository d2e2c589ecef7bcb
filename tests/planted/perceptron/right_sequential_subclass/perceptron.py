import torch
import torch.nn as nn
import torch.nn.functional as F


class Perceptron(nn.Sequential):
    """A picture goes in, a score for each class comes out."""

    def __init__(self, in_features=16384, classes=2):
        super().__init__(nn.Flatten(start_dim=1), nn.Linear(in_features=in_features, out_features=classes, bias=True))


probabilities = nn.Softmax(dim=-1)
