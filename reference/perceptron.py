"""One layer of weights: a score for each class is a weighted sum of all pixels, and a bias.

    x (N, 1, 128, 128) or (N, in_features) -> y (N, classes)
    weight (classes, in_features), bias (classes): 2 * 16,384 + 2 = 32,770 parameters

The scores become probabilities by the softmax: p_k = exp(y_k) / sum_j exp(y_j). Subtracting the same number from all
scores of a row changes no probability; subtracting the largest keeps exp from overflowing.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn


class Perceptron(nn.Module):
    """Images (N, 1, 128, 128), or rows of pixels (N, in_features), to scores (N, classes)."""

    def __init__(self, in_features: int = 128 * 128, classes: int = 2) -> None:
        super().__init__()
        self.linear = nn.Linear(in_features, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.linear(x.flatten(start_dim=1))
        return scores


def probabilities(y: np.ndarray | torch.Tensor) -> np.ndarray:
    """y (N, classes) -> (N, classes): the softmax of each row."""
    scores = torch.from_numpy(np.array(y))
    e = torch.exp(scores - scores.amax(dim=1, keepdim=True))
    return (e / e.sum(dim=1, keepdim=True)).numpy()
