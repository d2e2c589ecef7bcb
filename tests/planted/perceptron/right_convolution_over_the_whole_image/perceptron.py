import torch
import torch.nn as nn
import torch.nn.functional as F


class Perceptron(nn.Module):
    """A 1-D convolution with a kernel as long as the row is a dense layer."""

    def __init__(self, in_features=128 * 128, classes=2):
        super().__init__()
        self.conv = nn.Conv1d(1, classes, kernel_size=in_features)

    def forward(self, x):
        return self.conv(x.flatten(1).unsqueeze(1)).squeeze(2)


def probabilities(y):
    return y.double().softmax(-1).float()
