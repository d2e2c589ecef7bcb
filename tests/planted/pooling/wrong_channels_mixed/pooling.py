import torch
import torch.nn.functional as F


def couple(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def steps(n, k, s, p, d, ceil_mode):
    free = n + 2 * p - d * (k - 1) - 1
    o = free // s + 1
    if ceil_mode and free % s and o * s < n + p:
        o += 1
    return [i * s for i in range(o)]


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = couple(kernel_size), couple(padding), couple(dilation)
    s = k if stride is None else couple(stride)
    N, C, H, W = x.shape
    rows, cols = steps(H, k[0], s[0], p[0], d[0], ceil_mode), steps(W, k[1], s[1], p[1], d[1], ceil_mode)
    xp = F.pad(x, (p[1], p[1], p[0], p[0]), value=float("-inf"))
    out = torch.zeros(N, C, len(rows), len(cols), dtype=x.dtype)
    idx = torch.zeros(out.shape, dtype=torch.long)
    for n in range(N):
        for c in range(C):
            for i, r in enumerate(rows):
                for j, q in enumerate(cols):
                    window = xp[n, :, r:r + d[0] * (k[0] - 1) + 1:d[0], q:q + d[1] * (k[1] - 1) + 1:d[1]]
                    out[n, c, i, j] = window.max()
                    a = int(window.amax(0).argmax())
                    idx[n, c, i, j] = (r - p[0] + a // window.shape[2] * d[0]) * W + q - p[1] + a % window.shape[2] * d[1]
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = couple(kernel_size), couple(padding)
    s = k if stride is None else couple(stride)
    N, C, H, W = x.shape
    rows, cols = steps(H, k[0], s[0], p[0], 1, ceil_mode), steps(W, k[1], s[1], p[1], 1, ceil_mode)
    xp = F.pad(x, (p[1], p[1], p[0], p[0]))
    ones = F.pad(torch.ones(H, W), (p[1], p[1], p[0], p[0]), value=float(count_include_pad))
    out = torch.zeros(N, C, len(rows), len(cols), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i, r in enumerate(rows):
                for j, q in enumerate(cols):
                    total = xp[n, :, r:r + k[0], q:q + k[1]].sum() / C
                    out[n, c, i, j] = total / (divisor_override or ones[r:r + k[0], q:q + k[1]].sum())
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
