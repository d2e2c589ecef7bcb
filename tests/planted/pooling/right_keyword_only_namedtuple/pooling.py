from collections import namedtuple

import torch
import torch.nn.functional as F

Pooled = namedtuple("Pooled", "values indices")
Axis = namedtuple("Axis", "n k s p d out")


def _axes(x, k, s, p, d, ceil_mode):
    s = k if s is None else s
    for a in (0, 1):
        get = lambda v: v if isinstance(v, int) else v[a]
        n, kk, ss, pp, dd = x.shape[2 + a], get(k), get(s), get(p), get(d)
        span = n + 2 * pp - dd * (kk - 1) - 1
        out = span // ss + 1 + (1 if ceil_mode and span % ss and (span // ss + 1) * ss < n + pp else 0)
        yield Axis(n, kk, ss, pp, dd, out)


def _blocks(x, h, w, value):
    x = F.pad(x, (w.p, w.p + w.s, h.p, h.p + h.s), value=value)
    rows = (torch.arange(h.out) * h.s)[:, None] + torch.arange(h.k) * h.d
    cols = (torch.arange(w.out) * w.s)[:, None] + torch.arange(w.k) * w.d
    return x[:, :, rows[:, None, :, None], cols[None, :, None, :]]


def max_pool2d(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    h, w = _axes(x, kernel_size, stride, padding, dilation, ceil_mode)
    values, at = _blocks(x, h, w, -float("inf")).flatten(4).max(4)
    if not return_indices:
        return values
    row = (torch.arange(h.out) * h.s - h.p)[:, None] + at // w.k * h.d
    col = (torch.arange(w.out) * w.s - w.p) + at % w.k * w.d
    return Pooled(values, row * w.n + col)


def avg_pool2d(x, kernel_size, *, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
               divisor_override=None):
    h, w = _axes(x, kernel_size, stride, padding, 1, ceil_mode)
    total = _blocks(x, h, w, 0.0).sum((4, 5))
    if divisor_override is not None:
        return total / divisor_override

    def count(axis):
        low = torch.arange(axis.out) * axis.s - axis.p
        if count_include_pad:
            return torch.minimum(low + axis.k, torch.tensor(axis.n + axis.p)) - low
        return torch.minimum(low + axis.k, torch.tensor(axis.n)) - torch.maximum(low, torch.tensor(0))

    return total / (count(h)[:, None] * count(w))


def global_avg_pool2d(x):
    return x.mean(dim=(2, 3))
