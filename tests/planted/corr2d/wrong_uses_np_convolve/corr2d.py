import numpy as np


def corr2d(X, K):
    X, K = np.asarray(X), np.asarray(K)
    h, w = K.shape
    rows = []
    for i in range(X.shape[0] - h + 1):
        # np.convolve flips, so flip back first
        rows.append(sum(np.convolve(X[i + a], K[a, ::-1])[w - 1:X.shape[1]] for a in range(h)))
    return np.array(rows)
