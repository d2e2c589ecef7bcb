import torch


def norm(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = norm(kernel_size), norm(padding), norm(dilation)
    s = k if stride is None else norm(stride)
    H, W = x.shape[2:]
    tops = [t for t in range(-p[0], H, s[0]) if t == -p[0] or t - s[0] + d[0] * (k[0] - 1) + 1 < H + p[0]]
    lefts = [l for l in range(-p[1], W, s[1]) if l == -p[1] or l - s[1] + d[1] * (k[1] - 1) + 1 < W + p[1]]
    out = torch.full((*x.shape[:2], len(tops), len(lefts)), -torch.inf, dtype=x.dtype)
    idx = torch.zeros(out.shape, dtype=torch.long)
    for i, t in enumerate(tops):
        for j, l in enumerate(lefts):
            rows = [r for r in range(t, t + d[0] * k[0], d[0]) if 0 <= r < H]
            cols = [c for c in range(l, l + d[1] * k[1], d[1]) if 0 <= c < W]
            if rows and cols:
                out[:, :, i, j], a = x[:, :, rows][:, :, :, cols].flatten(2).max(2)
                idx[:, :, i, j] = torch.tensor([r * W + c for r in rows for c in cols])[a]
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = norm(kernel_size), norm(padding)
    s = k if stride is None else norm(stride)
    H, W = x.shape[2:]
    tops = [t for t in range(-p[0], H, s[0]) if t == -p[0] or t - s[0] + k[0] < H + p[0]]
    lefts = [l for l in range(-p[1], W, s[1]) if l == -p[1] or l - s[1] + k[1] < W + p[1]]
    out = torch.zeros((*x.shape[:2], len(tops), len(lefts)), dtype=x.dtype)
    for i, t in enumerate(tops):
        for j, l in enumerate(lefts):
            w = x[:, :, max(t, 0):t + k[0], max(l, 0):l + k[1]]
            n = w.shape[2] * w.shape[3]
            if count_include_pad:
                n = (min(t + k[0], H + p[0]) - t) * (min(l + k[1], W + p[1]) - l)
            out[:, :, i, j] = w.sum((2, 3)) / (divisor_override or n)
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
