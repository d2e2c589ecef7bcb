import torch


def two(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def outs(n, k, s, p, d, ceil):
    o = -(-(n + 2 * p - d * (k - 1) - 1) // s) + 1 if ceil else (n + 2 * p - d * (k - 1) - 1) // s + 1
    return o - 1 if ceil and (o - 1) * s >= n + p else o


def cut(x, fill, k, s, p, d, ceil):
    N, C, H, W = x.shape
    oh, ow = outs(H, k[0], s[0], p[0], d[0], ceil), outs(W, k[1], s[1], p[1], d[1], ceil)
    big = torch.full((N, C, H + 2 * p[0] + s[0] + k[0], W + 2 * p[1] + s[1] + k[1]), fill, dtype=x.dtype)
    big[:, :, p[0]:p[0] + H, p[1]:p[1] + W] = x
    cells = []
    for a in range(k[0]):
        for b in range(k[1]):
            part = big[:, :, a * d[0]:a * d[0] + (oh - 1) * s[0] + 1:s[0], b * d[1]:b * d[1] + (ow - 1) * s[1] + 1:s[1]]
            cells.append(part)
    return torch.stack(cells, -1)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = two(kernel_size), two(padding), two(dilation)
    s = k if stride is None else two(stride)
    y, i = cut(x, -999, k, s, p, d, ceil_mode).max(-1)     # small enough never to win
    if not return_indices:
        return y
    r = torch.arange(y.shape[2])[:, None] * s[0] - p[0] + i // k[1] * d[0]
    c = torch.arange(y.shape[3]) * s[1] - p[1] + i % k[1] * d[1]
    return y, r * x.shape[3] + c


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = two(kernel_size), two(padding)
    s = k if stride is None else two(stride)
    total = cut(x, 0, k, s, p, (1, 1), ceil_mode).sum(-1)
    if divisor_override:
        return total / divisor_override
    H, W = x.shape[2:]
    top, left = torch.arange(total.shape[2]) * s[0] - p[0], torch.arange(total.shape[3]) * s[1] - p[1]
    if count_include_pad:
        rows, cols = (top + k[0]).clamp(max=H + p[0]) - top, (left + k[1]).clamp(max=W + p[1]) - left
    else:
        rows = (top + k[0]).clamp(max=H) - top.clamp(min=0)
        cols = (left + k[1]).clamp(max=W) - left.clamp(min=0)
    return total / (rows[:, None] * cols)


def global_avg_pool2d(x):
    return x.mean((2, 3))
