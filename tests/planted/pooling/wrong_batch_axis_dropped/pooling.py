import torch
import torch.nn.functional as F


def dd(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def N(n, k, s, p, d, c):
    o = (n + 2 * p - d * (k - 1) - 1 + (s - 1 if c else 0)) // s + 1
    return o - 1 if c and (o - 1) * s >= n + p else o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = x[0]
    k, p, d = dd(kernel_size), dd(padding), dd(dilation)
    s = k if stride is None else dd(stride)
    h, w = N(x.shape[1], k[0], s[0], p[0], d[0], ceil_mode), N(x.shape[2], k[1], s[1], p[1], d[1], ceil_mode)
    y = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=float("-inf"))
    v, a = torch.stack([y[:, i * d[0]::s[0], j * d[1]::s[1]][:, :h, :w] for i in range(k[0]) for j in range(k[1])]).max(0)
    r = torch.arange(h)[:, None] * s[0] - p[0] + a // k[1] * d[0]
    c = torch.arange(w) * s[1] - p[1] + a % k[1] * d[1]
    return (v, r * x.shape[2] + c) if return_indices else v


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = x[0]
    k, p = dd(kernel_size), dd(padding)
    s = k if stride is None else dd(stride)
    H, W = x.shape[1:]
    h, w = N(H, k[0], s[0], p[0], 1, ceil_mode), N(W, k[1], s[1], p[1], 1, ceil_mode)
    out = torch.zeros(x.shape[0], h, w, dtype=x.dtype)
    for i in range(h):
        for j in range(w):
            t, l = i * s[0] - p[0], j * s[1] - p[1]
            part = x[:, max(t, 0):t + k[0], max(l, 0):l + k[1]]
            n = part[0].numel()
            if count_include_pad:
                n = (min(t + k[0], H + p[0]) - t) * (min(l + k[1], W + p[1]) - l)
            out[:, i, j] = part.sum((1, 2)) / (divisor_override or n)
    return out


def global_avg_pool2d(x):
    return x[0].mean((1, 2))
