import numpy as np


def corr2d(X, K):
    h, w = K.shape
    H, W = X.shape
    Y = np.zeros((H - h + 1, W - w))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y
