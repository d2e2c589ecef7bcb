import numpy as np
import torch
from torch import nn


class Perceptron(nn.Module):
    def __init__(self, in_features: int = 128 * 128, classes: int = 2) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.randn(classes, in_features) / in_features**0.5)
        self.biases = nn.Parameter(torch.zeros(classes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.einsum("np,kp->nk", x.view(x.shape[0], -1), self.weights) + self.biases


def probabilities(y):
    y = np.asarray(y, dtype=np.float64)
    z = y - y.max(axis=-1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
