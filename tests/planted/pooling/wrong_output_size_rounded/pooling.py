import torch
import torch.nn.functional as F


def ab(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def out_len(n, k, s, p, d, ceil_mode):
    exact = (n + 2 * p - d * (k - 1) - 1) / s
    if not ceil_mode:
        return int(exact + 0.5) + 1
    o = -int(-exact // 1) + 1
    return o if (o - 1) * s < n + p else o - 1


def parts(x, k, s, p, d, ceil_mode, fill):
    oh, ow = (out_len(x.shape[2 + a], k[a], s[a], p[a], d[a], ceil_mode) for a in (0, 1))
    x = F.pad(x, (p[1], p[1] + s[1] + k[1], p[0], p[0] + s[0] + k[0]), value=fill)
    return torch.stack([x[:, :, a * d[0]::s[0], b * d[1]::s[1]][:, :, :oh, :ow] for a in range(k[0]) for b in range(k[1])])


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = ab(kernel_size), ab(padding), ab(dilation)
    s = k if stride is None else ab(stride)
    v, a = parts(x, k, s, p, d, ceil_mode, float("-inf")).max(0)
    if return_indices:
        r = torch.arange(v.shape[2])[:, None] * s[0] - p[0] + a // k[1] * d[0]
        c = torch.arange(v.shape[3]) * s[1] - p[1] + a % k[1] * d[1]
        return v, r * x.shape[3] + c
    return v


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = ab(kernel_size), ab(padding)
    s = k if stride is None else ab(stride)
    total = parts(x, k, s, p, (1, 1), ceil_mode, 0.0).sum(0)
    if divisor_override:
        return total / divisor_override
    for a in (0, 1):
        lo = torch.arange(total.shape[2 + a]) * s[a] - p[a]
        e = p[a] if count_include_pad else 0
        n = ((lo + k[a]).clamp(max=x.shape[2 + a] + e) - lo.clamp(min=-e)).clamp(min=1)
        total = total / (n[:, None] if a == 0 else n)
    return total


def global_avg_pool2d(x):
    return x.mean((2, 3))
