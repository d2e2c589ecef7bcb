import numpy as np


def linear(x, W, b=None):
    out = np.dot(x, np.transpose(W))
    if b is not None:
        out = out + b
    return out


def relu(x):
    return np.maximum(0, x)


def sigmoid(z):
    # for large negative z exp overflows to inf, and 1 / inf is 0 as it should be
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-np.asarray(z)))


def tanh(x):
    return np.tanh(x)


def softplus(x):
    return np.logaddexp(0, x)


def softmax(x, axis=-1):
    x = np.asarray(x)
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def cross_entropy(logits, labels):
    logits = np.asarray(logits)
    n = logits.shape[0]
    m = logits.max(1)
    lse = m + np.log(np.exp(logits - m[:, None]).sum(1))
    return np.mean(lse - logits[range(n), labels])


def dropout(x, p, training, seed):
    x = np.asarray(x)
    if not training:
        return x
    np.random.seed(seed)
    mask = np.ones(x.size)
    mask[np.random.permutation(x.size)[: int(round(p * x.size))]] = 0
    return x * mask.reshape(x.shape) / (1 - p)
