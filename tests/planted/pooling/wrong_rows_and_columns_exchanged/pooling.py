import torch


def xy(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def spread(n, k, s, p, d, ceil_mode):
    o = (n + 2 * p - d * (k - 1) - 1 + (s - 1) * ceil_mode) // s + 1
    if ceil_mode and (o - 1) * s >= n + p:
        o -= 1
    return [[t for t in range(i * s - p, i * s - p + k * d, d) if 0 <= t < n] for i in range(o)]


def lists(x, kernel_size, stride, padding, dilation, ceil_mode):
    k, p, d = xy(kernel_size), xy(padding), xy(dilation)
    s = xy(kernel_size if stride is None else stride)
    return [spread(x.shape[2 + a], k[a], s[a], p[a], d[a], ceil_mode) for a in (0, 1)], k, s, p


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    (rows, cols), *_ = lists(x, kernel_size, stride, padding, dilation, ceil_mode)
    out = torch.full((x.shape[0], x.shape[1], len(cols), len(rows)), float("-inf"), dtype=x.dtype)
    idx = torch.zeros(out.shape, dtype=torch.long)
    for b, c in enumerate(cols):
        for a, r in enumerate(rows):
            if r and c:
                out[:, :, b, a], at = x[:, :, r][:, :, :, c].flatten(2).max(2)
                idx[:, :, b, a] = torch.tensor([i * x.shape[3] + j for i in r for j in c])[at]
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    (rows, cols), k, s, p = lists(x, kernel_size, stride, padding, 1, ceil_mode)
    out = torch.zeros(x.shape[0], x.shape[1], len(cols), len(rows), dtype=x.dtype)
    for b, c in enumerate(cols):
        for a, r in enumerate(rows):
            n = len(r) * len(c)
            if count_include_pad:
                n = min(k[0], x.shape[2] + 2 * p[0] - a * s[0]) * min(k[1], x.shape[3] + 2 * p[1] - b * s[1])
            out[:, :, b, a] = x[:, :, r][:, :, :, c].sum((2, 3)) / (divisor_override or n)
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
