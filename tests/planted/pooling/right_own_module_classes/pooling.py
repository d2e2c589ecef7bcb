import torch
from torch import nn


def _pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


class _Pool2d(nn.Module):
    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
        super().__init__()
        self.kernel_size, self.padding, self.dilation = _pair(kernel_size), _pair(padding), _pair(dilation)
        self.stride = self.kernel_size if stride is None else _pair(stride)
        self.ceil_mode = ceil_mode

    def steps(self, n, axis):
        k, s, p, d = self.kernel_size[axis], self.stride[axis], self.padding[axis], self.dilation[axis]
        free = n + 2 * p - d * (k - 1) - 1
        steps = torch.arange(free // s + 2) * s - p
        if self.ceil_mode and free % s:
            return steps[steps < n]
        return steps[:-1]

    def cells(self, n, axis):
        return self.steps(n, axis)[:, None] + torch.arange(self.kernel_size[axis]) * self.dilation[axis]

    def unfold(self, x, value):
        r, c = self.cells(x.size(2), 0), self.cells(x.size(3), 1)
        r, c = r[:, None, :, None], c[None, :, None, :]
        out = (r < 0) | (c < 0) | (r >= x.size(2)) | (c >= x.size(3))
        y = x[:, :, r.clamp(0, x.size(2) - 1), c.clamp(0, x.size(3) - 1)].masked_fill(out, value)
        return y.flatten(4), (r * x.size(3) + c).flatten(2)


class MaxPool2d(_Pool2d):
    def forward(self, x):
        y, number = self.unfold(x, float("-inf"))
        value, at = y.max(-1)
        return value, number.expand(y.shape).gather(-1, at.unsqueeze(-1)).squeeze(-1)


class AvgPool2d(_Pool2d):
    def __init__(self, *args, count_include_pad=True, divisor_override=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.count_include_pad, self.divisor_override = count_include_pad, divisor_override

    def count(self, n, axis):
        p = self.padding[axis] if self.count_include_pad else 0
        cells = self.cells(n, axis)
        return ((cells >= -p) & (cells < n + p)).sum(1)

    def forward(self, x):
        total = self.unfold(x, 0.0)[0].sum(-1)
        if self.divisor_override is not None:
            return total / self.divisor_override
        return total / self.count(x.size(2), 0)[:, None] / self.count(x.size(3), 1)


class AdaptiveAvgPool2d(nn.Module):
    """Only for output size 1."""

    def forward(self, x):
        return x.mean((2, 3), keepdim=True)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    both = MaxPool2d(kernel_size, stride, padding, dilation, ceil_mode)(x)
    return both if return_indices else both[0]


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    pool = AvgPool2d(kernel_size, stride, padding, ceil_mode=ceil_mode,
                     count_include_pad=count_include_pad, divisor_override=divisor_override)
    return pool(x)


def global_avg_pool2d(x):
    return AdaptiveAvgPool2d()(x)
