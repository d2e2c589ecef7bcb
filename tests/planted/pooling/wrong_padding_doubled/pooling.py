import torch
import torch.nn.functional as F


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def doubled(v):
    return tuple(2 * a for a in pair(v))


def out_shape(x, k, s, p, d, ceil_mode):
    shape = []
    for n, kk, ss, pp, dd in zip(x.shape[2:], k, s, p, d):
        rest = n + 2 * pp - dd * (kk - 1) - 1
        m = rest // ss + 1
        if ceil_mode and rest % ss and m * ss < n + pp:
            m += 1
        shape.append(m)
    return shape


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = pair(kernel_size), doubled(padding), pair(dilation)
    s = k if stride is None else pair(stride)
    oh, ow = out_shape(x, k, s, p, d, ceil_mode)
    xp = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=float("-inf"))
    stack = torch.stack([xp[:, :, a * d[0]::s[0], b * d[1]::s[1]][:, :, :oh, :ow] for a in range(k[0]) for b in range(k[1])])
    value, a = stack.max(0)
    row = torch.arange(oh).view(-1, 1) * s[0] + a // k[1] * d[0] - p[0]
    col = torch.arange(ow).view(1, -1) * s[1] + a % k[1] * d[1] - p[1]
    return (value, row * x.shape[3] + col) if return_indices else value


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = pair(kernel_size), doubled(padding)
    s = k if stride is None else pair(stride)
    oh, ow = out_shape(x, k, s, p, (1, 1), ceil_mode)
    out = x.new_zeros(x.shape[0], x.shape[1], oh, ow)
    H, W = x.shape[2:]
    for i in range(oh):
        for j in range(ow):
            t, l = i * s[0] - p[0], j * s[1] - p[1]
            win = x[:, :, max(t, 0):max(t + k[0], 0), max(l, 0):max(l + k[1], 0)]
            if count_include_pad:
                n = (min(t + k[0], H + p[0]) - t) * (min(l + k[1], W + p[1]) - l)
            else:
                n = win.shape[2] * win.shape[3]
            out[:, :, i, j] = win.sum((2, 3)) / (divisor_override or max(n, 1))
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
