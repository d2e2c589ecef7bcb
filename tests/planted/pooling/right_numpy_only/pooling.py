import numpy as np


def mk(v):
    return tuple(v) if isinstance(v, (tuple, list)) else (v, v)


def outlen(n, k, s, p, d, cm):
    num = n + 2 * p - d * (k - 1) - 1
    o = num // s + 1
    if cm and num % s and o * s < n + p:
        o += 1
    return o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = x.astype(np.float64)
    (kh, kw), (ph, pw), (dh, dw) = mk(kernel_size), mk(padding), mk(dilation)
    sh, sw = mk(kernel_size) if stride is None else mk(stride)
    n, c, h, w = x.shape
    oh, ow = outlen(h, kh, sh, ph, dh, ceil_mode), outlen(w, kw, sw, pw, dw, ceil_mode)
    pad_h = max(0, (oh - 1) * sh + dh * (kh - 1) + 1 - h - ph)
    pad_w = max(0, (ow - 1) * sw + dw * (kw - 1) + 1 - w - pw)
    xp = np.pad(x, ((0, 0), (0, 0), (ph, pad_h), (pw, pad_w)), "constant", constant_values=-np.inf)
    best = np.full((n, c, oh, ow), -np.inf)
    arg = np.zeros((n, c, oh, ow), dtype=np.int32)
    rows, cols = np.meshgrid(np.arange(oh) * sh - ph, np.arange(ow) * sw - pw, indexing="ij")
    for i in range(kh):
        for j in range(kw):
            y = xp[:, :, i * dh:i * dh + sh * (oh - 1) + 1:sh, j * dw:j * dw + sw * (ow - 1) + 1:sw]
            flat = (rows + i * dh) * w + cols + j * dw
            arg = np.where(y > best, flat, arg)
            np.maximum(best, y, out=best)
    if return_indices:
        return best, arg
    return best


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = x.astype(np.float64)
    (kh, kw), (ph, pw) = mk(kernel_size), mk(padding)
    sh, sw = mk(kernel_size) if stride is None else mk(stride)
    n, c, h, w = x.shape
    oh, ow = outlen(h, kh, sh, ph, 1, ceil_mode), outlen(w, kw, sw, pw, 1, ceil_mode)
    acc = np.zeros((n, c, oh, ow))
    cnt = np.zeros((oh, ow))
    for i in range(oh):
        for j in range(ow):
            for r in range(i * sh - ph, min(i * sh - ph + kh, h + ph)):
                for q in range(j * sw - pw, min(j * sw - pw + kw, w + pw)):
                    real = 0 <= r < h and 0 <= q < w
                    if real:
                        acc[:, :, i, j] += x[:, :, r, q]
                    if real or count_include_pad:
                        cnt[i, j] += 1
    if divisor_override is not None:
        cnt[:] = divisor_override
    return acc / cnt


def global_avg_pool2d(x):
    return x.astype(np.float64).mean(axis=(2, 3))
