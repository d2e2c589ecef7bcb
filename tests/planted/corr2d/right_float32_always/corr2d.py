import numpy as np


def corr2d(X, K):
    X = np.asarray(X, dtype=np.float32)
    K = np.asarray(K, dtype=np.float32)
    kh, kw = K.shape
    Y = np.zeros((X.shape[0] - kh + 1, X.shape[1] - kw + 1), dtype=np.float32)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + kh, j:j + kw] * K).sum()
    return Y


def edge_demo():
    X = np.ones((6, 8), dtype=np.float32)
    X[:2, 2:6] = X[3:, 2:6] = 0
    K = np.array([[1, -1]], dtype=np.float32)
    return corr2d(X, K), corr2d(X, K.T)
