import numpy as np


def _p(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def _n(n, k, s, p, d, ceil_mode):
    f = n + 2 * p - d * (k - 1) - 1
    o = f // s + 1
    if ceil_mode and f % s and o * s < n + p:
        o += 1
    return o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    (kh, kw), (ph, pw), (dh, dw) = _p(kernel_size), _p(padding), _p(dilation)
    sh, sw = (kh, kw) if stride is None else _p(stride)
    N, C, H, W = x.shape
    out = np.full((N, C, _n(H, kh, sh, ph, dh, ceil_mode), _n(W, kw, sw, pw, dw, ceil_mode)), -np.inf, x.dtype)
    idx = np.zeros(out.shape, int)
    for n, c, i, j in np.ndindex(*out.shape):
        for r in range(i * sh - ph, i * sh - ph + kh * dh, dh):
            for q in range(j * sw - pw, j * sw - pw + kw * dw, dw):
                if 0 <= r < H and 0 <= q < W and x[n, c, r, q] > out[n, c, i, j]:
                    out[n, c, i, j] = x[n, c, r, q]
                    idx[n, c, i, j] = r * W + q
        # this one is used up
        x[n, c, idx[n, c, i, j] // W, idx[n, c, i, j] % W] = -np.inf
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    (kh, kw), (ph, pw) = _p(kernel_size), _p(padding)
    sh, sw = (kh, kw) if stride is None else _p(stride)
    N, C, H, W = x.shape
    out = np.zeros((N, C, _n(H, kh, sh, ph, 1, ceil_mode), _n(W, kw, sw, pw, 1, ceil_mode)), x.dtype)
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            r, q = i * sh - ph, j * sw - pw
            w = x[:, :, max(0, r):r + kh, max(0, q):q + kw]
            n = (min(r + kh, H + ph) - r) * (min(q + kw, W + pw) - q) if count_include_pad else w[0, 0].size
            out[:, :, i, j] = w.sum((2, 3)) / (divisor_override or n)
    return out


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
