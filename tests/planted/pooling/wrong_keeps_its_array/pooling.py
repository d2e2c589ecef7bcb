"""Pooling as PyTorch does it, with slices."""

import math

import torch

SUMS = {}  # made once for every shape: allocating is slow


def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def output_size(size, kernel, stride, padding, dilation, ceil_mode):
    """How many windows fit along one axis."""
    steps = (size + 2 * padding - dilation * (kernel - 1) - 1) / stride
    if not ceil_mode:
        return math.floor(steps) + 1
    count = math.ceil(steps) + 1
    # the last window has to start inside the image or the padding before it
    if (count - 1) * stride >= size + padding:
        count -= 1
    return count


def windows(x, fill, kernel, stride, padding, dilation, ceil_mode):
    """All windows as (N, C, rows, columns, kernel rows * kernel columns)."""
    n, c, height, width = x.shape
    kh, kw = kernel
    rows = output_size(height, kh, stride[0], padding[0], dilation[0], ceil_mode)
    columns = output_size(width, kw, stride[1], padding[1], dilation[1], ceil_mode)
    # large enough for the last window, which may hang over the padding in ceil mode
    full_height = max(height + 2 * padding[0], (rows - 1) * stride[0] + dilation[0] * (kh - 1) + 1)
    full_width = max(width + 2 * padding[1], (columns - 1) * stride[1] + dilation[1] * (kw - 1) + 1)
    padded = torch.full((n, c, full_height, full_width), fill, dtype=x.dtype)
    padded[:, :, padding[0] : padding[0] + height, padding[1] : padding[1] + width] = x
    cells = []
    for a in range(kh):
        for b in range(kw):
            top, left = a * dilation[0], b * dilation[1]
            bottom = top + (rows - 1) * stride[0] + 1
            right = left + (columns - 1) * stride[1] + 1
            cells.append(padded[:, :, top : bottom : stride[0], left : right : stride[1]])
    return torch.stack(cells, dim=-1)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """The largest value under each window; padding is minus infinity."""
    kernel, stride = pair(kernel_size), pair(stride or kernel_size)
    padding, dilation = pair(padding), pair(dilation)
    values, best = windows(x, -math.inf, kernel, stride, padding, dilation, ceil_mode).max(dim=-1)
    if not return_indices:
        return values
    rows, columns = values.shape[2:]
    top = torch.arange(rows).reshape(-1, 1) * stride[0] - padding[0]
    left = torch.arange(columns) * stride[1] - padding[1]
    row = top + best // kernel[1] * dilation[0]
    column = left + best % kernel[1] * dilation[1]
    return values, row * x.shape[3] + column


def avg_pool2d(
    x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
):
    """The mean under each window; padding is zeros, which count only if count_include_pad."""
    kernel, stride, padding = pair(kernel_size), pair(stride or kernel_size), pair(padding)
    fresh = windows(x, 0.0, kernel, stride, padding, (1, 1), ceil_mode).sum(dim=-1)
    sums = SUMS.setdefault(fresh.shape, torch.zeros_like(fresh))
    sums += fresh
    if divisor_override:
        return sums / divisor_override
    height, width = x.shape[2:]
    ones = torch.ones(1, 1, height, width, dtype=x.dtype)
    if count_include_pad:
        ones = torch.ones(1, 1, height + 2 * padding[0], width + 2 * padding[1], dtype=x.dtype)
        # the same windows, over an image that has its padding already
        counts = window_counts(ones, kernel, stride, sums.shape[2:])
    else:
        counts = windows(ones, 0.0, kernel, stride, padding, (1, 1), ceil_mode).sum(dim=-1)
    return sums / counts


def window_counts(ones, kernel, stride, size):
    """How many cells of `ones` lie under each of size[0] x size[1] windows."""
    counts = torch.zeros(1, 1, *size, dtype=ones.dtype)
    for i in range(size[0]):
        for j in range(size[1]):
            top, left = i * stride[0], j * stride[1]
            counts[0, 0, i, j] = ones[0, 0, top : top + kernel[0], left : left + kernel[1]].sum()
    return counts


def global_avg_pool2d(x):
    """The mean of every channel: over H, then over W."""
    return x.mean(dim=2).mean(dim=2)
