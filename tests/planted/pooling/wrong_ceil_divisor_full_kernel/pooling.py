import numpy as np


def mk(v):
    return tuple(v) if isinstance(v, (tuple, list)) else (v, v)


def olen(n, k, s, p, d, ceil_mode):
    room = n + 2 * p - d * (k - 1) - 1
    o = room // s + 1
    if ceil_mode and room % s:
        o += 1
    return o - 1 if ceil_mode and (o - 1) * s >= n + p else o


def stack(x, k, s, p, d, ceil_mode, fill):
    oh, ow = (olen(x.shape[2 + a], k[a], s[a], p[a], d[a], ceil_mode) for a in (0, 1))
    x = np.pad(x, ((0, 0), (0, 0), (p[0], p[0] + s[0]), (p[1], p[1] + s[1])), constant_values=fill)
    return np.stack([x[:, :, a * d[0]::s[0], b * d[1]::s[1]][:, :, :oh, :ow] for a, b in np.ndindex(*k)])


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k, p, d = mk(kernel_size), mk(padding), mk(dilation)
    s = k if stride is None else mk(stride)
    t = stack(x, k, s, p, d, ceil_mode, -np.inf)
    if not return_indices:
        return t.max(0)
    a, b = np.unravel_index(t.argmax(0), k)
    r = np.arange(t.shape[3])[:, None] * s[0] - p[0] + a * d[0]
    c = np.arange(t.shape[4]) * s[1] - p[1] + b * d[1]
    return t.max(0), r * x.shape[3] + c


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k, p = mk(kernel_size), mk(padding)
    s = k if stride is None else mk(stride)
    total = stack(x, k, s, p, (1, 1), ceil_mode, 0).sum(0)
    if divisor_override is not None:
        return total / divisor_override
    if count_include_pad:
        return total / (k[0] * k[1])
    return total / stack(np.ones((1, 1) + x.shape[2:]), k, s, p, (1, 1), ceil_mode, 0).sum(0)


def global_avg_pool2d(x):
    return np.asarray(x).mean(axis=(2, 3))
