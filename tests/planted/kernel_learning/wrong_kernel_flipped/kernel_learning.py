import numpy as np


def learn_kernel(X, Y, steps=20, lr=0.02):
    X, Y = np.asarray(X), np.asarray(Y)
    K = np.random.uniform(-1, 1, (1, 2))
    losses = []
    for _ in range(steps):
        # convolution: the kernel is flipped
        pred = K[0, 1] * X[:, :-1] + K[0, 0] * X[:, 1:]
        err = pred - Y
        losses.append(float(np.sum(err ** 2)))
        K[0, 1] -= lr * 2 * np.sum(err * X[:, :-1])
        K[0, 0] -= lr * 2 * np.sum(err * X[:, 1:])
    return K, losses
