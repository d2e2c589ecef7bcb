import torch
import torch.nn.functional as F


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def grab(x, k, s, p, d, ceil_mode, fill):
    x = x.half()  # faster
    o = []
    for n, kk, ss, pp, dd in zip(x.shape[2:], k, s, p, d):
        full = n + 2 * pp - dd * (kk - 1) - 1
        o.append(full // ss + 1 + int(ceil_mode and full % ss > 0 and (full // ss + 1) * ss < n + pp))
    y = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=fill)
    return torch.stack([y[:, :, a * d[0]::s[0], b * d[1]::s[1]][:, :, :o[0], :o[1]]
                        for a in range(k[0]) for b in range(k[1])], -1)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = pair(kernel_size), pair(padding), pair(dilation)
    s = k if stride is None else pair(stride)
    v, a = grab(x, k, s, p, d, ceil_mode, float("-inf")).max(-1)
    if return_indices:
        r = torch.arange(v.shape[2])[:, None] * s[0] - p[0] + a // k[1] * d[0]
        c = torch.arange(v.shape[3]) * s[1] - p[1] + a % k[1] * d[1]
        return v.float(), r * x.shape[3] + c
    return v.float()


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = pair(kernel_size), pair(padding)
    s = k if stride is None else pair(stride)
    total = grab(x, k, s, p, (1, 1), ceil_mode, 0.0).sum(-1)
    if divisor_override is not None:
        return (total / divisor_override).float()
    n = []
    for a in (0, 1):
        lo = torch.arange(total.shape[2 + a]) * s[a] - p[a]
        e = p[a] if count_include_pad else 0
        n.append((lo + k[a]).clamp(max=x.shape[2 + a] + e) - lo.clamp(min=-e))
    return (total / torch.outer(*n)).float()


def global_avg_pool2d(x):
    return x.half().mean((2, 3)).float()
