import numpy as np


def corr2d(X, K):
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape)
    return np.einsum("ijab,ab->ijb", windows, K)


def edge_demo():
    X = np.ones((6, 8))
    X[:2, 2:6] = 0
    X[3:, 2:6] = 0
    K = np.array([[1, -1]])
    return corr2d(X, K), corr2d(X, K.T)
