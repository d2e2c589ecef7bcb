import numpy as np
from scipy.ndimage import correlate


def corr2d(X, K):
    X, K = np.asarray(X, dtype=float), np.asarray(K, dtype=float)
    h, w = K.shape
    top, left = h // 2, w // 2
    Y = correlate(X, K, mode="constant")
    return Y[top:top + X.shape[0] - h + 1, left:left + X.shape[1] - w + 1].copy()
