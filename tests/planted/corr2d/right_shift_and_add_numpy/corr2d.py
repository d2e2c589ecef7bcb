import numpy as np


def corr2d(X, K):
    """Loop over the (small) kernel instead of the (large) image."""
    oh = X.shape[0] - K.shape[0] + 1
    ow = X.shape[1] - K.shape[1] + 1
    Y = np.zeros((oh, ow), dtype=np.result_type(X, K))
    for a in range(K.shape[0]):
        for b in range(K.shape[1]):
            Y += K[a, b] * X[a:a + oh, b:b + ow]
    return Y
