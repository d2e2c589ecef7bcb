import numpy as np


def corr2d(X, K):
    shape = [n - k + 1 for n, k in zip(X.shape, K.shape)]
    Y = np.zeros(shape)
    for pos in np.ndindex(*shape):
        window = tuple(slice(p, p + k) for p, k in zip(pos, K.shape))
        Y[pos] = (X[window] * K).sum()
    return Y


def edge_demo():
    X = np.ones((6, 8))
    X[np.ix_([0, 1, 3, 4, 5], [2, 3, 4, 5])] = 0
    K = np.array([[1, -1]])
    return corr2d(X, K), corr2d(X, K.T)
