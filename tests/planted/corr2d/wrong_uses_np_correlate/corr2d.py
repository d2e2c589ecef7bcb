import numpy as np

def corr2d(X, K):
    X = np.array(X); K = np.array(K)
    n = X.shape[0] - K.shape[0] + 1
    Y = np.zeros((n, X.shape[1] - K.shape[1] + 1))
    for i in range(n):
        for a, weights in enumerate(K):
            Y[i] += np.correlate(X[i + a], weights, "valid")
    return Y
