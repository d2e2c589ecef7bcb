import math

import numpy as np
from numpy.lib.stride_tricks import as_strided


def to2(v):
    return tuple(v) if isinstance(v, (list, tuple)) else (v, v)


def n_out(n, k, s, p, d, up):
    q = (n + 2 * p - d * (k - 1) - 1) / s
    o = (math.ceil(q) if up else math.floor(q)) + 1
    while up and (o - 1) * s >= n + p:
        o -= 1
    return o


def strided(x, k, s, p, d, up, value):
    N, C, H, W = x.shape
    oh, ow = n_out(H, k[0], s[0], p[0], d[0], up), n_out(W, k[1], s[1], p[1], d[1], up)
    HH = max(H + 2 * p[0], (oh - 1) * s[0] + d[0] * (k[0] - 1) + 1)
    WW = max(W + 2 * p[1], (ow - 1) * s[1] + d[1] * (k[1] - 1) + 1)
    canvas = np.full((N, C, HH, WW), value, dtype=x.dtype)
    canvas[:, :, p[0]:p[0] + H, p[1]:p[1] + W] = x
    b0, b1, b2, b3 = canvas.strides
    return as_strided(
        canvas,
        shape=(N, C, oh, ow, k[0], k[1]),
        strides=(b0, b1, b2 * s[0], b3 * s[1], b2 * d[0], b3 * d[1]),
        writeable=False,
    )


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k, p, d = to2(kernel_size), to2(padding), to2(dilation)
    s = to2(stride) if stride is not None else k
    w = strided(x, k, s, p, d, ceil_mode, -np.inf)
    out = w.max((4, 5))
    if return_indices:
        pos = w.reshape(w.shape[:4] + (k[0] * k[1],)).argmax(4)
        a, b = np.unravel_index(pos, k)
        row = np.arange(w.shape[2])[:, None] * s[0] + a * d[0] - p[0]
        col = np.arange(w.shape[3]) * s[1] + b * d[1] - p[1]
        return out, row * x.shape[3] + col
    return out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k, p = to2(kernel_size), to2(padding)
    s = to2(stride) if stride is not None else k
    total = strided(x, k, s, p, (1, 1), ceil_mode, 0).sum((4, 5))
    if divisor_override:
        return total / divisor_override
    # pool an image of ones the same way: its sums are the counts
    ones = np.ones((1, 1) + x.shape[2:])
    if count_include_pad:
        ones = np.ones((1, 1, x.shape[2] + 2 * p[0], x.shape[3] + 2 * p[1]))
        canvas = np.zeros((1, 1, ones.shape[2] + s[0], ones.shape[3] + s[1]))
        canvas[:, :, :ones.shape[2], :ones.shape[3]] = ones
        c = strided(canvas, k, s, (0, 0), (1, 1), False, 0).sum((4, 5))[:, :, :total.shape[2], :total.shape[3]]
    else:
        c = strided(ones, k, s, p, (1, 1), ceil_mode, 0).sum((4, 5))
    return total / c


def global_avg_pool2d(x):
    x = np.asarray(x)
    return x.reshape(x.shape[0], x.shape[1], -1).mean(-1)
