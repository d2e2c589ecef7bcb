import numpy as np


def windows(img, h, w):
    for top in range(img.shape[0] - h + 1):
        for left in range(img.shape[1] - w + 1):
            yield img[top:top + h, left:left + w]


def corr2d(X, K):
    h, w = K.shape
    values = [float((win * K).sum()) for win in windows(X, h, w)]
    return np.array(values).reshape(X.shape[0] - h + 1, X.shape[1] - w + 1)


def edge_demo():
    X = np.ones((6, 8))
    X[:2, 2:6] = 0
    X[3:, 2:6] = 0
    K = np.array([[1, -1]])
    return corr2d(X, K), corr2d(X, K.T)
