import numpy as np


def expand(v):
    if type(v) == tuple:
        return v
    return (v, v)


def size_and_pad(n, k, s, p, d, ceil_mode):
    span = n + 2 * p - d * (k - 1) - 1
    o = span // s + 1
    if ceil_mode and span % s and o * s < n + p:
        o += 1
    return o, max(0, (o - 1) * s + d * (k - 1) + 1 - n - p)


def cut(x, k, s, p, d, ceil_mode, fill):
    oh, eh = size_and_pad(x.shape[2], k[0], s[0], p[0], d[0], ceil_mode)
    ow, ew = size_and_pad(x.shape[3], k[1], s[1], p[1], d[1], ceil_mode)
    xp = np.pad(x, ((0, 0), (0, 0), (p[0], eh), (p[1], ew)), constant_values=fill)
    layers = [xp[:, :, a * d[0]:a * d[0] + (oh - 1) * s[0] + 1:s[0], b * d[1]:b * d[1] + (ow - 1) * s[1] + 1:s[1]]
              for a in range(k[0]) for b in range(k[1])]
    return np.stack(layers)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k, p, d = expand(kernel_size), expand(padding), expand(dilation)
    s = k if stride is None else expand(stride)
    layers = cut(x, k, s, p, d, ceil_mode, -np.inf)
    if return_indices:
        best = layers.argmax(0)
        row = np.arange(layers.shape[3])[:, None] * s[0] - p[0] + best // k[1] * d[0]
        col = np.arange(layers.shape[4]) * s[1] - p[1] + best % k[1] * d[1]
        return layers.max(0), row * x.shape[3] + col
    return layers.max(0)


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k, p = expand(kernel_size), expand(padding)
    s = k if stride is None else expand(stride)
    total = cut(x, k, s, p, (1, 1), ceil_mode, 0).sum(0)
    if divisor_override is not None:
        return total / divisor_override
    n = []
    for a in (0, 1):
        lo = np.arange(total.shape[2 + a]) * s[a] - p[a]
        edge = p[a] if count_include_pad else 0
        n.append(np.minimum(lo + k[a], x.shape[2 + a] + edge) - np.maximum(lo, -edge))
    return total / np.outer(*n)


def global_avg_pool2d(x):
    return np.asarray(x).mean(axis=3).mean(axis=2)
