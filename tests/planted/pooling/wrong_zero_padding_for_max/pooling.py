import numpy as np


def pair(v):
    return tuple(v) if isinstance(v, (tuple, list)) else (v, v)


def number(n, k, s, p, d, ceil_mode):
    o = (n + 2 * p - d * (k - 1) - 1 + (s - 1) * ceil_mode) // s + 1
    if ceil_mode and (o - 1) * s >= n + p:
        o -= 1
    return o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    (kh, kw), (ph, pw), (dh, dw) = pair(kernel_size), pair(padding), pair(dilation)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    N, C, H, W = x.shape
    oh, ow = number(H, kh, sh, ph, dh, ceil_mode), number(W, kw, sw, pw, dw, ceil_mode)
    xp = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    out, idx = np.zeros((N, C, oh, ow), x.dtype), np.zeros((N, C, oh, ow), int)
    for i in range(oh):
        for j in range(ow):
            win = xp[:, :, i * sh:i * sh + dh * (kh - 1) + 1:dh, j * sw:j * sw + dw * (kw - 1) + 1:dw]
            a = win.reshape(N, C, -1).argmax(2)
            out[:, :, i, j] = win.max(axis=(2, 3))
            idx[:, :, i, j] = (i * sh - ph + a // win.shape[3] * dh) * W + j * sw - pw + a % win.shape[3] * dw
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    (kh, kw), (ph, pw) = pair(kernel_size), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    N, C, H, W = x.shape
    oh, ow = number(H, kh, sh, ph, 1, ceil_mode), number(W, kw, sw, pw, 1, ceil_mode)
    xp = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    ones = np.pad(np.ones((H, W)), ((ph, ph), (pw, pw)), constant_values=float(count_include_pad))
    out = np.zeros((N, C, oh, ow), x.dtype)
    for i in range(oh):
        for j in range(ow):
            sl = (Ellipsis, slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw))
            out[:, :, i, j] = xp[sl].sum((2, 3)) / (divisor_override or ones[sl].sum())
    return out


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
