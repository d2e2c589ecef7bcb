import torch
from torch.nn.functional import pad


def _t(v):
    if isinstance(v, (tuple, list)):
        return [int(v[0]), int(v[1])]
    return [int(v)] * 2


def _geometry(n, k, s, p, d, ceil_mode):
    """number of windows, cells to add behind the image"""
    e = (k - 1) * d + 1
    o = (n + 2 * p - e + (s - 1) * ceil_mode) // s + 1
    if ceil_mode and (o - 1) * s >= n + p:
        o -= 1
    return o, max((o - 1) * s + e - (n + p), 0)


def _view(x, k, s, p, d, ceil_mode, fill):
    oh, eh = _geometry(x.shape[2], k[0], s[0], p[0], d[0], ceil_mode)
    ow, ew = _geometry(x.shape[3], k[1], s[1], p[1], d[1], ceil_mode)
    xp = pad(x, (p[1], ew, p[0], eh), value=fill).contiguous()
    a, b, c, e = xp.stride()
    return xp.as_strided(
        (x.shape[0], x.shape[1], oh, ow, k[0], k[1]), (a, b, c * s[0], e * s[1], c * d[0], e * d[1])
    )


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = _t(kernel_size), _t(padding), _t(dilation)
    s = _t(stride if stride is not None else kernel_size)
    win = _view(x, k, s, p, d, ceil_mode, float("-inf")).flatten(4)
    val, arg = win.max(dim=4)
    if not return_indices:
        return val
    r = torch.arange(val.shape[2]).view(-1, 1) * s[0] - p[0] + torch.div(arg, k[1], rounding_mode="floor") * d[0]
    c = torch.arange(val.shape[3]) * s[1] - p[1] + arg % k[1] * d[1]
    return val, r * x.shape[3] + c


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = _t(kernel_size), _t(padding)
    s = _t(stride if stride is not None else kernel_size)
    win = _view(x, k, s, p, [1, 1], ceil_mode, 0.0)
    sums = win.sum((4, 5))
    if divisor_override is not None:
        return sums / divisor_override
    counts = []
    for axis in (0, 1):
        n = x.shape[2 + axis]
        lo = torch.arange(sums.shape[2 + axis]) * s[axis] - p[axis]
        hi = (lo + k[axis]).clamp(max=n + p[axis] if count_include_pad else n)
        counts.append(hi - (lo if count_include_pad else lo.clamp(min=0)))
    return sums / (counts[0][:, None] * counts[1][None, :])


def global_avg_pool2d(x):
    return x.mean(dim=2).mean(dim=2)
