import numpy as np


def two(v):
    return (v, v) if np.isscalar(v) else tuple(v)


def pooled(n, k, s, p, d, ceil_mode):
    n = n + 2 * p - (d - 1) * (k - 1)
    return -(-n // s) if ceil_mode else n // s


def cells(x, r, c, kh, kw, dh, dw):
    H, W = x.shape[2:]
    rows = [a for a in range(r, r + kh * dh, dh) if 0 <= a < H]
    cols = [b for b in range(c, c + kw * dw, dw) if 0 <= b < W]
    return x[:, :, rows][:, :, :, cols], rows, cols


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    (kh, kw), (ph, pw), (dh, dw) = two(kernel_size), two(padding), two(dilation)
    sh, sw = (kh, kw) if stride is None else two(stride)
    H, W = x.shape[2:]
    oh, ow = pooled(H, kh, sh, ph, dh, ceil_mode), pooled(W, kw, sw, pw, dw, ceil_mode)
    if stride is None:  # windows side by side
        oh, ow = ((n + 2 * p - d * (k - 1) - 1 + (k - 1) * ceil_mode) // k + 1
                  for n, k, p, d in ((H, kh, ph, dh), (W, kw, pw, dw)))
        oh, ow = oh - (ceil_mode and (oh - 1) * sh >= H + ph), ow - (ceil_mode and (ow - 1) * sw >= W + pw)
    out = np.full((*x.shape[:2], oh, ow), -np.inf, x.dtype)
    idx = np.zeros(out.shape, int)
    for i in range(oh):
        for j in range(ow):
            w, rows, cols = cells(x, i * sh - ph, j * sw - pw, kh, kw, dh, dw)
            if w.size:
                flat = np.array([a * W + b for a in rows for b in cols])
                out[:, :, i, j] = w.max((2, 3))
                idx[:, :, i, j] = flat[w.reshape(*x.shape[:2], -1).argmax(2)]
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    (kh, kw), (ph, pw) = two(kernel_size), two(padding)
    sh, sw = (kh, kw) if stride is None else two(stride)
    H, W = x.shape[2:]
    oh, ow = pooled(H, kh, sh, ph, 1, ceil_mode), pooled(W, kw, sw, pw, 1, ceil_mode)
    if stride is None:
        oh, ow = oh - (ceil_mode and (oh - 1) * sh >= H + ph), ow - (ceil_mode and (ow - 1) * sw >= W + pw)
    out = np.zeros((*x.shape[:2], oh, ow), x.dtype)
    for i in range(oh):
        for j in range(ow):
            r, c = i * sh - ph, j * sw - pw
            w, rows, cols = cells(x, r, c, kh, kw, 1, 1)
            n = len(rows) * len(cols)
            if count_include_pad:
                n = (min(r + kh, H + ph) - r) * (min(c + kw, W + pw) - c)
            out[:, :, i, j] = w.sum((2, 3)) / (divisor_override or n or 1)
    return out


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
