import torch
import torch.nn.functional as F


def tup(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def begin(n, k, s, ceil_mode):
    stop = n - k
    if ceil_mode:
        stop = n - k + s - 1
    return range(0, stop, s)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = tup(kernel_size), tup(padding), tup(dilation)
    s = k if stride is None else tup(stride)
    xp = F.pad(x, (p[1], p[1], p[0], p[0]), value=float("-inf"))
    e = d[0] * (k[0] - 1) + 1, d[1] * (k[1] - 1) + 1
    out, idx = [], []
    for r in begin(xp.shape[2], e[0], s[0], ceil_mode):
        for c in begin(xp.shape[3], e[1], s[1], ceil_mode):
            w = xp[:, :, r:r + e[0]:d[0], c:c + e[1]:d[1]]
            v, a = w.flatten(2).max(2)
            out.append(v)
            idx.append((r - p[0] + a // w.shape[3] * d[0]) * x.shape[3] + c - p[1] + a % w.shape[3] * d[1])
    size = (*x.shape[:2], len(begin(xp.shape[2], e[0], s[0], ceil_mode)), len(begin(xp.shape[3], e[1], s[1], ceil_mode)))
    if not out:
        return torch.zeros(size)
    out, idx = torch.stack(out, 2).view(size), torch.stack(idx, 2).view(size)
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = tup(kernel_size), tup(padding)
    s = k if stride is None else tup(stride)
    xp = F.pad(x, (p[1], p[1], p[0], p[0]))
    m = F.pad(torch.ones(x.shape[2:]), (p[1], p[1], p[0], p[0]), value=float(count_include_pad))
    rows, cols = begin(xp.shape[2], k[0], s[0], ceil_mode), begin(xp.shape[3], k[1], s[1], ceil_mode)
    out = torch.zeros(*x.shape[:2], len(rows), len(cols), dtype=x.dtype)
    for i, r in enumerate(rows):
        for j, c in enumerate(cols):
            n = divisor_override or m[r:r + k[0], c:c + k[1]].sum()
            out[:, :, i, j] = xp[:, :, r:r + k[0], c:c + k[1]].sum((2, 3)) / n
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
