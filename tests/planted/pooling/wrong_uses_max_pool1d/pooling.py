import torch
import torch.nn.functional as F


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def one_axis(x, k, s, p, d, ceil_mode):
    """Pool the last axis of (N, C, A, B)."""
    n, c, a, b = x.shape
    v, i = F.max_pool1d(x.reshape(n * c, a, b), k, s, p, d, ceil_mode, True)
    return v.reshape(n, c, a, -1), i.reshape(n, c, a, -1)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = pair(kernel_size), pair(padding), pair(dilation)
    s = k if stride is None else pair(stride)
    v, col = one_axis(x, k[1], s[1], p[1], d[1], ceil_mode)
    v, row = one_axis(v.transpose(2, 3), k[0], s[0], p[0], d[0], ceil_mode)
    v, row = v.transpose(2, 3), row.transpose(2, 3)
    if return_indices:
        return v, row * x.shape[3] + col.gather(2, row)
    return v


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = pair(kernel_size), pair(padding)
    s = k if stride is None else pair(stride)
    y = x
    for axis in (3, 2):
        n, kk, ss, pp = x.shape[axis], k[axis - 2], s[axis - 2], p[axis - 2]
        o = (n + 2 * pp - kk + (ss - 1 if ceil_mode else 0)) // ss + 1
        if ceil_mode and (o - 1) * ss >= n + pp:
            o -= 1
        parts = []
        for a in range(-pp, -pp + o * ss, ss):
            total = y.narrow(axis, max(a, 0), min(a + kk, n) - max(a, 0)).sum(axis)
            m = min(a + kk, n + pp) - a if count_include_pad else min(a + kk, n) - max(a, 0)
            parts.append(total if divisor_override else total / m)
        y = torch.stack(parts, axis)
    return y / divisor_override if divisor_override else y


def global_avg_pool2d(x):
    return x.mean((2, 3))
