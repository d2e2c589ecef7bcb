import torch
import torch.nn.functional as F


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def count(n, k, s, p, d, ceil_mode):
    r = n + 2 * p - d * (k - 1) - 1
    o = r // s + 1
    if ceil_mode and r % s and o * s < n + p:
        o += 1
    return o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = pair(kernel_size), pair(padding), pair(dilation)
    s = k if stride is None else pair(stride)
    oh, ow = (count(x.shape[2 + a], k[a], s[a], p[a], d[a], ceil_mode) for a in (0, 1))
    y = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=float("-inf"))
    y = y.unfold(2, d[0] * (k[0] - 1) + 1, s[0]).unfold(3, d[1] * (k[1] - 1) + 1, s[1])[:, :, :oh, :ow, ::d[0], ::d[1]]
    v, a = y.flatten(4).max(4)
    if not return_indices:
        return v
    r = torch.arange(oh)[:, None] * s[0] - p[0] + a // k[1] * d[0]
    c = torch.arange(ow) * s[1] - p[1] + a % k[1] * d[1]
    return v, r * x.shape[3] + c


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = pair(kernel_size), pair(padding)
    s = k if stride is None else pair(stride)
    C, (H, W) = x.shape[1], x.shape[2:]
    oh, ow = count(H, k[0], s[0], p[0], 1, ceil_mode), count(W, k[1], s[1], p[1], 1, ceil_mode)
    kernel = torch.ones(C, 1, k[0], k[1], dtype=x.dtype)
    behind = (0, s[1], 0, s[0])
    sums = F.conv2d(F.pad(F.pad(x, (p[1], p[1], p[0], p[0])), behind), kernel, stride=s, groups=C)[:, :, :oh, :ow]
    if divisor_override:
        return sums / divisor_override
    ones = F.pad(torch.ones(1, 1, H, W, dtype=x.dtype), (p[1], p[1], p[0], p[0]), value=1.0 if count_include_pad else 0.0)
    number = F.conv2d(F.pad(ones, behind), kernel[:1], stride=s)[:, :, :oh, :ow]
    return sums / number


def global_avg_pool2d(x):
    return x.mean((2, 3))
