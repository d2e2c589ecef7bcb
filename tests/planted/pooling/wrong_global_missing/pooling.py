import numpy as np


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def begins(n, k, s, p, d, ceil_mode):
    b = [i for i in range(-p, n + p - d * (k - 1), s)]
    if ceil_mode and b[-1] + d * (k - 1) + 1 < n + p and b[-1] + s < n:
        b.append(b[-1] + s)
    return b


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k, p, d = pair(kernel_size), pair(padding), pair(dilation)
    s = k if stride is None else pair(stride)
    H, W = x.shape[2:]
    R, C = begins(H, k[0], s[0], p[0], d[0], ceil_mode), begins(W, k[1], s[1], p[1], d[1], ceil_mode)
    out = np.full((*x.shape[:2], len(R), len(C)), -np.inf, x.dtype)
    idx = np.zeros(out.shape, int)
    for i, r in enumerate(R):
        for j, c in enumerate(C):
            for a in range(r, r + k[0] * d[0], d[0]):
                for b in range(c, c + k[1] * d[1], d[1]):
                    if 0 <= a < H and 0 <= b < W:
                        m = x[:, :, a, b] > out[:, :, i, j]
                        out[m, i, j], idx[m, i, j] = x[m, a, b], a * W + b
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k, p = pair(kernel_size), pair(padding)
    s = k if stride is None else pair(stride)
    H, W = x.shape[2:]
    R, C = begins(H, k[0], s[0], p[0], 1, ceil_mode), begins(W, k[1], s[1], p[1], 1, ceil_mode)
    out = np.zeros((*x.shape[:2], len(R), len(C)), x.dtype)
    for i, r in enumerate(R):
        for j, c in enumerate(C):
            w = x[:, :, max(r, 0):r + k[0], max(c, 0):c + k[1]]
            n = (min(r + k[0], H + p[0]) - r) * (min(c + k[1], W + p[1]) - c) if count_include_pad else w[0, 0].size
            out[:, :, i, j] = w.sum((2, 3)) / (divisor_override or n)
    return out
