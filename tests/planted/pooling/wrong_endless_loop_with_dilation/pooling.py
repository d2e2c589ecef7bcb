import numpy as np


def two(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def outputs(n, k, s, p, d, ceil_mode):
    r = n + 2 * p - d * (k - 1) - 1
    o = r // s + 1
    if ceil_mode and r % s and o * s < n + p:
        o += 1
    return o


def cells(start, k, d, n):
    """The k cells from start on, d apart."""
    at, found = start, []
    end = start + d * (k - 1) + 1
    while at != end:
        if 0 <= at < n:
            found.append(at)
        at += d
    return found


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k, p, d = two(kernel_size), two(padding), two(dilation)
    s = k if stride is None else two(stride)
    H, W = x.shape[2:]
    out = np.full((*x.shape[:2], outputs(H, k[0], s[0], p[0], d[0], ceil_mode),
                   outputs(W, k[1], s[1], p[1], d[1], ceil_mode)), -np.inf, x.dtype)
    idx = np.zeros(out.shape, int)
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            r, c = cells(i * s[0] - p[0], k[0], d[0], H), cells(j * s[1] - p[1], k[1], d[1], W)
            if r and c:
                w = x[:, :, r][:, :, :, c].reshape(*x.shape[:2], -1)
                out[:, :, i, j] = w.max(2)
                idx[:, :, i, j] = np.add.outer(np.array(r) * W, c).ravel()[w.argmax(2)]
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k, p = two(kernel_size), two(padding)
    s = k if stride is None else two(stride)
    H, W = x.shape[2:]
    out = np.zeros((*x.shape[:2], outputs(H, k[0], s[0], p[0], 1, ceil_mode),
                    outputs(W, k[1], s[1], p[1], 1, ceil_mode)), x.dtype)
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            t, l = i * s[0] - p[0], j * s[1] - p[1]
            r, c = cells(t, k[0], 1, H), cells(l, k[1], 1, W)
            n = len(r) * len(c)
            if count_include_pad:
                n = (min(t + k[0], H + p[0]) - t) * (min(l + k[1], W + p[1]) - l)
            out[:, :, i, j] = x[:, :, r][:, :, :, c].sum((2, 3)) / (divisor_override or n)
    return out


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
