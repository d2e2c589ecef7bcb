import numpy as np


def max_pool2d(x, kernel_size):
    x = np.asarray(x)
    k = kernel_size
    h, w = x.shape[2] // k, x.shape[3] // k
    return x[:, :, :h * k, :w * k].reshape(x.shape[0], x.shape[1], h, k, w, k).max(axis=(3, 5))


def avg_pool2d(x, kernel_size):
    x = np.asarray(x)
    k = kernel_size
    h, w = x.shape[2] // k, x.shape[3] // k
    return x[:, :, :h * k, :w * k].reshape(x.shape[0], x.shape[1], h, k, w, k).mean(axis=(3, 5))


def global_avg_pool2d(x):
    return np.asarray(x).mean(axis=(2, 3))
