import torch
import torch.nn.functional as F


def two(v):
    return (v, v) if isinstance(v, int) else (v[0], v[1])


class Geometry:
    def __init__(self, x, k, s, p, d, ceil_mode):
        self.k, self.p, self.d = two(k), two(p), two(d)
        self.s = self.k if s is None else two(s)[::-1]
        self.n = tuple(x.shape[2:])
        self.o = []
        for n, kk, ss, pp, dd in zip(self.n, self.k, self.s, self.p, self.d):
            room = n + 2 * pp - dd * (kk - 1) - 1
            o = room // ss + 1
            if ceil_mode and room % ss and o * ss < n + pp:
                o += 1
            self.o.append(o)

    def cells(self, x, fill):
        x = F.pad(x, (self.p[1], self.p[1] + self.s[1], self.p[0], self.p[0] + self.s[0]), value=fill)
        for a in range(self.k[0]):
            for b in range(self.k[1]):
                y = x[:, :, a * self.d[0]::self.s[0], b * self.d[1]::self.s[1]]
                yield y[:, :, :self.o[0], :self.o[1]]

    def count(self, a, pad):
        lo = torch.arange(self.o[a]) * self.s[a] - self.p[a]
        e = self.p[a] if pad else 0
        return (lo + self.k[a]).clamp(max=self.n[a] + e) - lo.clamp(min=-e)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    g = Geometry(x, kernel_size, stride, padding, dilation, ceil_mode)
    v, a = torch.stack(list(g.cells(x, float("-inf")))).max(0)
    if not return_indices:
        return v
    r = torch.arange(g.o[0])[:, None] * g.s[0] - g.p[0] + a // g.k[1] * g.d[0]
    c = torch.arange(g.o[1]) * g.s[1] - g.p[1] + a % g.k[1] * g.d[1]
    return v, r * g.n[1] + c


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    g = Geometry(x, kernel_size, stride, padding, 1, ceil_mode)
    total = torch.stack(list(g.cells(x, 0.0))).sum(0)
    if divisor_override:
        return total / divisor_override
    return total / torch.outer(g.count(0, count_include_pad), g.count(1, count_include_pad))


def global_avg_pool2d(x):
    return x.mean(3).mean(2)
