import numpy as np


def _pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def _outputs(n, k, s, p, d, ceil_mode):
    m = 0
    while m * s - p + d * (k - 1) < n + p:
        m += 1
    if ceil_mode and m * s - p < n and (m - 1) * s - p + d * (k - 1) + 1 < n + p:
        m += 1
    return m


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    kh, kw = _pair(kernel_size)
    sh, sw = _pair(kernel_size if stride is None else stride)
    ph, pw = _pair(padding)
    dh, dw = _pair(dilation)
    N, C, H, W = x.shape
    out = np.zeros((N, C, _outputs(H, kh, sh, ph, dh, ceil_mode), _outputs(W, kw, sw, pw, dw, ceil_mode)), x.dtype)
    idx = np.zeros(out.shape, int)
    for n in range(N):
        for c in range(C):
            best, at = -np.inf, 0
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    for r in range(i * sh - ph, i * sh - ph + kh * dh, dh):
                        for q in range(j * sw - pw, j * sw - pw + kw * dw, dw):
                            if 0 <= r < H and 0 <= q < W and x[n, c, r, q] > best:
                                best, at = x[n, c, r, q], r * W + q
                    out[n, c, i, j], idx[n, c, i, j] = best, at
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    kh, kw = _pair(kernel_size)
    sh, sw = _pair(kernel_size if stride is None else stride)
    ph, pw = _pair(padding)
    N, C, H, W = x.shape
    out = np.zeros((N, C, _outputs(H, kh, sh, ph, 1, ceil_mode), _outputs(W, kw, sw, pw, 1, ceil_mode)), x.dtype)
    for n, c, i, j in np.ndindex(*out.shape):
        r, q = i * sh - ph, j * sw - pw
        w = x[n, c, max(r, 0):r + kh, max(q, 0):q + kw]
        area = (min(r + kh, H + ph) - r) * (min(q + kw, W + pw) - q) if count_include_pad else w.size
        out[n, c, i, j] = w.sum() / (divisor_override or area)
    return out


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
