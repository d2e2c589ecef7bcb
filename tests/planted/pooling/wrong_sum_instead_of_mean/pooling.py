import torch
import torch.nn.functional as F


def pair_of(v):
    return (v, v) if isinstance(v, int) else (v[0], v[1])


def view(x, kernel_size, stride, padding, dilation, ceil_mode, value):
    k, p, d = pair_of(kernel_size), pair_of(padding), pair_of(dilation)
    s = k if stride is None else pair_of(stride)
    need = []
    for n, kk, ss, pp, dd in zip(x.shape[2:], k, s, p, d):
        reach = dd * (kk - 1) + 1
        o = (n + 2 * pp - reach) // ss + 1
        if ceil_mode and (n + 2 * pp - reach) % ss and o * ss < n + pp:
            o += 1
        need.append((o - 1) * ss + reach - n - pp)
    x = F.pad(x, (p[1], need[1], p[0], need[0]), value=value)
    x = x.unfold(2, d[0] * (k[0] - 1) + 1, s[0])[..., ::d[0]]
    return x.unfold(3, d[1] * (k[1] - 1) + 1, s[1])[..., ::d[1]], k, s, p, d


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    w, k, s, p, d = view(x, kernel_size, stride, padding, dilation, ceil_mode, float("-inf"))
    best = w.flatten(4).max(-1)
    if return_indices:
        r = torch.arange(w.shape[2])[:, None] * s[0] - p[0] + best.indices // k[1] * d[0]
        c = torch.arange(w.shape[3]) * s[1] - p[1] + best.indices % k[1] * d[1]
        return best.values, r * x.shape[3] + c
    return best.values


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    w = view(x, kernel_size, stride, padding, 1, ceil_mode, 0.0)[0]
    total = w.sum(dim=(-2, -1))
    if divisor_override is not None:
        total = total / divisor_override
    return total


def global_avg_pool2d(x):
    return x.mean((2, 3))
