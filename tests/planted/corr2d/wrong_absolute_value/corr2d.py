import numpy as np


def corr2d(X, K):
    X, K = np.array(X, dtype=float), np.array(K, dtype=float)
    h, w = K.shape
    Y = np.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = abs((X[i:i + h, j:j + w] * K).sum())   # strength of the edge
    return Y


def edge_demo():
    X = np.ones((6, 8))
    X[:2, 2:6] = 0
    X[3:, 2:6] = 0
    K = np.array([[1.0, -1.0]])
    return corr2d(X, K), corr2d(X, K.T)
