import torch
import torch.nn.functional as F


def pp(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def plan(n, k, s, p, d, ceil_mode):
    """number of windows and cells missing behind the padding"""
    span = n + 2 * p - d * (k - 1) - 1
    o = span // s + 1
    if ceil_mode and span % s and o * s < n + p:
        o += 1
    return o, max(0, (o - 1) * s - span)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = pp(kernel_size), pp(padding), pp(dilation)
    s = k if stride is None else pp(stride)
    N, C, H, W = x.shape
    (oh, mh), (ow, mw) = plan(H, k[0], s[0], p[0], d[0], ceil_mode), plan(W, k[1], s[1], p[1], d[1], ceil_mode)
    y = F.pad(x, (p[1], p[1], p[0], p[0]), value=float("-inf"))
    y = F.pad(y, (0, mw, 0, mh))  # room for the last window
    y = y.unfold(2, d[0] * (k[0] - 1) + 1, s[0]).unfold(3, d[1] * (k[1] - 1) + 1, s[1])[..., ::d[0], ::d[1]]
    v, a = y.flatten(4).max(4)
    r = torch.arange(oh)[:, None] * s[0] - p[0] + a // k[1] * d[0]
    c = torch.arange(ow) * s[1] - p[1] + a % k[1] * d[1]
    return (v, r * W + c) if return_indices else v


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = pp(kernel_size), pp(padding)
    s = k if stride is None else pp(stride)
    H, W = x.shape[2:]
    (oh, mh), (ow, mw) = plan(H, k[0], s[0], p[0], 1, ceil_mode), plan(W, k[1], s[1], p[1], 1, ceil_mode)

    def sums(img, side_value):
        img = F.pad(F.pad(img, (p[1], p[1], p[0], p[0]), value=side_value), (0, mw, 0, mh))
        return img.unfold(2, k[0], s[0]).unfold(3, k[1], s[1]).sum((4, 5))

    if divisor_override:
        return sums(x, 0.0) / divisor_override
    return sums(x, 0.0) / sums(torch.ones(1, 1, H, W, dtype=x.dtype), 1.0 if count_include_pad else 0.0)


def global_avg_pool2d(x):
    return x.mean((2, 3))
