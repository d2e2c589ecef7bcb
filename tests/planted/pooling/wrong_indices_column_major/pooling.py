import math


import torch


def both(v):
    return [v] * 2 if isinstance(v, int) else list(v)


def firsts(n, k, s, p, d, up):
    q = (n + 2 * p - d * (k - 1) - 1) / s
    f = [i * s - p for i in range((math.ceil(q) if up else math.floor(q)) + 1)]
    return [a for a in f if a < n] if up else f


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = both(kernel_size), both(padding), both(dilation)
    s = k if stride is None else both(stride)
    N, C, H, W = x.shape
    A, B = firsts(H, k[0], s[0], p[0], d[0], ceil_mode), firsts(W, k[1], s[1], p[1], d[1], ceil_mode)
    out = torch.full((N, C, len(A), len(B)), -math.inf, dtype=x.dtype)
    idx = torch.zeros(N, C, len(A), len(B), dtype=torch.long)
    flipped = x.transpose(2, 3).reshape(N, C, W * H)
    for i, a in enumerate(A):
        for j, b in enumerate(B):
            cells = [c * H + r for r in range(a, a + k[0] * d[0], d[0]) for c in range(b, b + k[1] * d[1], d[1])
                     if 0 <= r < H and 0 <= c < W]
            if cells:
                v, which = flipped[:, :, cells].max(2)
                out[:, :, i, j] = v
                idx[:, :, i, j] = torch.tensor(cells)[which]
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = both(kernel_size), both(padding)
    s = k if stride is None else both(stride)
    N, C, H, W = x.shape
    A, B = firsts(H, k[0], s[0], p[0], 1, ceil_mode), firsts(W, k[1], s[1], p[1], 1, ceil_mode)
    out = torch.zeros(N, C, len(A), len(B), dtype=x.dtype)
    for i, a in enumerate(A):
        for j, b in enumerate(B):
            w = x[:, :, max(0, a):a + k[0], max(0, b):b + k[1]]
            area = w[0, 0].numel() if not count_include_pad else (min(a + k[0], H + p[0]) - a) * (min(b + k[1], W + p[1]) - b)
            out[:, :, i, j] = w.sum((2, 3)) / (divisor_override or area)
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
