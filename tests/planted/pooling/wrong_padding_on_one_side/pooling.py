import numpy as np


def _2(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def _start(n, k, s, p, d, up):
    free = n + p - d * (k - 1) - 1
    m = free // s + 1
    if up and free % s and m * s < n + p:
        m += 1
    return np.arange(m) * s - p


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k, p, d = _2(kernel_size), _2(padding), _2(dilation)
    s = k if stride is None else _2(stride)
    H, W = x.shape[2:]
    r, c = _start(H, k[0], s[0], p[0], d[0], ceil_mode), _start(W, k[1], s[1], p[1], d[1], ceil_mode)
    best = np.full(x.shape[:2] + (len(r), len(c)), -np.inf, x.dtype)
    where = np.zeros(best.shape, int)
    for a in range(k[0]):
        for b in range(k[1]):
            y, z = r + a * d[0], c + b * d[1]
            ok = ((y >= 0) & (y < H))[:, None] & ((z >= 0) & (z < W))
            v = np.where(ok, x[:, :, y.clip(0, H - 1)][:, :, :, z.clip(0, W - 1)], -np.inf)
            where = np.where(v > best, y[:, None] * W + z, where)
            best = np.maximum(best, v)
    return (best, where) if return_indices else best


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k, p = _2(kernel_size), _2(padding)
    s = k if stride is None else _2(stride)
    H, W = x.shape[2:]
    r, c = _start(H, k[0], s[0], p[0], 1, ceil_mode), _start(W, k[1], s[1], p[1], 1, ceil_mode)
    out = np.zeros(x.shape[:2] + (len(r), len(c)), x.dtype)
    for i, y in enumerate(r):
        for j, z in enumerate(c):
            win = x[:, :, max(y, 0):y + k[0], max(z, 0):z + k[1]]
            inside = win.shape[2] * win.shape[3]
            padded = (min(y + k[0], H) - y) * (min(z + k[1], W) - z)
            out[:, :, i, j] = win.sum((2, 3)) / (divisor_override or (padded if count_include_pad else inside))
    return out


def global_avg_pool2d(x):
    return np.mean(np.asarray(x), axis=(2, 3))
