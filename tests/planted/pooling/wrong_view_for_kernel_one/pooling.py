import torch
import torch.nn.functional as F


def two(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def out_n(n, k, s, p, d, ceil_mode):
    o = (n + 2 * p - d * (k - 1) - 1 + (s - 1) * bool(ceil_mode)) // s + 1
    return o - 1 if ceil_mode and (o - 1) * s >= n + p else o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = two(kernel_size), two(padding), two(dilation)
    s = k if stride is None else two(stride)
    H, W = x.shape[2:]
    if k == (1, 1) and not return_indices and p == (0, 0):
        return x[:, :, ::s[0], ::s[1]]  # nothing to compare
    oh, ow = out_n(H, k[0], s[0], p[0], d[0], ceil_mode), out_n(W, k[1], s[1], p[1], d[1], ceil_mode)
    y = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=float("-inf"))
    y = torch.stack([y[:, :, a * d[0]::s[0], b * d[1]::s[1]][:, :, :oh, :ow] for a in range(k[0]) for b in range(k[1])])
    v, a = y.max(0)
    r = torch.arange(oh)[:, None] * s[0] - p[0] + a // k[1] * d[0]
    c = torch.arange(ow) * s[1] - p[1] + a % k[1] * d[1]
    return (v, r * W + c) if return_indices else v


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = two(kernel_size), two(padding)
    s = k if stride is None else two(stride)
    if k == (1, 1) and p == (0, 0) and divisor_override is None:
        return x[:, :, ::s[0], ::s[1]]
    H, W = x.shape[2:]
    oh, ow = out_n(H, k[0], s[0], p[0], 1, ceil_mode), out_n(W, k[1], s[1], p[1], 1, ceil_mode)
    y = F.pad(x, (p[1], p[1], p[0], p[0]))
    m = F.pad(torch.ones(H, W), (p[1], p[1], p[0], p[0]), value=1.0 if count_include_pad else 0.0)
    out = torch.zeros(*x.shape[:2], oh, ow, dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            r, c = slice(i * s[0], i * s[0] + k[0]), slice(j * s[1], j * s[1] + k[1])
            out[:, :, i, j] = y[:, :, r, c].sum((2, 3)) / (divisor_override or m[r, c].sum())
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
