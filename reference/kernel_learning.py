"""Learn a kernel from an image and its filtered version, by gradient descent on the squared error.

Shapes: X (H, W), Y (H, W-1), kernel (1, 2).
Source: "Dive into Deep Learning", section 7.2.4: 10 to 20 steps with a learning rate around 0.02.
"""

from __future__ import annotations

import numpy as np

from reference.corr2d import corr2d


def learn_kernel(X: np.ndarray, Y: np.ndarray, steps: int = 20, lr: float = 0.02) -> tuple[np.ndarray, list[float]]:
    """The learned kernel (1, 2) and the loss, the sum of squared errors, before each step.

    The loss is sum((corr2d(X, K) - Y)**2); its gradient with respect to K is the correlation of X with twice
    the error.
    """
    kernel = np.zeros((1, 2))
    losses = []
    for _ in range(steps):
        error = corr2d(X, kernel) - Y
        losses.append(float((error**2).sum()))
        kernel -= lr * corr2d(X, 2 * error)
    return kernel, losses


def striped_image(first: int = 2, last: int = 5) -> np.ndarray:
    """White (6, 8) with black columns `first` to `last`."""
    X = np.ones((6, 8))
    X[:, first : last + 1] = 0
    return X
