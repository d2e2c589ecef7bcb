import numpy as np

BUFFERS = {}


def corr2d(X, K):
    h, w = K.shape
    shape = (X.shape[0] - h + 1, X.shape[1] - w + 1)
    # allocating is slow, keep one array per size
    if shape not in BUFFERS:
        BUFFERS[shape] = np.zeros(shape)
    Y = BUFFERS[shape]
    for i in range(shape[0]):
        for j in range(shape[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y
