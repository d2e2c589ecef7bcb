import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def pr(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def look(x, k, s, p, d, fill):
    x = np.pad(x, ((0, 0), (0, 0), (p[0], p[0]), (p[1], p[1])), constant_values=fill)
    reach = (d[0] * (k[0] - 1) + 1, d[1] * (k[1] - 1) + 1)
    return sliding_window_view(x, reach, (2, 3))[:, :, ::s[0], ::s[1], ::d[0], ::d[1]]


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k, p, d = pr(kernel_size), pr(padding), pr(dilation)
    s = k if stride is None else pr(stride)
    w = look(x, k, s, p, d, -np.inf)
    if not return_indices:
        return w.max((4, 5))
    nums = look(np.arange(x[0, 0].size, dtype=float).reshape(1, 1, *x.shape[2:]), k, s, p, d, -1)
    flat = w.reshape(*w.shape[:4], -1)
    nums = np.broadcast_to(nums, w.shape).reshape(flat.shape)
    return flat.max(-1), np.take_along_axis(nums, flat.argmax(-1)[..., None], -1)[..., 0].astype(int)


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k, p = pr(kernel_size), pr(padding)
    s = k if stride is None else pr(stride)
    total = look(x, k, s, p, (1, 1), 0).sum((4, 5))
    if divisor_override is not None:
        return total / divisor_override
    if count_include_pad:
        return total / (k[0] * k[1])
    return total / look(np.ones((1, 1) + x.shape[2:]), k, s, p, (1, 1), 0).sum((4, 5))


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
