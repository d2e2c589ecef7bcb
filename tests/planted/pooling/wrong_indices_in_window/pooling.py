import torch
import torch.nn.functional as F


def _pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def _num(n, k, s, p, d, ceil_mode):
    o = (n + 2 * p - d * (k - 1) - 1 + (s - 1 if ceil_mode else 0)) // s + 1
    return o - 1 if ceil_mode and (o - 1) * s >= n + p else o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = _pair(kernel_size), _pair(padding), _pair(dilation)
    s = k if stride is None else _pair(stride)
    oh, ow = (_num(x.shape[2 + a], k[a], s[a], p[a], d[a], ceil_mode) for a in (0, 1))
    y = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=float("-inf"))
    cells = [y[:, :, a * d[0]::s[0], b * d[1]::s[1]][:, :, :oh, :ow] for a in range(k[0]) for b in range(k[1])]
    values, indices = torch.stack(cells, dim=-1).max(dim=-1)
    return (values, indices) if return_indices else values


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = _pair(kernel_size), _pair(padding)
    s = k if stride is None else _pair(stride)
    H, W = x.shape[2:]
    oh, ow = _num(H, k[0], s[0], p[0], 1, ceil_mode), _num(W, k[1], s[1], p[1], 1, ceil_mode)
    out = x.new_zeros(*x.shape[:2], oh, ow)
    for i in range(oh):
        for j in range(ow):
            t, l = i * s[0] - p[0], j * s[1] - p[1]
            w = x[:, :, max(t, 0):t + k[0], max(l, 0):l + k[1]]
            n = w.shape[2] * w.shape[3]
            if count_include_pad:
                n = (min(t + k[0], H + p[0]) - t) * (min(l + k[1], W + p[1]) - l)
            out[:, :, i, j] = w.sum((2, 3)) / (n if divisor_override is None else divisor_override)
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
