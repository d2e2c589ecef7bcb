import numpy as np


def corr2d(X, K):
    h, w = K.shape
    P = np.pad(X, ((h - 1, h - 1), (w - 1, w - 1)))
    Y = np.zeros((P.shape[0] - h + 1, P.shape[1] - w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = np.sum(P[i:i + h, j:j + w] * np.asarray(K))
    return Y
