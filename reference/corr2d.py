"""Cross-correlation in two dimensions, as the lesson defines it.

Shapes: X (H, W) the image, K (h, w) the kernel, Y (H-h+1, W-w+1) the result.
Source: Zhang, Lipton, Li, Smola, "Dive into Deep Learning", section 7.2, equation 7.1.3.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def corr2d(X: np.ndarray, K: np.ndarray) -> np.ndarray:
    """Y[i, j] = sum over a, b of X[i+a, j+b] * K[a, b].

    X (H, W), K (h, w) of any numeric dtype; the result (H-h+1, W-w+1) is float64.
    Raises ValueError when the kernel is larger than the image.
    """
    windows = sliding_window_view(np.asarray(X, dtype=np.float64), K.shape)  # (H-h+1, W-w+1, h, w)
    return np.asarray(np.einsum("ijab,ab->ij", windows, np.asarray(K, dtype=np.float64)))


def edge_demo() -> tuple[np.ndarray, np.ndarray]:
    """Edges of a small picture: (vertical (6, 7), horizontal (5, 8)).

    The kernel [[1, -1]] answers 1 where white turns to black from left to right and -1 where black turns to
    white; its transpose does the same from top to bottom.
    """
    X, K = edge_image(), np.array([[1.0, -1.0]])
    return corr2d(X, K), corr2d(X, K.T)


def edge_image() -> np.ndarray:
    """White (6, 8) with a black stripe in columns 2 to 5 of all rows but row 2."""
    X = np.ones((6, 8))
    X[0:2, 2:6] = 0
    X[3:6, 2:6] = 0
    return X
