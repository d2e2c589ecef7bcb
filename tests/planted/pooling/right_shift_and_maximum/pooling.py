import torch
import torch.nn.functional as F


def _2(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def _n(n, k, s, p, d, ceil_mode):
    full = n + 2 * p - (k - 1) * d - 1
    o = full // s + 1
    if ceil_mode and full % s != 0:
        o += 1
        if (o - 1) * s >= n + p:
            o -= 1
    return o


def _shifts(x, k, s, p, d, ceil_mode, fill):
    """For every kernel cell: its offset and the slice of the image that lies under it."""
    H, W = x.shape[2:]
    oh, ow = _n(H, k[0], s[0], p[0], d[0], ceil_mode), _n(W, k[1], s[1], p[1], d[1], ceil_mode)
    xp = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=fill)
    for a in range(k[0]):
        for b in range(k[1]):
            top, left = a * d[0], b * d[1]
            yield a, b, xp[:, :, top:top + (oh - 1) * s[0] + 1:s[0], left:left + (ow - 1) * s[1] + 1:s[1]]


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = _2(kernel_size), _2(padding), _2(dilation)
    s = k if stride is None else _2(stride)
    out = index = None
    for a, b, part in _shifts(x, k, s, p, d, ceil_mode, float("-inf")):
        row = torch.arange(part.shape[2])[:, None] * s[0] - p[0] + a * d[0]
        col = torch.arange(part.shape[3])[None, :] * s[1] - p[1] + b * d[1]
        here = (row * x.shape[3] + col).expand(part.shape)
        if out is None:
            out, index = part.clone(), here.clone()
        else:
            index = torch.where(part > out, here, index)
            out = torch.maximum(out, part)
    return (out, index) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = _2(kernel_size), _2(padding)
    s = k if stride is None else _2(stride)
    total = sum(part for _, _, part in _shifts(x, k, s, p, (1, 1), ceil_mode, 0.0))
    if divisor_override is not None:
        return total / divisor_override
    ones = torch.ones_like(x[:1, :1])
    if count_include_pad:
        ones = F.pad(ones, (p[1], p[1], p[0], p[0]), value=1.0)
        ones = F.pad(ones, (0, s[1], 0, s[0]))
        oh, ow = total.shape[2:]
        count = 0
        for a in range(k[0]):
            for b in range(k[1]):
                count = count + ones[:, :, a:a + (oh - 1) * s[0] + 1:s[0], b:b + (ow - 1) * s[1] + 1:s[1]]
    else:
        count = sum(part for _, _, part in _shifts(ones, k, s, p, (1, 1), ceil_mode, 0.0))
    return total / count


def global_avg_pool2d(x):
    return x.mean((2, 3))
