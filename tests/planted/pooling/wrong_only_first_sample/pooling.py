import numpy as np


def pr(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def osz(n, k, s, p, d, ceil_mode):
    t = n + 2 * p - d * (k - 1) - 1
    o = t // s + 1
    return o + 1 if ceil_mode and t % s and o * s < n + p else o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k, p, d = pr(kernel_size), pr(padding), pr(dilation)
    s = k if stride is None else pr(stride)
    N, C, H, W = x.shape
    out = np.zeros((N, C, osz(H, k[0], s[0], p[0], d[0], ceil_mode), osz(W, k[1], s[1], p[1], d[1], ceil_mode)), x.dtype)
    idx = np.zeros(out.shape, int)
    img = x[0]
    for c in range(C):
        for i in range(out.shape[2]):
            for j in range(out.shape[3]):
                best = -np.inf
                for a in range(k[0]):
                    for b in range(k[1]):
                        r, q = i * s[0] - p[0] + a * d[0], j * s[1] - p[1] + b * d[1]
                        if 0 <= r < H and 0 <= q < W and img[c, r, q] > best:
                            best = img[c, r, q]
                            idx[0, c, i, j] = r * W + q
                out[0, c, i, j] = best
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k, p = pr(kernel_size), pr(padding)
    s = k if stride is None else pr(stride)
    N, C, H, W = x.shape
    out = np.zeros((N, C, osz(H, k[0], s[0], p[0], 1, ceil_mode), osz(W, k[1], s[1], p[1], 1, ceil_mode)), x.dtype)
    img = x[0]
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            r, q = i * s[0] - p[0], j * s[1] - p[1]
            w = img[:, max(r, 0):r + k[0], max(q, 0):q + k[1]]
            n = w[0].size
            if count_include_pad:
                n = (min(r + k[0], H + p[0]) - r) * (min(q + k[1], W + p[1]) - q)
            out[0, :, i, j] = w.sum((1, 2)) / (divisor_override or n)
    return out


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
