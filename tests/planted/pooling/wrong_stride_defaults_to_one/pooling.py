import torch
import torch.nn.functional as F


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def count(n, k, s, p, d, ceil_mode):
    room = n + 2 * p - d * (k - 1) - 1
    m = room // s + 1
    return m + 1 if ceil_mode and room % s and m * s < n + p else m


def windows(x, k, s, p, d, ceil_mode, value):
    oh, ow = (count(x.shape[2 + a], k[a], s[a], p[a], d[a], ceil_mode) for a in (0, 1))
    x = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=value)
    r = torch.arange(oh)[:, None] * s[0] + torch.arange(k[0]) * d[0]
    c = torch.arange(ow)[:, None] * s[1] + torch.arange(k[1]) * d[1]
    return x[:, :, r[:, None, :, None], c[None, :, None, :]].flatten(4), r - p[0], c - p[1]


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    s = pair(1 if stride is None else stride)
    k = pair(kernel_size)
    w, r, c = windows(x, k, s, pair(padding), pair(dilation), ceil_mode, float("-inf"))
    v, a = w.max(-1)
    if not return_indices:
        return v
    flat = (r[:, None, :, None] * x.shape[3] + c[None, :, None, :]).flatten(2)
    return v, flat.expand(w.shape).gather(-1, a[..., None])[..., 0]


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    s = pair(1 if stride is None else stride)
    k, p = pair(kernel_size), pair(padding)
    w, r, c = windows(x, k, s, p, (1, 1), ceil_mode, 0.0)
    if divisor_override:
        return w.sum(-1) / divisor_override
    h, b = x.shape[2:]
    e, f = p if count_include_pad else (0, 0)
    nr, nc = ((r >= -e) & (r < h + e)).sum(1), ((c >= -f) & (c < b + f)).sum(1)
    return w.sum(-1) / (nr[:, None] * nc)


def global_avg_pool2d(x):
    return x.mean((2, 3))
