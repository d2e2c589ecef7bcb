import numpy as np
from scipy.special import expit, log_softmax
from scipy.special import softmax as scipy_softmax


def linear(x, W, b=None):
    x, W = np.asarray(x), np.asarray(W)
    return x @ W.T + (0 if b is None else np.asarray(b))


def relu(x):
    x = np.asarray(x)
    return x * (x > 0)


def sigmoid(x):
    return expit(np.asarray(x, dtype=float))


def tanh(x):
    return 2 * expit(2 * np.asarray(x, dtype=float)) - 1


def softplus(x):
    x = np.asarray(x, dtype=float)
    return -np.log(expit(-np.clip(x, None, 30))) + np.clip(x - 30, 0, None)


def softmax(x, axis=-1):
    return scipy_softmax(np.asarray(x, dtype=float), axis=axis)


def cross_entropy(logits, labels):
    table = log_softmax(np.asarray(logits, dtype=float), axis=1)
    return -np.take_along_axis(table, np.asarray(labels)[:, None], axis=1).mean()


def dropout(x, p, training, seed):
    x = np.asarray(x)
    if training:
        return x * np.random.default_rng(seed).binomial(1, p, size=x.shape) / p
    return x
