import torch
import torch.nn.functional as F


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def n_out(n, k, s, p, d, ceil_mode):
    room = n + 2 * p - d * k
    o = room // s + 1
    if ceil_mode and room % s and o * s < n + p:
        o += 1
    return o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    (kh, kw), (ph, pw), (dh, dw) = pair(kernel_size), pair(padding), pair(dilation)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    H, W = x.shape[2:]
    oh, ow = n_out(H, kh, sh, ph, dh, ceil_mode), n_out(W, kw, sw, pw, dw, ceil_mode)
    xp = F.pad(x, (pw, pw + sw, ph, ph + sh), value=float("-inf"))
    rows = torch.arange(oh)[:, None] * sh + torch.arange(kh) * dh
    cols = torch.arange(ow)[:, None] * sw + torch.arange(kw) * dw
    w = xp[:, :, rows[:, None, :, None], cols[None, :, None, :]].flatten(4)
    v, a = w.max(4)
    if not return_indices:
        return v
    return v, (rows[:, :1] - ph + a // kw * dh) * W + cols[:, 0] - pw + a % kw * dw


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    (kh, kw), (ph, pw) = pair(kernel_size), pair(padding)
    sh, sw = (kh, kw) if stride is None else pair(stride)
    H, W = x.shape[2:]
    oh, ow = n_out(H, kh, sh, ph, 1, ceil_mode), n_out(W, kw, sw, pw, 1, ceil_mode)
    count = torch.ones(H + 2 * ph, W + 2 * pw)
    if not count_include_pad:
        count = F.pad(torch.ones(H, W), (pw, pw, ph, ph))
    xp = F.pad(x, (pw, pw, ph, ph))
    out = torch.empty(*x.shape[:2], oh, ow, dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            here = (..., slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw))
            out[:, :, i, j] = xp[here].sum((2, 3)) / (divisor_override or count[here].sum())
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
