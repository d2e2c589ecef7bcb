from typing import NamedTuple

import numpy as np


class Learned(NamedTuple):
    kernel: np.ndarray
    losses: list


def learn_kernel(X, Y, steps=30, lr=0.02):
    pairs = np.lib.stride_tricks.sliding_window_view(np.asarray(X, float), 2, axis=1)   # (6, 7, 2)
    kernel = np.random.uniform(-1, 1, size=2)
    losses = []
    for _ in range(steps):
        residual = pairs @ kernel - np.asarray(Y, float)
        losses.append(np.square(residual).sum())
        kernel = kernel - 2 * lr * np.einsum("ij,ijk->k", residual, pairs)
    return Learned(kernel[np.newaxis, :], losses)
