import numpy as np


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def starts(n, k, s, p, d, ceil_mode):
    room = n + 2 * p - d * (k - 1) - 1
    s0 = np.arange(0, room + 1, s) - p
    if ceil_mode and room % s and s0[-1] + s < n:
        s0 = np.append(s0, s0[-1] + s)
    return s0


def pool(x, kernel_size, stride, padding, dilation, ceil_mode):
    x = np.asarray(x)
    k, p, d = pair(kernel_size), pair(padding), pair(dilation)
    s = k if stride is None else pair(stride)
    R, C = (starts(x.shape[2 + a], k[a], s[a], p[a], d[a], ceil_mode) for a in (0, 1))
    out = np.full(x.shape[:2] + (len(R), len(C)), -np.inf, dtype=x.dtype)
    idx = np.zeros(out.shape, dtype=np.int64)
    for i, r in enumerate(R):
        for j, c in enumerate(C):
            rr = np.array([t for t in r + d[0] * np.arange(k[0]) if 0 <= t < x.shape[2]], int)
            cc = np.array([t for t in c + d[1] * np.arange(k[1]) if 0 <= t < x.shape[3]], int)
            if len(rr) and len(cc):
                w = x[:, :, rr[:, None], cc].reshape(*x.shape[:2], -1)
                out[:, :, i, j] = w.max(-1)
                idx[:, :, i, j] = (rr[:, None] * x.shape[3] + cc).ravel()[w.argmax(-1)]
    return out, idx


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    out = pool(x, kernel_size, stride, padding, dilation, ceil_mode)
    return out if return_indices else out[0]


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    # copied from above
    out = pool(x, kernel_size, stride, padding, 1, ceil_mode)
    return out[0]


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
