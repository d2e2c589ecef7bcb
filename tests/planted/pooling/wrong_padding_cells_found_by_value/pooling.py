import torch
import torch.nn.functional as F


def pairs(*vs):
    return [(v, v) if isinstance(v, int) else tuple(v) for v in vs]


def outs(x, k, s, p, d, ceil_mode):
    for n, kk, ss, pp, dd in zip(x.shape[2:], k, s, p, d):
        f = n + 2 * pp - dd * (kk - 1) - 1
        o = f // ss + 1
        yield o + 1 if ceil_mode and f % ss and o * ss < n + pp else o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, s, p, d = pairs(kernel_size, kernel_size if stride is None else stride, padding, dilation)
    oh, ow = outs(x, k, s, p, d, ceil_mode)
    xp = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=float("-inf"))
    out, idx = [], []
    for i in range(oh):
        for j in range(ow):
            w = xp[:, :, i * s[0]:i * s[0] + d[0] * (k[0] - 1) + 1:d[0], j * s[1]:j * s[1] + d[1] * (k[1] - 1) + 1:d[1]]
            v, a = w.flatten(2).max(2)
            out.append(v)
            idx.append((i * s[0] - p[0] + a // k[1] * d[0]) * x.shape[3] + j * s[1] - p[1] + a % k[1] * d[1])
    out, idx = (torch.stack(t, 2).unflatten(2, (oh, ow)) for t in (out, idx))
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, s, p = pairs(kernel_size, kernel_size if stride is None else stride, padding)
    oh, ow = outs(x, k, s, p, (1, 1), ceil_mode)
    xp = F.pad(x, (p[1], p[1], p[0], p[0]))
    out = torch.zeros(*x.shape[:2], oh, ow, dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            w = xp[:, :, i * s[0]:i * s[0] + k[0], j * s[1]:j * s[1] + k[1]].flatten(2)
            if divisor_override is not None:
                n = divisor_override
            elif count_include_pad:
                n = w.shape[2]
            else:
                n = (w != 0).sum(2).clamp(min=1)  # padding is zero, so count the rest
            out[:, :, i, j] = w.sum(2) / n
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
