import torch
from torch.nn.functional import adaptive_avg_pool2d, pad


def as2(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def wins(n, k, s, p, d, ceil_mode):
    o = (n + 2 * p - d * (k - 1) - 1 + (s - 1 if ceil_mode else 0)) // s + 1
    if ceil_mode and (o - 1) * s >= n + p:
        o -= 1
    return torch.arange(o)[:, None] * s + torch.arange(k) * d


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = as2(kernel_size), as2(padding), as2(dilation)
    s = as2(kernel_size if stride is None else stride)
    r, c = (wins(x.shape[2 + a], k[a], s[a], p[a], d[a], ceil_mode) for a in (0, 1))
    y = pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=float("-inf"))
    v, a = y[:, :, r[:, None, :, None], c[None, :, None, :]].flatten(4).max(4)
    if return_indices:
        return v, (r[:, :1] - p[0] + a // k[1] * d[0]) * x.shape[3] + c[:, 0] - p[1] + a % k[1] * d[1]
    return v


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = as2(kernel_size), as2(padding)
    s = as2(kernel_size if stride is None else stride)
    r, c = (wins(x.shape[2 + a], k[a], s[a], p[a], 1, ceil_mode) for a in (0, 1))
    y = pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]))
    total = y[:, :, r[:, None, :, None], c[None, :, None, :]].sum((4, 5))
    if divisor_override is not None:
        return total / divisor_override
    h, w = x.shape[2:]
    if count_include_pad:
        nr, nc = (r < h + 2 * p[0]).sum(1), (c < w + 2 * p[1]).sum(1)
    else:
        nr = ((r >= p[0]) & (r < h + p[0])).sum(1)
        nc = ((c >= p[1]) & (c < w + p[1])).sum(1)
    return total / (nr[:, None] * nc)


def global_avg_pool2d(x):
    return adaptive_avg_pool2d(x, 1).flatten(1)
