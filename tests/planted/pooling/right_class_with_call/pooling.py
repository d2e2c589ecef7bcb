import torch
from torch.nn import functional as F


class Pool:
    """Shared part: pairs, sizes and windows."""

    fill = 0.0

    @staticmethod
    def pair(v):
        return (v, v) if not isinstance(v, (tuple, list)) else tuple(v)

    def setup(self, x, kernel, stride, padding, dilation, ceil_mode):
        self.k, self.p, self.d = self.pair(kernel), self.pair(padding), self.pair(dilation)
        self.s = self.k if stride is None else self.pair(stride)
        self.hw = tuple(x.shape[2:])
        self.out = [self.length(a, ceil_mode) for a in (0, 1)]

    def length(self, a, ceil_mode):
        n, k, s, p, d = self.hw[a], self.k[a], self.s[a], self.p[a], self.d[a]
        room = n + 2 * p - d * (k - 1) - 1
        length = (room + (s - 1 if ceil_mode else 0)) // s + 1
        return length - (ceil_mode and (length - 1) * s >= n + p)

    def cells(self, x, a, b):
        """What lies under cell (a, b) of every window."""
        y = F.pad(x, (self.p[1], self.p[1] + self.s[1], self.p[0], self.p[0] + self.s[0]), value=self.fill)
        y = y[:, :, a * self.d[0]:, b * self.d[1]:][:, :, ::self.s[0], ::self.s[1]]
        return y[:, :, :self.out[0], :self.out[1]]


class MaxPool(Pool):
    fill = float("-inf")

    def __call__(self, x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
        self.setup(x, kernel_size, stride, padding, dilation, ceil_mode)
        kh, kw = self.k
        stack = torch.stack([self.cells(x, a, b) for a in range(kh) for b in range(kw)])
        best, which = stack.max(dim=0)
        if not return_indices:
            return best
        row = torch.arange(self.out[0])[:, None] * self.s[0] - self.p[0] + which // kw * self.d[0]
        col = torch.arange(self.out[1]) * self.s[1] - self.p[1] + which % kw * self.d[1]
        return best, row * self.hw[1] + col


class AvgPool(Pool):
    def __call__(self, x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
                 divisor_override=None):
        self.setup(x, kernel_size, stride, padding, 1, ceil_mode)
        kh, kw = self.k
        total = torch.stack([self.cells(x, a, b) for a in range(kh) for b in range(kw)]).sum(0)
        if divisor_override is None:
            return total / (self.count(0, count_include_pad)[:, None] * self.count(1, count_include_pad))
        return total / divisor_override

    def count(self, a, with_pad):
        lo = torch.arange(self.out[a]) * self.s[a] - self.p[a]
        hi = lo + self.k[a]
        if with_pad:
            return hi.clamp(max=self.hw[a] + self.p[a]) - lo
        return hi.clamp(max=self.hw[a]) - lo.clamp(min=0)


class GlobalAvgPool:
    def __call__(self, x):
        return x.mean((-2, -1))


max_pool2d = MaxPool()
avg_pool2d = AvgPool()
global_avg_pool2d = GlobalAvgPool()
