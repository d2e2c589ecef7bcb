import numpy as np


def corr2d(X, K):
    h, w = K.shape
    H, W = X.shape
    Y = np.zeros((H - h + 1, W - w + 1))
    for i in range(0, H - h):
        for j in range(0, W - w):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y
