import numpy as np


def learn_kernel(X, Y, n_steps=30, eta=0.02):
    X = np.asarray(X, dtype=np.float64)
    Y = np.asarray(Y, dtype=np.float64)
    A = np.stack([X[:, :-1].ravel(), X[:, 1:].ravel()], axis=1)   # (42, 2)
    b = Y.ravel()
    k = np.zeros(2)
    losses = np.empty(n_steps)
    for n in range(n_steps):
        r = A @ k - b
        losses[n] = r @ r
        k -= eta * 2 * A.T @ r
    return k.reshape(1, 2), losses
