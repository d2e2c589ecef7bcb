import numpy as np


def two(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def osize(n, k, s, p, d, ceil_mode):
    z = n + 2 * p - d * (k - 1) - 1
    o = (-(-z // s) if ceil_mode else z // s) + 1
    return o - bool(ceil_mode and (o - 1) * s >= n + p)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k, p, d = two(kernel_size), two(padding), two(dilation)
    s = k if stride is None else two(stride)
    oh, ow = (osize(x.shape[2 + a], k[a], s[a], p[a], d[a], ceil_mode) for a in (0, 1))
    xp = np.pad(x, ((0, 0), (0, 0), (p[0], p[0] + s[0]), (p[1], p[1] + s[1])), constant_values=-np.inf)
    best = np.full(x.shape[:2] + (oh, ow), -np.inf, x.dtype)
    row, col = np.zeros(best.shape, int), np.zeros(best.shape, int)
    for a in range(k[0]):
        for b in range(k[1]):
            y = xp[:, :, a * d[0]::s[0], b * d[1]::s[1]][:, :, :oh, :ow]
            m = y > best
            row = np.where(m, np.arange(oh)[:, None] * s[0] - p[0] + a * d[0], row)
            col = np.where(m, np.arange(ow)[None, :] * s[1] - p[1] + b * d[1], col)
            best = np.maximum(best, y)
    if return_indices:
        return best, np.stack([row, col], axis=-1)
    return best


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k, p = two(kernel_size), two(padding)
    s = k if stride is None else two(stride)
    oh, ow = (osize(x.shape[2 + a], k[a], s[a], p[a], 1, ceil_mode) for a in (0, 1))
    xp = np.pad(x, ((0, 0), (0, 0), (p[0], p[0]), (p[1], p[1])))
    count = np.pad(np.ones(x.shape[2:]), ((p[0], p[0]), (p[1], p[1])), constant_values=1 if count_include_pad else 0)
    out = np.empty(x.shape[:2] + (oh, ow), x.dtype)
    for i in range(oh):
        for j in range(ow):
            rs, cs = slice(i * s[0], i * s[0] + k[0]), slice(j * s[1], j * s[1] + k[1])
            out[:, :, i, j] = xp[:, :, rs, cs].sum((2, 3)) / (divisor_override or count[rs, cs].sum())
    return out


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
