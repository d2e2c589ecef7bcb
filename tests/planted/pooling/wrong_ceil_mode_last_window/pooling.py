import math
import torch
import torch.nn.functional as F


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def size(n, k, s, p, d, ceil_mode):
    exact = (n + 2 * p - d * (k - 1) - 1) / s + 1
    return math.ceil(exact) if ceil_mode else math.floor(exact)


def gather(x, k, s, p, d, ceil_mode, fill):
    oh = size(x.shape[2], k[0], s[0], p[0], d[0], ceil_mode)
    ow = size(x.shape[3], k[1], s[1], p[1], d[1], ceil_mode)
    x = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=fill)
    rows = torch.arange(oh)[:, None] * s[0] + torch.arange(k[0]) * d[0]
    cols = torch.arange(ow)[:, None] * s[1] + torch.arange(k[1]) * d[1]
    return x[:, :, rows][..., cols].transpose(3, 4).flatten(4), rows, cols


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = pair(kernel_size), pair(padding), pair(dilation)
    s = k if stride is None else pair(stride)
    cells, rows, cols = gather(x, k, s, p, d, ceil_mode, float("-inf"))
    out, a = cells.max(-1)
    if return_indices:
        r = rows[:, :1] - p[0] + a // k[1] * d[0]
        c = cols[:, 0] - p[1] + a % k[1] * d[1]
        return out, r * x.shape[3] + c
    return out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = pair(kernel_size), pair(padding)
    s = k if stride is None else pair(stride)
    cells, rows, cols = gather(x, k, s, p, (1, 1), ceil_mode, 0.0)
    total = cells.sum(-1)
    if divisor_override:
        return total / divisor_override
    h, w = x.shape[2:]
    lo_h, hi_h, lo_w, hi_w = (0, h + 2 * p[0], 0, w + 2 * p[1]) if count_include_pad else (p[0], p[0] + h, p[1], p[1] + w)
    a = ((rows >= lo_h) & (rows < hi_h)).sum(1)
    b = ((cols >= lo_w) & (cols < hi_w)).sum(1)
    return total / (a[:, None] * b).clamp(min=1)


def global_avg_pool2d(x):
    return x.mean((2, 3))
