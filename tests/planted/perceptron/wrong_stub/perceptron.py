import torch
import torch.nn as nn
import torch.nn.functional as F


class Perceptron(nn.Module):
    def __init__(self, in_features=128 * 128, classes=2):
        super().__init__()
        raise NotImplementedError

    def forward(self, x):
        raise NotImplementedError


def probabilities(y):
    raise NotImplementedError
