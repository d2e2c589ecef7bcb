import numpy as np


def hw(v):
    return tuple(v) if hasattr(v, "__iter__") else (v, v)


def first(n, k, s, p, d, ceil_mode):
    m = (n + 2 * p - d * (k - 1) - 1) / s
    m = int(np.ceil(m)) if ceil_mode else int(np.floor(m))
    f = np.arange(m + 1) * s - p
    return f[f < n] if ceil_mode else f


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k, p = hw(kernel_size), hw(padding)
    s = hw(kernel_size if stride is None else stride)
    d = (hw(dilation)[0], 1)
    H, W = x.shape[2:]
    A, B = first(H, k[0], s[0], p[0], d[0], ceil_mode), first(W, k[1], s[1], p[1], d[1], ceil_mode)
    out = np.full((x.shape[0], x.shape[1], len(A), len(B)), -np.inf, x.dtype)
    idx = np.zeros(out.shape, int)
    for i, a in enumerate(A):
        for j, b in enumerate(B):
            for r in range(a, a + k[0] * d[0], d[0]):
                for c in range(b, b + k[1] * d[1], d[1]):
                    if 0 <= r < H and 0 <= c < W:
                        up = x[:, :, r, c] > out[:, :, i, j]
                        out[up, i, j] = x[up, r, c]
                        idx[up, i, j] = r * W + c
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k, p = hw(kernel_size), hw(padding)
    s = hw(kernel_size if stride is None else stride)
    H, W = x.shape[2:]
    A, B = first(H, k[0], s[0], p[0], 1, ceil_mode), first(W, k[1], s[1], p[1], 1, ceil_mode)
    out = np.zeros((x.shape[0], x.shape[1], len(A), len(B)), x.dtype)
    for i, a in enumerate(A):
        for j, b in enumerate(B):
            total = x[:, :, max(a, 0):a + k[0], max(b, 0):b + k[1]]
            n = total.shape[2] * total.shape[3]
            if count_include_pad:
                n = (min(a + k[0], H + p[0]) - a) * (min(b + k[1], W + p[1]) - b)
            if divisor_override is not None:
                n = divisor_override
            out[:, :, i, j] = total.sum((2, 3)) / n
    return out


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
