import numpy as np


def log_sum_exp(x, axis):
    top = x.max(axis=axis, keepdims=True)
    return top + np.log(np.exp(x - top).sum(axis=axis, keepdims=True))


def mask(shape, p, seed):
    rng = np.random.Generator(np.random.PCG64(seed))
    return rng.choice([0.0, 1 / (1 - p)], size=shape, p=[p, 1 - p])
