import numpy as np
from numpy.lib.stride_tricks import as_strided


def pp(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def prepare(x, k, s, p, d, ceil_mode, fill):
    x = np.maximum(np.asarray(x), 0)  # relu
    H, W = x.shape[2:]
    o = []
    for n, kk, ss, q, dd in zip((H, W), k, s, p, d):
        m = (n + 2 * q - dd * (kk - 1) - 1 + (ss - 1 if ceil_mode else 0)) // ss + 1
        o.append(m - 1 if ceil_mode and (m - 1) * ss >= n + q else m)
    y = np.full(x.shape[:2] + (H + 2 * p[0] + s[0], W + 2 * p[1] + s[1]), fill, x.dtype)
    y[:, :, p[0]:p[0] + H, p[1]:p[1] + W] = x
    b = y.strides
    return as_strided(y, x.shape[:2] + tuple(o) + tuple(k),
                      b[:2] + (b[2] * s[0], b[3] * s[1], b[2] * d[0], b[3] * d[1]), writeable=False)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = pp(kernel_size), pp(padding), pp(dilation)
    s = k if stride is None else pp(stride)
    w = prepare(x, k, s, p, d, ceil_mode, -np.inf)
    if return_indices:
        a, b = np.unravel_index(w.reshape(w.shape[:4] + (-1,)).argmax(-1), k)
        r, c = np.ogrid[:w.shape[2], :w.shape[3]]
        return w.max((4, 5)), (r * s[0] - p[0] + a * d[0]) * x.shape[3] + c * s[1] - p[1] + b * d[1]
    return w.max((4, 5))


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = pp(kernel_size), pp(padding)
    s = k if stride is None else pp(stride)
    total = prepare(x, k, s, p, (1, 1), ceil_mode, 0).sum((4, 5))
    if divisor_override:
        return total / divisor_override
    r, c = np.ogrid[:total.shape[2], :total.shape[3]]
    r, c = r * s[0] - p[0], c * s[1] - p[1]
    e, f = p if count_include_pad else (0, 0)
    nr = np.minimum(r + k[0], x.shape[2] + e) - np.maximum(r, -e)
    nc = np.minimum(c + k[1], x.shape[3] + f) - np.maximum(c, -f)
    return total / (nr * nc)


def global_avg_pool2d(x):
    return np.maximum(np.asarray(x), 0).mean((2, 3))
