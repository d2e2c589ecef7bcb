import math

import numpy as np


def corr2d(X, K):
    h, w = len(K), len(K[0])
    rows, cols = len(X) - h + 1, len(X[0]) - w + 1
    out = np.zeros((rows, cols))
    for i in range(rows):
        for j in range(cols):
            out[i, j] = math.fsum(float(X[i + a][j + b]) * float(K[a][b]) for a in range(h) for b in range(w))
    return out
