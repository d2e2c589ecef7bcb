import numpy as np


def pair(v):
    return (v, v) if np.isscalar(v) else tuple(v)


def grid(n, k, s, p, ceil_mode):
    m = (n + 2 * p - k) // s + 1
    if ceil_mode and (n + 2 * p - k) % s and m * s < n + p:
        m += 1
    return [i * s - p for i in range(m)]


def windows(x, kernel_size, stride, padding, ceil_mode):
    (kh, kw), (ph, pw) = pair(kernel_size), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    H, W = x.shape[2:]
    for i, r in enumerate(grid(H, kh, sh, ph, ceil_mode)):
        for j, c in enumerate(grid(W, kw, sw, pw, ceil_mode)):
            top, left = max(r, 0), max(c, 0)
            full = (min(r + kh, H + ph) - r) * (min(c + kw, W + pw) - c)
            yield i, j, top, left, x[:, :, top:r + kh, left:c + kw], full


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    res, ind = {}, {}
    for i, j, top, left, w, _ in windows(x, kernel_size, stride, padding, ceil_mode):
        a = w.reshape(*w.shape[:2], -1).argmax(-1)
        res[i, j] = w.max((2, 3))
        ind[i, j] = (top + a // w.shape[3]) * x.shape[3] + left + a % w.shape[3]
    oh, ow = i + 1, j + 1
    out, idx = (np.stack([t[q] for q in np.ndindex(oh, ow)], -1).reshape(*x.shape[:2], oh, ow) for t in (res, ind))
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    res = {}
    for i, j, _, _, w, full in windows(x, kernel_size, stride, padding, ceil_mode):
        n = full if count_include_pad else w[0, 0].size
        res[i, j] = w.sum((2, 3)) / (divisor_override or n)
    return np.stack([res[q] for q in np.ndindex(i + 1, j + 1)], -1).reshape(*x.shape[:2], i + 1, j + 1)


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
