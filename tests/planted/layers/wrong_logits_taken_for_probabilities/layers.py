import numpy as np


def linear(x, W, b=None):
    n, d = x.shape
    m = W.shape[0]
    y = np.zeros((n, m))
    for i in range(n):
        for o in range(m):
            for k in range(d):
                y[i, o] += float(x[i, k]) * float(W[o, k])
            if b is not None:
                y[i, o] += float(b[o])
    print("linear:", y.shape)
    return y


def _map(f, x):
    x = np.array(x, dtype=float)
    out = np.empty(x.shape)
    for index in np.ndindex(*x.shape):
        out[index] = f(x[index])
    return out


def relu(x):
    return _map(lambda v: max(v, 0.0), x)


def sigmoid(x):
    return _map(lambda v: 1 / (1 + np.exp(-v)) if v > -30 else np.exp(v), x)


def tanh(x):
    return _map(lambda v: (np.exp(v) - np.exp(-v)) / (np.exp(v) + np.exp(-v)), x)


def softplus(x):
    return _map(lambda v: v if v > 50 else np.log(1 + np.exp(v)), x)


def softmax(x, axis=-1):
    x = np.array(x, dtype=float)
    out = np.empty_like(x)
    moved, target = np.moveaxis(x, axis, -1), np.moveaxis(out, axis, -1)
    for index in np.ndindex(*moved.shape[:-1]):
        row = moved[index] - moved[index].max()
        target[index] = np.exp(row) / np.exp(row).sum()
    return out


def cross_entropy(logits, labels):
    logits = np.array(logits, dtype=float)
    one_hot = np.zeros(logits.shape)
    for i, label in enumerate(labels):
        one_hot[i, int(label)] = 1
    total = 0.0
    for row, target in zip(logits, one_hot):
        total += -np.log(np.maximum((row * target).sum(), 1e-12))
    print("loss:", total / len(logits))
    return total / len(logits)


def dropout(x, p, training, seed):
    x = np.array(x, dtype=float)
    if not training:
        return x
    state = np.random.RandomState(seed)
    for index in np.ndindex(*x.shape):
        if state.uniform() < p:
            x[index] = 0
        else:
            x[index] = x[index] / (1 - p)
    return x
