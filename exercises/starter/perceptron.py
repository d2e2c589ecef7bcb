"""Exercise perceptron: one linear layer on images, and probabilities from its scores. 32,770 parameters by default."""

import torch
from torch import nn


class Perceptron(nn.Module):
    """x (N, 1, 128, 128), or rows of pixels (N, in_features) -> scores (N, classes).

    One linear layer with a bias, or one for each class beside the others, and nothing after it.
    """

    def __init__(self, in_features=128 * 128, classes=2):
        super().__init__()
        raise NotImplementedError

    def forward(self, x):
        raise NotImplementedError


def probabilities(y):
    """y (N, classes) -> (N, classes): the softmax of each row, without an overflow for scores of 1,000 or -1,000."""
    raise NotImplementedError
