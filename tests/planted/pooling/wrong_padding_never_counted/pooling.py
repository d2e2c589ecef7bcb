import math
import numpy as np


def hw(v):
    return (v, v) if isinstance(v, int) else (v[0], v[1])


def size(n, k, s, p, d, ceil_mode):
    f = math.ceil if ceil_mode else math.floor
    o = f((n + 2 * p - d * (k - 1) - 1) / s) + 1
    return o - 1 if ceil_mode and (o - 1) * s >= n + p else o


def cell_lists(x, kernel_size, stride, padding, dilation, ceil_mode):
    k, p, d = hw(kernel_size), hw(padding), hw(dilation)
    s = k if stride is None else hw(stride)
    both = []
    for a in (0, 1):
        n = x.shape[2 + a]
        both.append([[c for c in range(i * s[a] - p[a], i * s[a] - p[a] + k[a] * d[a], d[a]) if 0 <= c < n]
                     for i in range(size(n, k[a], s[a], p[a], d[a], ceil_mode))])
    return both


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    rows, cols = cell_lists(x, kernel_size, stride, padding, dilation, ceil_mode)
    out = np.full(x.shape[:2] + (len(rows), len(cols)), -np.inf, dtype=x.dtype)
    idx = np.zeros(out.shape, dtype=np.int64)
    for i, r in enumerate(rows):
        for j, c in enumerate(cols):
            if r and c:
                cells = x[:, :, r][:, :, :, c].reshape(*x.shape[:2], -1)
                flat = (np.array(r)[:, None] * x.shape[3] + np.array(c)).ravel()
                out[:, :, i, j] = cells.max(-1)
                idx[:, :, i, j] = flat[cells.argmax(-1)]
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    rows, cols = cell_lists(x, kernel_size, stride, padding, 1, ceil_mode)
    out = np.zeros(x.shape[:2] + (len(rows), len(cols)), dtype=x.dtype)
    for i, r in enumerate(rows):
        for j, c in enumerate(cols):
            total = x[:, :, r][:, :, :, c].sum((2, 3))
            out[:, :, i, j] = total / (divisor_override or len(r) * len(c))
    return out


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
