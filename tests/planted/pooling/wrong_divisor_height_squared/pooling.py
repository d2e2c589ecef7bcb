import torch
import torch.nn.functional as F


def hw(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def rows_of(n, k, s, p, d, ceil_mode):
    o = (n + 2 * p - d * (k - 1) - 1 + (s - 1 if ceil_mode else 0)) // s + 1
    return o - 1 if ceil_mode and (o - 1) * s >= n + p else o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = hw(kernel_size), hw(padding), hw(dilation)
    s = k if stride is None else hw(stride)
    oh, ow = (rows_of(x.shape[2 + a], k[a], s[a], p[a], d[a], ceil_mode) for a in (0, 1))
    y = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=float("-inf"))
    r = torch.arange(oh)[:, None] * s[0] + torch.arange(k[0]) * d[0]
    c = torch.arange(ow)[:, None] * s[1] + torch.arange(k[1]) * d[1]
    v, a = y[:, :, r[:, None, :, None], c[None, :, None]].flatten(4).max(4)
    idx = (r[:, :1] - p[0] + a // k[1] * d[0]) * x.shape[3] + c[:, 0] - p[1] + a % k[1] * d[1]
    return (v, idx) if return_indices else v


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = hw(kernel_size), hw(padding)
    s = k if stride is None else hw(stride)
    H, W = x.shape[2:]
    oh, ow = rows_of(H, k[0], s[0], p[0], 1, ceil_mode), rows_of(W, k[1], s[1], p[1], 1, ceil_mode)
    out = torch.zeros(*x.shape[:2], oh, ow, dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            t, l = i * s[0] - p[0], j * s[1] - p[1]
            w = x[:, :, max(t, 0):t + k[0], max(l, 0):l + k[1]]
            # cells that count: all of the kernel but those which are missing at the border
            here = w.shape[2] * w.shape[3]
            if count_include_pad:
                here = (min(t + k[0], H + p[0]) - t) * (min(l + k[1], W + p[1]) - l)
            missing = k[0] * k[1] - here
            out[:, :, i, j] = w.sum((2, 3)) / (divisor_override or max(k[0] * k[0] - missing, 1))
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
