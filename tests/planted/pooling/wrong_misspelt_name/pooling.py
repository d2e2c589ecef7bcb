import torch
import torch.nn.functional as F


def two(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def number(n, k, s, p, d, ceil_mode):
    r = n + 2 * p - d * (k - 1) - 1
    o = r // s + 1
    return o + 1 if ceil_mode and r % s and o * s < n + p else o


def maxpool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = two(kernel_size), two(padding), two(dilation)
    s = k if stride is None else two(stride)
    oh, ow = (number(x.shape[2 + a], k[a], s[a], p[a], d[a], ceil_mode) for a in (0, 1))
    y = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=float("-inf"))
    v, a = torch.stack([y[:, :, i * d[0]::s[0], j * d[1]::s[1]][:, :, :oh, :ow]
                        for i in range(k[0]) for j in range(k[1])]).max(0)
    r = torch.arange(oh)[:, None] * s[0] - p[0] + a // k[1] * d[0]
    c = torch.arange(ow) * s[1] - p[1] + a % k[1] * d[1]
    return (v, r * x.shape[3] + c) if return_indices else v


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = two(kernel_size), two(padding)
    s = k if stride is None else two(stride)
    H, W = x.shape[2:]
    oh, ow = number(H, k[0], s[0], p[0], 1, ceil_mode), number(W, k[1], s[1], p[1], 1, ceil_mode)
    out = x.new_zeros(*x.shape[:2], oh, ow)
    for i in range(oh):
        for j in range(ow):
            t, l = i * s[0] - p[0], j * s[1] - p[1]
            w = x[:, :, max(t, 0):t + k[0], max(l, 0):l + k[1]]
            n = w[0, 0].numel()
            if count_include_pad:
                n = (min(t + k[0], H + p[0]) - t) * (min(l + k[1], W + p[1]) - l)
            out[:, :, i, j] = w.sum((2, 3)) / (divisor_override or n)
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
