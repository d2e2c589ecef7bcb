import numpy as np


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    h, w = x.shape
    k = kernel_size
    s = stride or k
    out = np.zeros(((h - k) // s + 1, (w - k) // s + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = x[i * s:i * s + k, j * s:j * s + k].max()
    return out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    h, w = x.shape
    k = kernel_size
    s = stride or k
    out = np.zeros(((h - k) // s + 1, (w - k) // s + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = x[i * s:i * s + k, j * s:j * s + k].mean()
    return out


def global_avg_pool2d(x):
    h, w = x.shape
    return x.sum() / (h * w)
