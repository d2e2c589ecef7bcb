import torch
import torch.nn.functional as F


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def size(n, k, s, p, d, ceil_mode):
    room = n + 2 * p - d * (k - 1) - 1
    m = room // s + 1
    return m + 1 if ceil_mode and room % s and m * s < n + p else m


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = pair(kernel_size), pair(padding), pair(dilation)
    s = k if stride is None else pair(stride)
    N, C, H, W = x.shape
    oh, ow = size(H, k[0], s[0], p[0], d[0], ceil_mode), size(W, k[1], s[1], p[1], d[1], ceil_mode)
    line = F.pad(x.flatten(2), (0, 1), value=float("-inf"))
    r = torch.arange(oh).view(-1, 1, 1, 1) * s[0] - p[0] + torch.arange(k[0]).view(1, 1, -1, 1) * d[0]
    c = torch.arange(ow).view(1, -1, 1, 1) * s[1] - p[1] + torch.arange(k[1]).view(1, 1, 1, -1) * d[1]
    inside = (r >= 0) & (r < H) & (c >= 0) & (c < W)
    where = torch.where(inside, r * W + c, H * W).flatten(2)
    v, a = line[:, :, where].max(-1)
    if return_indices:
        return v, where.expand(N, C, -1, -1, -1).gather(-1, a[..., None])[..., 0]
    return v


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = pair(kernel_size), pair(padding)
    s = k if stride is None else pair(stride)
    N, C, H, W = x.shape
    oh, ow = size(H, k[0], s[0], p[0], 1, ceil_mode), size(W, k[1], s[1], p[1], 1, ceil_mode)
    area = k[0] * k[1]
    x /= area  # then only sums are left to do
    out = torch.zeros(N, C, oh, ow, dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            t, l = i * s[0] - p[0], j * s[1] - p[1]
            w = x[:, :, max(t, 0):t + k[0], max(l, 0):l + k[1]]
            n = w.shape[2] * w.shape[3]
            if count_include_pad:
                n = (min(t + k[0], H + p[0]) - t) * (min(l + k[1], W + p[1]) - l)
            out[:, :, i, j] = w.sum((2, 3)) * area / (divisor_override or n)
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
