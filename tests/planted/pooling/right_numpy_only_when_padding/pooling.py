import math

import numpy as np


def both(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def how_many(n, k, s, p, d, ceil_mode):
    last = (n + 2 * p - d * (k - 1) - 1) / s
    count = (math.ceil(last) if ceil_mode else math.floor(last)) + 1
    if ceil_mode and (count - 1) * s >= n + p:
        count -= 1
    return count


def with_border(x, fill, above, below, left, right):
    if not (above or below or left or right):
        return x
    n, c, h, w = x.shape
    bigger = np.full((n, c, above + h + below, left + w + right), fill, dtype=x.dtype)
    bigger[:, :, above : above + h, left : left + w] = x
    return bigger


def each_window(x, fill, k, s, p, d, ceil_mode):
    """Row, column and cells (N, C, k) of every window, left to right and from the top."""
    h, w = x.shape[2:]
    rows, columns = how_many(h, k[0], s[0], p[0], d[0], ceil_mode), how_many(w, k[1], s[1], p[1], d[1], ceil_mode)
    below = max(p[0], (rows - 1) * s[0] + d[0] * (k[0] - 1) + 1 - h - p[0])
    right = max(p[1], (columns - 1) * s[1] + d[1] * (k[1] - 1) + 1 - w - p[1])
    padded = with_border(x, fill, p[0], below, p[1], right)
    for i in range(rows):
        for j in range(columns):
            top, left = i * s[0], j * s[1]
            cells = padded[:, :, top : top + d[0] * (k[0] - 1) + 1 : d[0], left : left + d[1] * (k[1] - 1) + 1 : d[1]]
            yield (i, j, rows, columns), np.asarray(cells).reshape(x.shape[0], x.shape[1], -1)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, s, p, d = both(kernel_size), both(stride or kernel_size), both(padding), both(dilation)
    values = indices = None
    for (i, j, rows, columns), cells in each_window(x, -np.inf, k, s, p, d, ceil_mode):
        if values is None:
            values = np.zeros((*cells.shape[:2], rows, columns), dtype=cells.dtype)
            indices = np.zeros(values.shape, dtype=np.int64)
        best = cells.argmax(axis=-1)
        values[:, :, i, j] = cells.max(axis=-1)
        row, column = i * s[0] - p[0] + best // k[1] * d[0], j * s[1] - p[1] + best % k[1] * d[1]
        indices[:, :, i, j] = row * x.shape[3] + column
    return (values, indices) if return_indices else values


def avg_pool2d(
    x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
):
    k, s, p = both(kernel_size), both(stride or kernel_size), both(padding)
    h, w = x.shape[2:]
    means = None
    for (i, j, rows, columns), cells in each_window(x, 0, k, s, p, (1, 1), ceil_mode):
        if means is None:
            means = np.zeros((*cells.shape[:2], rows, columns), dtype=cells.dtype)
        top, left = i * s[0] - p[0], j * s[1] - p[1]
        bottom, right = min(top + k[0], h + p[0]), min(left + k[1], w + p[1])
        count = (bottom - top) * (right - left)
        if not count_include_pad:
            count = (min(bottom, h) - max(top, 0)) * (min(right, w) - max(left, 0))
        means[:, :, i, j] = cells.sum(axis=-1) / (divisor_override or count)
    return means


def global_avg_pool2d(x):
    return x.mean(2).mean(2)
