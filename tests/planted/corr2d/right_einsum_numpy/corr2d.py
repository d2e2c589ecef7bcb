import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def corr2d(X, K):
    return np.einsum("ijkl,kl->ij", sliding_window_view(X, K.shape), K)


def edge_demo():
    X = np.ones((6, 8))
    X[:2, 2:6] = 0
    X[3:, 2:6] = 0
    K = np.array([[1.0, -1.0]])
    return corr2d(X, K), corr2d(X, K.T)
