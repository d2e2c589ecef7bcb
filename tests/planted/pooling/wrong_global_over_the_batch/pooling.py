import numpy as np


def pair(v):
    return (v, v) if isinstance(v, (int, np.integer)) else tuple(v)


def axis(n, k, s, p, d, ceil_mode):
    m = (n + 2 * p - d * (k - 1) - 1 + (s - 1 if ceil_mode else 0)) // s + 1
    if ceil_mode and (m - 1) * s >= n + p:
        m -= 1
    return np.arange(m)[:, None] * s - p + np.arange(k) * d


def setup(x, kernel_size, stride, padding, dilation, ceil_mode):
    k, p, d = pair(kernel_size), pair(padding), pair(dilation)
    s = k if stride is None else pair(stride)
    r, c = (axis(x.shape[2 + a], k[a], s[a], p[a], d[a], ceil_mode) for a in (0, 1))
    R, C = np.broadcast_arrays(r[:, None, :, None], c[None, :, None, :])
    shape = (len(r), len(c), -1)
    return R.reshape(shape), C.reshape(shape), p


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    H, W = x.shape[2:]
    R, C, _ = setup(x, kernel_size, stride, padding, dilation, ceil_mode)
    inside = (R >= 0) & (R < H) & (C >= 0) & (C < W)
    cells = np.where(inside, x[:, :, R % H, C % W], np.array(-np.inf, x.dtype))
    a = cells.argmax(-1)
    out = cells.max(-1)
    if return_indices:
        i, j = np.ogrid[:a.shape[2], :a.shape[3]]
        return out, (R * W + C)[i, j, a]
    return out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    H, W = x.shape[2:]
    R, C, p = setup(x, kernel_size, stride, padding, 1, ceil_mode)
    inside = (R >= 0) & (R < H) & (C >= 0) & (C < W)
    total = (x[:, :, R % H, C % W] * inside).sum(-1)
    if divisor_override:
        return total / divisor_override
    if count_include_pad:
        inside = (R < H + p[0]) & (C < W + p[1])
    return total / inside.sum(-1)


def global_avg_pool2d(x):
    return np.asarray(x).mean(axis=(0, 2, 3))
