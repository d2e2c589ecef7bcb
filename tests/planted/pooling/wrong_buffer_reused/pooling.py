import math
import torch
import torch.nn.functional as F

def _pair(v):
    return tuple(v) if isinstance(v, (tuple, list)) else (v, v)

def _out(n, k, s, p, d, ceil_mode):
    num = n + 2 * p - d * (k - 1) - 1
    o = (math.ceil(num / s) if ceil_mode else num // s) + 1
    if ceil_mode and (o - 1) * s >= n + p:
        o -= 1
    return o

_buf = {}
def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    kh, kw = _pair(kernel_size)
    sh, sw = _pair(stride) if stride is not None else (kh, kw)
    ph, pw = _pair(padding)
    dh, dw = _pair(dilation)
    N, C, H, W = x.shape
    oh = _out(H, kh, sh, ph, dh, ceil_mode)
    ow = _out(W, kw, sw, pw, dw, ceil_mode)
    eh = max(0, (oh - 1) * sh + dh * (kh - 1) + 1 - H - 2 * ph)
    ew = max(0, (ow - 1) * sw + dw * (kw - 1) + 1 - W - 2 * pw)
    xp = F.pad(x, (pw, pw + ew, ph, ph + eh), value=float('-inf'))
    values = _buf.setdefault((N, C, oh, ow, x.dtype), torch.zeros((N, C, oh, ow), dtype=x.dtype))
    indices = torch.zeros((N, C, oh, ow), dtype=torch.int64)
    for i in range(oh):
        for j in range(ow):
            top, left = i * sh, j * sw
            window = xp[:, :, top:top + dh * (kh - 1) + 1:dh, left:left + dw * (kw - 1) + 1:dw].reshape(N, C, -1)
            m, a = window.max(-1)
            values[:, :, i, j] = m
            row = top + a // kw * dh - ph
            col = left + a % kw * dw - pw
            indices[:, :, i, j] = row * W + col
    if return_indices:
        return values, indices
    return values

def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    kh, kw = _pair(kernel_size)
    sh, sw = _pair(stride) if stride is not None else (kh, kw)
    ph, pw = _pair(padding)
    N, C, H, W = x.shape
    oh = _out(H, kh, sh, ph, 1, ceil_mode)
    ow = _out(W, kw, sw, pw, 1, ceil_mode)
    y = torch.zeros((N, C, oh, ow), dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            top, left = i * sh - ph, j * sw - pw
            bottom, right = min(top + kh, H + ph), min(left + kw, W + pw)
            padded = (bottom - top) * (right - left)
            t, l, b, r = max(top, 0), max(left, 0), min(bottom, H), min(right, W)
            inside = (b - t) * (r - l)
            if divisor_override is not None:
                div = divisor_override
            elif count_include_pad:
                div = padded
            else:
                div = inside
            y[:, :, i, j] = x[:, :, t:b, l:r].sum((2, 3)) / div
    return y

def global_avg_pool2d(x):
    return x.mean((2, 3))
