import torch
import torch.nn.functional as F


def p_(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def o_(n, k, s, p, d, c):
    r = n + 2 * p - d * (k - 1) - 1
    o = r // s + 1
    return o + (1 if c and r % s and o * s < n + p else 0)


def cells_(x, k, s, p, d, c, fill):
    oh, ow = o_(x.shape[2], k[0], s[0], p[0], d[0], c), o_(x.shape[3], k[1], s[1], p[1], d[1], c)
    y = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=fill)
    return torch.stack([y[:, :, a * d[0]::s[0], b * d[1]::s[1]][:, :, :oh, :ow]
                        for a in range(k[0]) for b in range(k[1])], dim=4)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = p_(kernel_size), p_(padding), p_(dilation)
    s = k if stride is None else p_(stride)
    cells = cells_(x, k, s, p, d, ceil_mode, 0.0)
    a = cells.abs().argmax(dim=4)
    out, a = cells.gather(4, a)[..., 0], a[..., 0]
    if return_indices:
        r = torch.arange(out.shape[2])[:, None] * s[0] - p[0] + a // k[1] * d[0]
        q = torch.arange(out.shape[3]) * s[1] - p[1] + a % k[1] * d[1]
        return out, r * x.shape[3] + q
    return out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = p_(kernel_size), p_(padding)
    s = k if stride is None else p_(stride)
    total = cells_(x, k, s, p, (1, 1), ceil_mode, 0.0).sum(4)
    if divisor_override:
        return total / divisor_override
    mask = torch.ones(1, 1, *x.shape[2:], dtype=x.dtype)
    if not count_include_pad:
        return total / cells_(mask, k, s, p, (1, 1), ceil_mode, 0.0).sum(4)
    mask = F.pad(mask, (p[1], p[1], p[0], p[0]), value=1.0)
    count = cells_(mask, k, s, (0, 0), (1, 1), True, 0.0).sum(4)
    return total / count[:, :, :total.shape[2], :total.shape[3]]


def global_avg_pool2d(x):
    return x.mean((2, 3))
