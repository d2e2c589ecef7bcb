import numpy as np
from scipy import ndimage


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def begin(n, k, s, p, d, ceil_mode):
    r = n + 2 * p - d * (k - 1) - 1
    m = r // s + 1
    if ceil_mode and r % s and m * s < n + p:
        m += 1
    return np.arange(m) * s - p


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k, p, d = pair(kernel_size), pair(padding), pair(dilation)
    s = k if stride is None else pair(stride)
    H, W = x.shape[2:]
    R, C = begin(H, k[0], s[0], p[0], d[0], ceil_mode), begin(W, k[1], s[1], p[1], d[1], ceil_mode)
    e = d[0] * (k[0] - 1) + 1, d[1] * (k[1] - 1) + 1
    foot = np.zeros(e, bool)
    foot[::d[0], ::d[1]] = True
    big = np.pad(x, ((0, 0), (0, 0), (e[0] + s[0],) * 2, (e[1] + s[1],) * 2), constant_values=-np.inf)
    maxima = ndimage.maximum_filter(big, footprint=foot[None, None], mode="nearest")
    out = maxima[:, :, (R + e[0] + s[0] + e[0] // 2)[:, None], C + e[1] + s[1] + e[1] // 2]
    if not return_indices:
        return out
    idx = np.zeros(out.shape, int)
    for n, c, i, j in np.ndindex(*out.shape):
        r, q = R[i] + e[0] + s[0], C[j] + e[1] + s[1]
        a, b = np.argwhere((big[n, c, r:r + e[0], q:q + e[1]] == out[n, c, i, j]) & foot)[0]
        idx[n, c, i, j] = (R[i] + a) * W + C[j] + b
    return out, idx


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k, p = pair(kernel_size), pair(padding)
    s = k if stride is None else pair(stride)
    H, W = x.shape[2:]
    R, C = begin(H, k[0], s[0], p[0], 1, ceil_mode), begin(W, k[1], s[1], p[1], 1, ceil_mode)
    out = np.zeros((*x.shape[:2], len(R), len(C)), x.dtype)
    for i, r in enumerate(R):
        for j, c in enumerate(C):
            w = x[:, :, max(r, 0):r + k[0], max(c, 0):c + k[1]]
            n = w[0, 0].size
            if count_include_pad:
                n = (min(r + k[0], H + p[0]) - r) * (min(c + k[1], W + p[1]) - c)
            out[:, :, i, j] = w.sum((2, 3)) / (divisor_override or n)
    return out


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
