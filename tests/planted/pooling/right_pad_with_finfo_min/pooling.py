import torch
import torch.nn.functional as F


def size2(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def how_many(n, k, s, p, d, ceil_mode):
    room = n + 2 * p - d * (k - 1) - 1
    if ceil_mode:
        m = -(-room // s) + 1
        while (m - 1) * s >= n + p:
            m -= 1
        return m
    return room // s + 1


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = size2(kernel_size), size2(padding), size2(dilation)
    s = k if stride is None else size2(stride)
    low = torch.finfo(x.dtype).min
    oh = how_many(x.shape[2], k[0], s[0], p[0], d[0], ceil_mode)
    ow = how_many(x.shape[3], k[1], s[1], p[1], d[1], ceil_mode)
    y = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=low)
    cells = torch.stack([
        y[:, :, a * d[0]:, b * d[1]:][:, :, ::s[0], ::s[1]][:, :, :oh, :ow]
        for a in range(k[0]) for b in range(k[1])
    ], dim=-1)
    value, at = cells.max(dim=-1)
    if return_indices:
        row = (torch.arange(oh) * s[0] - p[0]).reshape(oh, 1) + (at // k[1]) * d[0]
        col = (torch.arange(ow) * s[1] - p[1]).reshape(1, ow) + (at % k[1]) * d[1]
        return value, row * x.shape[3] + col
    return value


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = size2(kernel_size), size2(padding)
    s = k if stride is None else size2(stride)
    h, w = x.shape[2:]
    oh, ow = how_many(h, k[0], s[0], p[0], 1, ceil_mode), how_many(w, k[1], s[1], p[1], 1, ceil_mode)
    rows = torch.zeros(x.shape[0], x.shape[1], oh, w, dtype=x.dtype)
    for i in range(oh):
        t = i * s[0] - p[0]
        rows[:, :, i] = x[:, :, max(t, 0):t + k[0]].sum(2)
    out = torch.zeros(x.shape[0], x.shape[1], oh, ow, dtype=x.dtype)
    for j in range(ow):
        l = j * s[1] - p[1]
        out[:, :, :, j] = rows[:, :, :, max(l, 0):l + k[1]].sum(3)
    if divisor_override is not None:
        return out / divisor_override
    for i in range(oh):
        for j in range(ow):
            t, l = i * s[0] - p[0], j * s[1] - p[1]
            if count_include_pad:
                out[:, :, i, j] /= (min(t + k[0], h + p[0]) - t) * (min(l + k[1], w + p[1]) - l)
            else:
                out[:, :, i, j] /= (min(t + k[0], h) - max(t, 0)) * (min(l + k[1], w) - max(l, 0))
    return out


def global_avg_pool2d(x):
    return x.mean(2).mean(2)
