import torch
import torch.nn.functional as F


def _pair(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)


def _sizes(x, k, s, p, d, ceil_mode):
    sizes = []
    for n, ki, si, pi, di in zip(x.shape[-2:], k, s, p, d):
        room = n + 2 * pi - di * (ki - 1) - 1
        o = room // si + 1
        if ceil_mode and room % si and o * si < n + pi:
            o += 1
        sizes.append(o)
    return sizes


def _unfold(x, k, s, p, d, sizes, fill):
    ext = [di * (ki - 1) + 1 for ki, di in zip(k, d)]
    # F.pad also crops when the number is negative
    after = [(o - 1) * si + e - pi - n for o, si, e, pi, n in zip(sizes, s, ext, p, x.shape[-2:])]
    x = F.pad(x, (p[1], after[1], p[0], after[0]), value=fill)
    x = x.unfold(2, ext[0], s[0]).unfold(3, ext[1], s[1])
    return x[..., :: d[0], :: d[1]]


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = map(_pair, (kernel_size, padding, dilation))
    s = k if stride is None else _pair(stride)
    sizes = _sizes(x, k, s, p, d, ceil_mode)
    patches = _unfold(x, k, s, p, d, sizes, -torch.inf)
    if not return_indices:
        return patches.amax(dim=(-1, -2))
    H, W = x.shape[-2:]
    number = torch.arange(H * W, dtype=torch.float64).reshape(1, 1, H, W)
    numbers = _unfold(number, k, s, p, d, sizes, 0).flatten(-2).expand(*patches.shape[:4], -1)
    best = patches.flatten(-2).max(-1)
    return best.values, numbers.gather(-1, best.indices[..., None]).squeeze(-1).long()


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = _pair(kernel_size), _pair(padding)
    s = k if stride is None else _pair(stride)
    sizes = _sizes(x, k, s, p, (1, 1), ceil_mode)
    total = _unfold(x, k, s, p, (1, 1), sizes, 0.0).sum((-1, -2))
    if divisor_override is not None:
        return total / divisor_override
    counted = torch.ones(1, 1, *x.shape[-2:], dtype=x.dtype)
    if count_include_pad:
        counted = F.pad(counted, (p[1], p[1], p[0], p[0]), value=1.0)
        return total / _unfold(counted, k, s, (0, 0), (1, 1), sizes, 0.0).sum((-1, -2))
    return total / _unfold(counted, k, s, p, (1, 1), sizes, 0.0).sum((-1, -2))


def global_avg_pool2d(x):
    return x.flatten(2).mean(-1)
