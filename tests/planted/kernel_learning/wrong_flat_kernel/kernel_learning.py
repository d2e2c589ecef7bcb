import numpy as np


def learn_kernel(X, Y, steps=20, lr=0.02):
    A = np.stack([np.asarray(X)[:, :-1].ravel(), np.asarray(X)[:, 1:].ravel()], axis=1)
    b = np.asarray(Y).ravel()
    k = np.random.randn(2)
    losses = []
    for _ in range(steps):
        r = A @ k - b
        losses.append(float(r @ r))
        k = k - lr * 2 * A.T @ r
    return k, losses
