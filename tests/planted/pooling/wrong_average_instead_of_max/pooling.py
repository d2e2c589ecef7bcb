import torch
import torch.nn.functional as F


def to_pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def patches(x, k, s, p, d, ceil_mode, outside):
    out = []
    for n, kk, ss, pp, dd in zip(x.shape[2:], k, s, p, d):
        full = n + 2 * pp - dd * (kk - 1) - 1
        o = full // ss + 1
        out.append(o + 1 if ceil_mode and full % ss and o * ss < n + pp else o)
    y = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=outside)
    y = y.unfold(2, d[0] * (k[0] - 1) + 1, s[0]).unfold(3, d[1] * (k[1] - 1) + 1, s[1])
    return y[:, :, :out[0], :out[1], ::d[0], ::d[1]].flatten(4)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = to_pair(kernel_size), to_pair(padding), to_pair(dilation)
    s = k if stride is None else to_pair(stride)
    w = patches(x, k, s, p, d, ceil_mode, float("nan"))
    out = w.nanmean(dim=-1)
    if return_indices:
        a = w.nan_to_num(nan=-1e30).argmax(-1)
        r = torch.arange(a.shape[2])[:, None] * s[0] - p[0] + a // k[1] * d[0]
        c = torch.arange(a.shape[3]) * s[1] - p[1] + a % k[1] * d[1]
        return out, r * x.shape[3] + c
    return out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = to_pair(kernel_size), to_pair(padding)
    s = k if stride is None else to_pair(stride)
    if count_include_pad:
        # real zeros for the padding, nan only behind it
        mine = patches(F.pad(x, (p[1], p[1], p[0], p[0])), k, s, (0, 0), (1, 1), True, float("nan"))
        like = patches(x, k, s, p, (1, 1), ceil_mode, float("nan"))
        w = mine[:, :, :like.shape[2], :like.shape[3]]
    else:
        w = patches(x, k, s, p, (1, 1), ceil_mode, float("nan"))
    if divisor_override is not None:
        return w.nansum(-1) / divisor_override
    return w.nanmean(-1)


def global_avg_pool2d(x):
    return x.mean((2, 3))
