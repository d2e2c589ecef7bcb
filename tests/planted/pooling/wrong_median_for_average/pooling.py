import numpy as np


def doub(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def spots(n, k, s, p, d, cm):
    e = n + 2 * p - d * (k - 1) - 1
    o = e // s + 1
    if cm and e % s and o * s < n + p:
        o += 1
    return [np.array([c for c in range(i * s - p, i * s - p + k * d, d) if 0 <= c < n], int) for i in range(o)]


def collect(x, kernel_size, stride, padding, dilation, cm):
    k, p, d = doub(kernel_size), doub(padding), doub(dilation)
    s = doub(kernel_size if stride is None else stride)
    return [spots(x.shape[2 + a], k[a], s[a], p[a], d[a], cm) for a in (0, 1)]


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    R, C = collect(x, kernel_size, stride, padding, dilation, ceil_mode)
    out = np.full(x.shape[:2] + (len(R), len(C)), -np.inf, x.dtype)
    pos = np.zeros(out.shape, int)
    for i, r in enumerate(R):
        for j, c in enumerate(C):
            if r.size and c.size:
                v = x[:, :, r[:, None], c].reshape(x.shape[0], x.shape[1], -1)
                out[:, :, i, j] = v.max(2)
                pos[:, :, i, j] = (r[:, None] * x.shape[3] + c).ravel()[v.argmax(2)]
    return (out, pos) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    R, C = collect(x, kernel_size, stride, padding, 1, ceil_mode)
    out = np.zeros(x.shape[:2] + (len(R), len(C)), x.dtype)
    for i, r in enumerate(R):
        for j, c in enumerate(C):
            out[:, :, i, j] = np.median(x[:, :, r[:, None], c], axis=(2, 3))
    return out


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
