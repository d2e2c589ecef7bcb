import numpy as np
from numpy.lib.stride_tricks import sliding_window_view as swv


def tw(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def wins(x, k, s, p, d, cm, fill):
    tail, o = [], []
    for a in range(2):
        n, e = x.shape[2 + a], d[a] * (k[a] - 1) + 1
        m = (n + 2 * p[a] - e) // s[a] + 1
        if cm and (n + 2 * p[a] - e) % s[a] and m * s[a] < n + p[a]:
            m += 1
        o.append(m)
        tail.append(max(p[a], (m - 1) * s[a] + e - n - p[a]))
    y = np.pad(x, ((0, 0), (0, 0), (p[0], tail[0]), (p[1], tail[1])), constant_values=fill)
    y = swv(y, (d[0] * (k[0] - 1) + 1, d[1] * (k[1] - 1) + 1), axis=(2, 3))
    return y[:, :, ::s[0], ::s[1], ::d[0], ::d[1]][:, :, :o[0], :o[1]]


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k, p, d = tw(kernel_size), tw(padding), tw(dilation)
    s = k if stride is None else tw(stride)
    w = wins(x, k, s, p, d, ceil_mode, -np.inf)
    if return_indices:
        a = w.reshape(w.shape[:4] + (-1,)).argmax(-1)
        r = np.arange(w.shape[2])[:, None] * s[0] - p[0] + a // k[1] * d[0]
        c = np.arange(w.shape[3]) * s[1] - p[1] + a % k[1] * d[1]
        return w.max((4, 5)), r * x.shape[3] + c
    return w.max((4, 5))


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k, p = tw(kernel_size), tw(padding)
    s = k if stride is None else tw(stride)
    total = wins(x, k, s, p, (1, 1), ceil_mode, 0).sum((4, 5))
    if divisor_override is not None:
        return total / divisor_override
    for a in range(2):
        lo = np.arange(total.shape[2 + a]) * s[a] - p[a]
        e = p[a] if count_include_pad else 0
        n = np.minimum(lo + k[a], x.shape[2 + a] + e) - np.maximum(lo, -e)
        total = total / (n[:, None] if a == 0 else n)
    return total


def global_avg_pool2d(x):
    return np.asarray(x).max(axis=(2, 3))
