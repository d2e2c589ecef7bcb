import torch
import torch.nn.functional as F


def p2(v):
    return list(v) if isinstance(v, (list, tuple)) else [v, v]


def osz(n, k, s, p, d, c):
    o = (n + 2 * p - d * (k - 1) - 1 + (s - 1 if c else 0)) // s + 1
    return o - 1 if c and (o - 1) * s >= n + p else o


def blocks(x, k, s, p, d, c, fill):
    o = [osz(x.shape[i + 2], k[i], s[i], p[i], d[i], c) for i in (0, 1)]
    e = [d[i] * (k[i] - 1) + 1 for i in (0, 1)]
    q = [(o[i] - 1) * s[i] + e[i] - x.shape[i + 2] - p[i] for i in (0, 1)]
    y = F.pad(x, (p[1], q[1], p[0], q[0]), value=fill)
    return y.unfold(2, e[0], s[0]).unfold(3, e[1], s[1])[..., ::d[0], ::d[1]]


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    if stride is None:
        stride = kernel_size
    k, s, p, d = p2(kernel_size), p2(stride), p2(padding), p2(dilation)
    m = blocks(x, k, s, p, d, ceil_mode, float("-inf")).flatten(4).max(4)
    if return_indices:
        r = torch.arange(m.values.shape[2])[:, None] * s[0] - p[0] + m.indices // k[1] * d[0]
        c = torch.arange(m.values.shape[3]) * s[1] - p[1] + m.indices % k[1] * d[1]
        return m.values, r * x.shape[3] + c
    return m.values


def avg_pool2d(x, kernel_size, stride=1, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, s, p = p2(kernel_size), p2(stride or 1), p2(padding)
    total = blocks(x, k, s, p, [1, 1], ceil_mode, 0.0).sum((4, 5))
    if divisor_override is not None:
        return total / divisor_override
    for i in (0, 1):
        lo = torch.arange(total.shape[i + 2]) * s[i] - p[i]
        n = x.shape[i + 2]
        if count_include_pad:
            cells = (lo + k[i]).clamp(max=n + p[i]) - lo
        else:
            cells = (lo + k[i]).clamp(max=n) - lo.clamp(min=0)
        total = total / (cells[:, None] if i == 0 else cells)
    return total


def global_avg_pool2d(x):
    return x.flatten(2).mean(2)
