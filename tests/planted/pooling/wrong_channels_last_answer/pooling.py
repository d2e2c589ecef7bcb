import numpy as np


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def num(n, k, s, p, d, ceil_mode):
    q, r = divmod(n + 2 * p - d * (k - 1) - 1, s)
    return q + 2 if ceil_mode and r and (q + 1) * s < n + p else q + 1


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x).transpose(0, 2, 3, 1)
    (kh, kw), (ph, pw), (dh, dw) = pair(kernel_size), pair(padding), pair(dilation)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    N, H, W, C = x.shape
    xp = np.pad(x, ((0, 0), (ph, ph), (pw, pw), (0, 0)), constant_values=-np.inf)
    out = np.zeros((N, num(H, kh, sh, ph, dh, ceil_mode), num(W, kw, sw, pw, dw, ceil_mode), C), x.dtype)
    idx = np.zeros(out.shape, int)
    for i in range(out.shape[1]):
        for j in range(out.shape[2]):
            w = xp[:, i * sh:i * sh + dh * (kh - 1) + 1:dh, j * sw:j * sw + dw * (kw - 1) + 1:dw]
            out[:, i, j] = w.max((1, 2))
            a = w.reshape(N, -1, C).argmax(1)
            idx[:, i, j] = (i * sh - ph + a // w.shape[2] * dh) * W + j * sw - pw + a % w.shape[2] * dw
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x).transpose(0, 2, 3, 1)
    (kh, kw), (ph, pw) = pair(kernel_size), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    N, H, W, C = x.shape
    out = np.zeros((N, num(H, kh, sh, ph, 1, ceil_mode), num(W, kw, sw, pw, 1, ceil_mode), C), x.dtype)
    for i in range(out.shape[1]):
        for j in range(out.shape[2]):
            t, l = i * sh - ph, j * sw - pw
            w = x[:, max(t, 0):t + kh, max(l, 0):l + kw]
            n = w.shape[1] * w.shape[2]
            if count_include_pad:
                n = (min(t + kh, H + ph) - t) * (min(l + kw, W + pw) - l)
            out[:, i, j] = w.sum((1, 2)) / (divisor_override or n)
    return out


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
