import math
import random


def _lists(x):
    return x.tolist() if hasattr(x, "tolist") else x


def _each(f, x):
    return [_each(f, part) for part in x] if isinstance(x, list) else f(x)


def linear(x, W, b=None):
    x, W = _lists(x), _lists(W)
    b = [0.0] * len(W) if b is None else _lists(b)
    return [[sum(u * v for u, v in zip(row, weights)) + bias for weights, bias in zip(W, b)] for row in x]


def relu(x):
    return _each(lambda v: v if v > 0 else 0, _lists(x))


def _sigmoid(v):
    if v >= 0:
        return 1 / (1 + math.exp(-v))
    return math.exp(v) / (1 + math.exp(v))


def sigmoid(x):
    return _each(_sigmoid, _lists(x))


def tanh(x):
    return _each(math.tanh, _lists(x))


def softplus(x):
    return _each(lambda v: max(v, 0) + math.log1p(math.exp(-abs(v))), _lists(x))


def _along_last(f, x):
    return [_along_last(f, part) for part in x] if isinstance(x[0], list) else f(x)


def _probabilities(row):
    top = max(row)
    powers = [math.exp(v - top) for v in row]
    return [e / sum(powers) for e in powers]


def softmax(x, axis=-1):
    dims = len(x.shape)
    axis = axis % dims
    order = [i for i in range(dims) if i != axis] + [axis]
    moved = x.transpose(*order) if not hasattr(x, "permute") else x.permute(*order)
    back = [order.index(i) for i in range(dims)]
    import numpy as np

    return np.array(_along_last(_probabilities, moved.tolist())).transpose(back)


def cross_entropy(logits, labels):
    losses = []
    for row, label in zip(_lists(logits), _lists(labels)):
        top = max(row)
        losses.append(top + math.log(sum(math.exp(v - top) for v in row)) - row[label])
    return sum(losses) / len(losses)


def dropout(x, p, training, seed):
    x = _lists(x)
    if not training:
        return x
    rng = random
    return _each(lambda v: 0.0 if rng.random() < p else v / (1 - p), x)
