from geometry import Axis, pair
from window_tools import gather_windows, first_cells

import torch


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    axes = Axis.both(x, kernel_size, stride, padding, dilation, ceil_mode)
    cells = gather_windows(x, axes, float("-inf"))
    values, position = cells.max(dim=-1)
    if not return_indices:
        return values
    kw = pair(kernel_size)[1]
    rows, cols = first_cells(axes)
    dh, dw = pair(dilation)
    return values, (rows + position // kw * dh) * x.shape[3] + cols + position % kw * dw


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    axes = Axis.both(x, kernel_size, stride, padding, 1, ceil_mode)
    total = gather_windows(x, axes, 0.0).sum(dim=-1)
    if divisor_override:
        return total / divisor_override
    height, width = (torch.tensor(axis.counts(count_include_pad)) for axis in axes)
    return total / torch.outer(height, width)


def global_avg_pool2d(x):
    return x.mean(dim=[2, 3])
