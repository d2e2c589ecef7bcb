import numpy as np

def corr2d(X, K):
    h, w = K.shape
    Y = np.full(X.shape, np.nan)
    for i in range(X.shape[0] - h + 1):
        for j in range(X.shape[1] - w + 1):
            Y[i + h // 2, j + w // 2] = (X[i:i+h, j:j+w] * K).sum()
    return Y
