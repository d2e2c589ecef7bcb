from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

KERNEL: Final[list[list[float]]] = [[1.0, -1.0]]


def corr2d(X: Tensor, K: Tensor) -> Tensor:
    """Return the cross-correlation of X (H, W) with K (h, w): (H-h+1, W-w+1)."""
    h, w = int(K.shape[0]), int(K.shape[1])
    size: tuple[int, int] = (int(X.shape[0]) - h + 1, int(X.shape[1]) - w + 1)
    Y: Tensor = torch.zeros(size)
    for i in range(size[0]):
        for j in range(size[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y


def edge_demo() -> tuple[Tensor, Tensor]:
    X: Tensor = torch.ones(6, 8)
    X[[0, 1, 3, 4, 5], 2:6] = 0.0
    K: Tensor = torch.tensor(KERNEL)
    return corr2d(X, K), corr2d(X, K.T)
