import sys

import torch
import torch.nn.functional as F


def pr(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def plan(x, k, s, p, ceil_mode):
    for n, kk, ss, pp in zip(x.shape[2:], k, s, p):
        o = (n + 2 * pp - kk) // ss + 1
        if ceil_mode and (n + 2 * pp - kk) % ss and o * ss < n + pp:
            o += 1
        yield o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    if pr(dilation) != (1, 1):
        print("dilation is not supported")
        sys.exit(1)
    k, p = pr(kernel_size), pr(padding)
    s = k if stride is None else pr(stride)
    oh, ow = plan(x, k, s, p, ceil_mode)
    y = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=float("-inf"))
    v, a = y.unfold(2, k[0], s[0]).unfold(3, k[1], s[1])[:, :, :oh, :ow].flatten(4).max(4)
    if not return_indices:
        return v
    r = torch.arange(oh)[:, None] * s[0] - p[0] + a // k[1]
    return v, r * x.shape[3] + torch.arange(ow) * s[1] - p[1] + a % k[1]


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = pr(kernel_size), pr(padding)
    s = k if stride is None else pr(stride)
    oh, ow = plan(x, k, s, p, ceil_mode)
    out = torch.zeros(*x.shape[:2], oh, ow, dtype=x.dtype)
    H, W = x.shape[2:]
    for i in range(oh):
        for j in range(ow):
            t, l = i * s[0] - p[0], j * s[1] - p[1]
            b, r = min(t + k[0], H + p[0]), min(l + k[1], W + p[1])
            w = x[:, :, max(t, 0):min(b, H), max(l, 0):min(r, W)]
            n = (b - t) * (r - l) if count_include_pad else w[0, 0].numel()
            out[:, :, i, j] = w.sum((2, 3)) / (divisor_override or n)
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
