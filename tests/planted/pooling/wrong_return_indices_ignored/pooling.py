import torch
import torch.nn.functional as F

# TODO return_indices, don't understand what it is for


def pr(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def shape_of(n, k, s, p, d, ceil_mode):
    total = n + 2 * p - d * (k - 1) - 1
    o = total // s + 1
    if ceil_mode and total % s != 0 and o * s < n + p:
        o += 1
    return o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    kh, kw = pr(kernel_size)
    sh, sw = pr(stride) if stride is not None else (kh, kw)
    ph, pw = pr(padding)
    dh, dw = pr(dilation)
    oh, ow = shape_of(x.shape[2], kh, sh, ph, dh, ceil_mode), shape_of(x.shape[3], kw, sw, pw, dw, ceil_mode)
    xp = F.pad(x, (pw, pw + sw, ph, ph + sh), value=float("-inf"))
    out = torch.zeros(x.shape[0], x.shape[1], oh, ow, dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            out[:, :, i, j] = xp[:, :, i * sh:i * sh + dh * (kh - 1) + 1:dh, j * sw:j * sw + dw * (kw - 1) + 1:dw].amax((2, 3))
    return out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    kh, kw = pr(kernel_size)
    sh, sw = pr(stride) if stride is not None else (kh, kw)
    ph, pw = pr(padding)
    H, W = x.shape[2], x.shape[3]
    oh, ow = shape_of(H, kh, sh, ph, 1, ceil_mode), shape_of(W, kw, sw, pw, 1, ceil_mode)
    out = torch.zeros(x.shape[0], x.shape[1], oh, ow, dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            a, b = i * sh - ph, j * sw - pw
            win = x[:, :, max(a, 0):a + kh, max(b, 0):b + kw]
            if divisor_override:
                out[:, :, i, j] = win.sum((2, 3)) / divisor_override
            elif count_include_pad:
                out[:, :, i, j] = win.sum((2, 3)) / ((min(a + kh, H + ph) - a) * (min(b + kw, W + pw) - b))
            else:
                out[:, :, i, j] = win.mean((2, 3))
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
