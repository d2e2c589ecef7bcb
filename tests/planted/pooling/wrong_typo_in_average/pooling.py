import torch
import torch.nn.functional as F


def to_pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def out_length(n, kernel, stride, padding, dilation, ceil_mode):
    span = n + 2 * padding - dilation * (kernel - 1) - 1
    length = span // stride + 1
    if ceil_mode and span % stride and length * stride < n + padding:
        length += 1
    return length


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = to_pair(kernel_size), to_pair(padding), to_pair(dilation)
    s = k if stride is None else to_pair(stride)
    oh, ow = (out_length(x.shape[2 + a], k[a], s[a], p[a], d[a], ceil_mode) for a in (0, 1))
    y = F.pad(x, (p[1], p[1] + s[1], p[0], p[0] + s[0]), value=-torch.inf)
    y = torch.stack([y[:, :, a * d[0]::s[0], b * d[1]::s[1]][:, :, :oh, :ow] for a in range(k[0]) for b in range(k[1])], 2)
    best = y.max(2)
    if return_indices:
        r = torch.arange(oh).view(-1, 1) * s[0] - p[0] + best.indices // k[1] * d[0]
        c = torch.arange(ow) * s[1] - p[1] + best.indices % k[1] * d[1]
        return best.values, r * x.shape[3] + c
    return best.values


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = to_pair(kernel_size), to_pair(padding)
    s = k if stride is None else to_pair(stride)
    oh, ow = (out_length(x.shape[2 + a], k[a], s[a], p[a], 1, ceil_mode) for a in (0, 1))
    out = torch.zeros(x.shape[0], x.shape[1], oh, ow)
    for i in range(oh):
        for j in range(ow):
            window = x[:, :, i * s[0]:i * s[0] + k[0], j * s[1]:j * s[1] + k[1]]
            out[:, :, i, j] = windwo.mean((2, 3))
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
