import numpy as np


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def out_size(n, k, s, p, d, ceil_mode):
    top = n + 2 * p - d * (k - 1) - 1
    return -(-top // s) if ceil_mode else top // s


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    (kh, kw), (ph, pw), (dh, dw) = pair(kernel_size), pair(padding), pair(dilation)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    N, C, H, W = x.shape
    oh, ow = out_size(H, kh, sh, ph, dh, ceil_mode), out_size(W, kw, sw, pw, dw, ceil_mode)
    xp = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=-np.inf)
    out, idx = np.zeros((N, C, oh, ow), x.dtype), np.zeros((N, C, oh, ow), int)
    for i in range(oh):
        for j in range(ow):
            w = xp[:, :, i * sh:i * sh + dh * (kh - 1) + 1:dh, j * sw:j * sw + dw * (kw - 1) + 1:dw]
            a = w.reshape(N, C, -1).argmax(2)
            out[:, :, i, j] = w.max((2, 3))
            idx[:, :, i, j] = (i * sh - ph + a // w.shape[3] * dh) * W + j * sw - pw + a % w.shape[3] * dw
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    (kh, kw), (ph, pw) = pair(kernel_size), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    N, C, H, W = x.shape
    out = np.zeros((N, C, out_size(H, kh, sh, ph, 1, ceil_mode), out_size(W, kw, sw, pw, 1, ceil_mode)), x.dtype)
    xp = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=0 if count_include_pad else np.nan)
    for n, c, i, j in np.ndindex(*out.shape):
        w = xp[n, c, i * sh:i * sh + kh, j * sw:j * sw + kw]
        out[n, c, i, j] = np.nanmean(w) if divisor_override is None else np.nansum(w) / divisor_override
    return out


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
