import numpy as np


def corr2d(X, K):
    h, w = K.shape
    Y = np.zeros((X.shape[0] - h + 1, X.shape[1] - w + 1))
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            Y[i, j] = (X[i:i + h, j:j + w] * K).sum()
    return Y


def learn_kernel(X, Y, steps=20, lr=0.02):
    X, Y = X.astype(float), Y.astype(float)
    K = np.random.randn(1, 2)
    losses = []
    for _ in range(steps):
        diff = corr2d(X, K) - Y
        losses.append((diff ** 2).sum())
        grad = np.zeros_like(K)
        for i in range(diff.shape[0]):
            for j in range(diff.shape[1]):
                grad += 2 * diff[i, j] * X[i:i + 1, j:j + 2]
        K = K - lr * grad
    return K, losses
