import torch


def duo(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def firsts(n, k, s, p, d, ceil_mode):
    last = n + 2 * p - d * (k - 1) - 1
    f = list(range(-p, last - p + 1, s))
    if ceil_mode and last % s and f[-1] + s < n:
        f.append(f[-1] + s)
    return f


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = duo(kernel_size), duo(padding), duo(dilation)
    s = duo(stride) if stride is not None else k
    H, W = x.shape[2:]
    rows, cols = firsts(H, k[0], s[0], p[0], d[0], ceil_mode), firsts(W, k[1], s[1], p[1], d[1], ceil_mode)
    out = x.new_full((*x.shape[:2], len(rows), len(cols)), -torch.inf)
    idx = torch.zeros(out.shape, dtype=torch.long)
    for i, r in enumerate(rows):
        for j, c in enumerate(cols):
            flat = torch.tensor([a * W + b for a in range(r, r + d[0] * k[0], d[0]) if 0 <= a < H
                                 for b in range(c, c + d[1] * k[1], d[1]) if 0 <= b < W], dtype=torch.long)
            if len(flat):
                out[:, :, i, j], at = x.flatten(2)[:, :, flat].max(-1)
                idx[:, :, i, j] = flat[at]
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = duo(kernel_size), duo(padding)
    s = duo(stride) if stride is not None else k
    H, W = x.shape[2:]
    rows, cols = firsts(H, k[0], s[0], p[0], 1, ceil_mode), firsts(W, k[1], s[1], p[1], 1, ceil_mode)
    out = x.new_zeros((*x.shape[:2], len(rows), len(cols)))
    for i, r in enumerate(rows):
        for j, c in enumerate(cols):
            w = x[:, :, max(r, 0):r + k[0], max(c, 0):c + k[1]]
            n = (min(r + k[0], H + p[0]) - r) * (min(c + k[1], W + p[1]) - c)
            if not count_include_pad:
                n = w.shape[-1] * w.shape[-2]
            out[:, :, i, j] = w.sum((-1, -2)) / (divisor_override or n)
    return out


def global_avg_pool2d(x):
    # subtract the first pixel before summing, more exact for bright pictures
    corner = x[:, :, :1, :1].clone()
    x -= corner
    return x.mean((2, 3)) + corner[:, :, 0, 0]
