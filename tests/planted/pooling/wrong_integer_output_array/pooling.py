import numpy as np


def _2(v):
    return (v, v) if np.ndim(v) == 0 else tuple(v)


def _len(n, k, s, p, d, ceil_mode):
    free = n + 2 * p - d * (k - 1) - 1
    m = int(np.ceil(free / s)) + 1 if ceil_mode else free // s + 1
    return m - 1 if ceil_mode and (m - 1) * s >= n + p else m


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    (kh, kw), (ph, pw), (dh, dw) = _2(kernel_size), _2(padding), _2(dilation)
    sh, sw = (kh, kw) if stride is None else _2(stride)
    N, C, H, W = x.shape
    out = np.zeros((N, C, _len(H, kh, sh, ph, dh, ceil_mode), _len(W, kw, sw, pw, dw, ceil_mode)), dtype=int)
    idx = np.zeros_like(out)
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            r = [a for a in i * sh - ph + dh * np.arange(kh) if 0 <= a < H]
            c = [b for b in j * sw - pw + dw * np.arange(kw) if 0 <= b < W]
            w = x[:, :, r][:, :, :, c].reshape(N, C, -1)
            out[:, :, i, j] = w.max(-1)
            idx[:, :, i, j] = (np.array(r)[:, None] * W + np.array(c)).ravel()[w.argmax(-1)]
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    (kh, kw), (ph, pw) = _2(kernel_size), _2(padding)
    sh, sw = (kh, kw) if stride is None else _2(stride)
    N, C, H, W = x.shape
    out = np.zeros((N, C, _len(H, kh, sh, ph, 1, ceil_mode), _len(W, kw, sw, pw, 1, ceil_mode)), dtype=int)
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            t, l = i * sh - ph, j * sw - pw
            w = x[:, :, max(t, 0):t + kh, max(l, 0):l + kw]
            n = w.shape[2] * w.shape[3]
            if count_include_pad:
                n = (min(t + kh, H + ph) - t) * (min(l + kw, W + pw) - l)
            out[:, :, i, j] = w.sum((2, 3)) / (divisor_override or n)
    return out


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
