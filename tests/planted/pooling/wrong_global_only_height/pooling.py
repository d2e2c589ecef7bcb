import torch


def _two(v):
    return tuple(v) if isinstance(v, (tuple, list)) else (v, v)


def _first(n, k, s, p, d, ceil_mode):
    e = d * (k - 1) + 1
    out, a = [], -p
    while a + e <= n + p:
        out.append(a)
        a += s
    if ceil_mode and a < n and a - s + e < n + p:
        out.append(a)
    return out


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = _two(kernel_size), _two(padding), _two(dilation)
    s = k if stride is None else _two(stride)
    H, W = x.shape[2:]
    out, idx = [], []
    for a in _first(H, k[0], s[0], p[0], d[0], ceil_mode):
        rows = [r for r in range(a, a + d[0] * k[0], d[0]) if 0 <= r < H]
        o, q = [], []
        for b in _first(W, k[1], s[1], p[1], d[1], ceil_mode):
            cols = [c for c in range(b, b + d[1] * k[1], d[1]) if 0 <= c < W]
            v, at = x[:, :, rows][:, :, :, cols].flatten(2).max(2)
            o.append(v)
            q.append(torch.tensor([r * W + c for r in rows for c in cols])[at])
        out.append(torch.stack(o, 2))
        idx.append(torch.stack(q, 2))
    out, idx = torch.stack(out, 2), torch.stack(idx, 2)
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = _two(kernel_size), _two(padding)
    s = k if stride is None else _two(stride)
    H, W = x.shape[2:]
    out = []
    for a in _first(H, k[0], s[0], p[0], 1, ceil_mode):
        line = []
        for b in _first(W, k[1], s[1], p[1], 1, ceil_mode):
            w = x[:, :, max(0, a):a + k[0], max(0, b):b + k[1]]
            n = (min(a + k[0], H + p[0]) - a) * (min(b + k[1], W + p[1]) - b)
            if not count_include_pad:
                n = w.size(2) * w.size(3)
            line.append(w.sum((2, 3)) / (divisor_override or n))
        out.append(torch.stack(line, 2))
    return torch.stack(out, 2)


def global_avg_pool2d(x):
    return x.mean(dim=2)
