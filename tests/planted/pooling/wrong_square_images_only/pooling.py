import numpy as np


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def get(x, kernel_size, stride, padding, dilation, ceil_mode, fill):
    k, p, d = pair(kernel_size), pair(padding), pair(dilation)
    s = k if stride is None else pair(stride)
    n = x.shape[2]
    room = n + 2 * p[0] - d[0] * (k[0] - 1) - 1
    size = room // s[0] + 1
    if ceil_mode and room % s[0] and size * s[0] < n + p[0]:
        size += 1
    room = max(0, (size - 1) * s[1] + d[1] * (k[1] - 1) + 1 - x.shape[3] - p[1])
    xp = np.pad(x, ((0, 0), (0, 0), (p[0], p[0] + s[0]), (p[1], p[1] + s[1] + room)), constant_values=fill)
    r = np.arange(size)[:, None] * s[0] + np.arange(k[0]) * d[0]
    c = np.arange(size)[:, None] * s[1] + np.arange(k[1]) * d[1]
    return xp[:, :, r[:, None, :, None], c[None, :, None, :]], r - p[0], c - p[1]


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    w, r, c = get(x, kernel_size, stride, padding, dilation, ceil_mode, -np.inf)
    flat = w.reshape(*w.shape[:4], -1)
    if not return_indices:
        return flat.max(-1)
    a, b = np.unravel_index(flat.argmax(-1), w.shape[4:])
    i = np.arange(len(r))
    return flat.max(-1), r[i[:, None], a] * x.shape[3] + c[i, b]


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    w, r, c = get(x, kernel_size, stride, padding, 1, ceil_mode, 0)
    (ph, pw), (h, b) = pair(padding), x.shape[2:]
    if not count_include_pad:
        n = ((r >= 0) & (r < h)).sum(1)[:, None] * ((c >= 0) & (c < b)).sum(1)
    else:
        n = (r < h + ph).sum(1)[:, None] * (c < b + pw).sum(1)
    return w.sum((4, 5)) / (divisor_override or np.maximum(n, 1))


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
