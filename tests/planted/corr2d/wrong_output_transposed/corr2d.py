import numpy as np

def corr2d(X, K):
    X = np.array(X)
    K = np.array(K)
    h, w = K.shape
    width = X.shape[1] - w + 1
    height = X.shape[0] - h + 1
    Y = np.zeros((width, height))
    for x in range(width):
        for y in range(height):
            Y[x, y] = np.sum(X[y:y+h, x:x+w] * K)
    return Y

def edge_demo():
    X = np.ones((6, 8))
    X[:2, 2:6] = 0
    X[3:, 2:6] = 0
    K = np.array([[1, -1]])
    return corr2d(X, K), corr2d(X, K.T)
