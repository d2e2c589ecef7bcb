import torch
import torch.nn.functional as F


def P(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def pads(k, padding):
    p = P(padding)
    return tuple(b if b else a // 2 for a, b in zip(k, p))


def M(n, k, s, p, d, ceil_mode):
    z = n + 2 * p - d * (k - 1) - 1
    m = z // s + 1
    return m + 1 if ceil_mode and z % s and m * s < n + p else m


def W(x, k, s, p, d, ceil_mode, fill):
    h, w = M(x.shape[2], k[0], s[0], p[0], d[0], ceil_mode), M(x.shape[3], k[1], s[1], p[1], d[1], ceil_mode)
    x = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=fill)
    x = x.unfold(2, d[0] * (k[0] - 1) + 1, s[0]).unfold(3, d[1] * (k[1] - 1) + 1, s[1])
    return x[:, :, :h, :w, ::d[0], ::d[1]]


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, d = P(kernel_size), P(dilation)
    p = pads(k, padding)
    s = k if stride is None else P(stride)
    v, a = W(x, k, s, p, d, ceil_mode, float("-inf")).flatten(4).max(4)
    r = torch.arange(v.shape[2])[:, None] * s[0] - p[0] + a // k[1] * d[0]
    c = torch.arange(v.shape[3]) * s[1] - p[1] + a % k[1] * d[1]
    return (v, r * x.shape[3] + c) if return_indices else v


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k = P(kernel_size)
    p = pads(k, padding)
    s = k if stride is None else P(stride)
    total = W(x, k, s, p, (1, 1), ceil_mode, 0.0).sum((4, 5))
    if divisor_override is not None:
        return total / divisor_override
    one = F.pad(torch.ones(1, 1, *x.shape[2:]), (p[1], p[1], p[0], p[0]), value=1.0 if count_include_pad else 0.0)
    n = W(one, k, s, (0, 0), (1, 1), True, 0.0).sum((4, 5))
    return total / n[:, :, :total.shape[2], :total.shape[3]]


def global_avg_pool2d(x):
    return x.mean((2, 3))
