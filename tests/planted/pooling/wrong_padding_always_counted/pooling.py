import torch
import torch.nn.functional as F


def tup(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def nwin(n, k, s, p, d, cm):
    v = n + 2 * p - d * (k - 1) - 1
    o = v // s + 1
    if cm and v % s > 0 and o * s < n + p:
        return o + 1
    return o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = tup(kernel_size), tup(padding), tup(dilation)
    s = tup(stride) if stride is not None else k
    N, C, H, W = x.shape
    oh, ow = nwin(H, k[0], s[0], p[0], d[0], ceil_mode), nwin(W, k[1], s[1], p[1], d[1], ceil_mode)
    right = max((ow - 1) * s[1] + d[1] * (k[1] - 1) + 1 - W - p[1], 0)
    below = max((oh - 1) * s[0] + d[0] * (k[0] - 1) + 1 - H - p[0], 0)
    xp = F.pad(x, (p[1], right, p[0], below), value=float("-inf"))
    cols = F.unfold(xp, k, dilation=d, stride=s)
    cols = cols.view(N, C, k[0] * k[1], -1)
    nw = (xp.shape[3] - d[1] * (k[1] - 1) - 1) // s[1] + 1
    cols = cols.view(N, C, k[0] * k[1], -1, nw)[:, :, :, :oh, :ow]
    v, a = cols.max(2)
    if return_indices:
        y = torch.arange(oh)[:, None] * s[0] - p[0] + a // k[1] * d[0]
        z = torch.arange(ow)[None] * s[1] - p[1] + a % k[1] * d[1]
        return v, y * W + z
    return v


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = tup(kernel_size), tup(padding)
    s = tup(stride) if stride is not None else k
    H, W = x.shape[2:]
    oh, ow = nwin(H, k[0], s[0], p[0], 1, ceil_mode), nwin(W, k[1], s[1], p[1], 1, ceil_mode)
    xp = F.pad(x, (p[1], p[1], p[0], p[0]))
    out = torch.zeros(x.shape[0], x.shape[1], oh, ow, dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            win = xp[:, :, i * s[0]:i * s[0] + k[0], j * s[1]:j * s[1] + k[1]]
            if divisor_override is None:
                out[:, :, i, j] = win.mean(dim=(2, 3))
            else:
                out[:, :, i, j] = win.sum(dim=(2, 3)) / divisor_override
    return out


def global_avg_pool2d(x):
    return x.mean(dim=(2, 3))
