import torch
import torch.nn.functional as F


def k2(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def odim(n, k, s, p, d, ceil_mode):
    t = n + 2 * p - d * (k - 1) - 1
    o = -(-t // s) + 1 if ceil_mode else t // s + 1
    while ceil_mode and (o - 1) * s >= n + p:
        o -= 1
    return o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = k2(kernel_size), k2(padding), k2(dilation)
    s = k if stride is None else k2(stride)
    H, W = x.shape[2:]
    oh, ow = odim(H, k[0], s[0], p[0], d[0], ceil_mode), odim(W, k[1], s[1], p[1], d[1], ceil_mode)
    y = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=-float("inf"))
    out = torch.full((*x.shape[:2], oh, ow), -float("inf"), dtype=x.dtype)
    idx = torch.zeros(out.shape, dtype=torch.long)
    for a in range(k[0]):
        for b in range(k[1]):
            z = y[:, :, a * d[0]::s[0], b * d[1]::s[1]][:, :, :oh, :ow]
            num = (torch.arange(oh)[:, None] * s[0] + a * d[0] - p[0]) * W + torch.arange(ow) * s[1] + b * d[1] - p[1]
            idx = torch.where(z > out, num, idx)
            out = torch.max(out, z)
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = k2(kernel_size), k2(padding)
    s = k if stride is None else k2(stride)
    H, W = x.shape[2:]
    oh, ow = odim(H, k[0], s[0], p[0], 1, ceil_mode), odim(W, k[1], s[1], p[1], 1, ceil_mode)
    y = F.pad(x, (p[1], p[1], p[0], p[0]))
    ones = F.pad(torch.ones(H, W), (p[1], p[1], p[0], p[0]), value=1.0 if count_include_pad else 0.0)
    out = torch.zeros(*x.shape[:2], oh, ow, dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            r, c = slice(i * s[0], i * s[0] + k[0]), slice(j * s[1], j * s[1] + k[1])
            out[:, :, i, j] = y[:, :, r, c].sum((2, 3)) / (divisor_override or ones[r, c].sum())
    return out


def global_avg_pool2d(x):
    return x.flatten(1).mean(1)
