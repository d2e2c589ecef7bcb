import numpy as np


def t(v):
    return (v, v) if np.isscalar(v) else tuple(v)


def get_starts(n, k, p, d, ceil_mode):
    last = n + 2 * p - d * (k - 1) - 1
    m = (-(-last // k) if ceil_mode else last // k) + 1
    return [i * k - p for i in range(m) if not ceil_mode or i * k < n + p]


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    kh, kw = t(kernel_size)
    ph, pw = t(padding)
    dh, dw = t(dilation)
    N, C, H, W = x.shape
    R, S = get_starts(H, kh, ph, dh, ceil_mode), get_starts(W, kw, pw, dw, ceil_mode)
    out = np.full((N, C, len(R), len(S)), -np.inf, dtype=x.dtype)
    ind = np.zeros(out.shape, dtype=int)
    for i, r in enumerate(R):
        for j, s in enumerate(S):
            for a in range(r, r + kh * dh, dh):
                for b in range(s, s + kw * dw, dw):
                    if 0 <= a < H and 0 <= b < W:
                        m = x[:, :, a, b] > out[:, :, i, j]
                        out[:, :, i, j][m] = x[:, :, a, b][m]
                        ind[:, :, i, j][m] = a * W + b
    return (out, ind) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    kh, kw = t(kernel_size)
    ph, pw = t(padding)
    H, W = x.shape[2:]
    R, S = get_starts(H, kh, ph, 1, ceil_mode), get_starts(W, kw, pw, 1, ceil_mode)
    out = np.zeros(x.shape[:2] + (len(R), len(S)), dtype=x.dtype)
    for i, r in enumerate(R):
        for j, s in enumerate(S):
            win = x[:, :, max(r, 0):r + kh, max(s, 0):s + kw]
            n = win.shape[2] * win.shape[3]
            if count_include_pad:
                n = (min(r + kh, H + ph) - r) * (min(s + kw, W + pw) - s)
            out[:, :, i, j] = win.sum((2, 3)) / (divisor_override or n)
    return out


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
