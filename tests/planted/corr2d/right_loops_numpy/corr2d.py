import numpy as np


def corr2d(X, K):
    X = X.astype(np.float64)
    K = K.astype(np.float64)
    rows = X.shape[0] - K.shape[0] + 1
    cols = X.shape[1] - K.shape[1] + 1
    out = np.zeros((rows, cols))
    for r in range(rows):
        for c in range(cols):
            total = 0.0
            for a in range(K.shape[0]):
                for b in range(K.shape[1]):
                    total += X[r + a, c + b] * K[a, b]
            out[r, c] = total
    return out


def edge_demo():
    X = np.ones((6, 8))
    X[[0, 1, 3, 4, 5], 2:6] = 0
    K = np.array([[1, -1]])
    return corr2d(X, K), corr2d(X, K.T)
