"""Pooling with sliding_window_view."""
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def _pair(v):
    return (int(v), int(v)) if np.ndim(v) == 0 else tuple(int(e) for e in v)


def _windows(x, k, s, p, d, ceil_mode, fill):
    """All windows, shape (N, C, OH, OW, KH, KW), and their first rows and columns in the image."""
    pads, reach, starts = [(0, 0), (0, 0)], [], []
    for size, ki, si, pi, di in zip(x.shape[2:], k, s, p, d):
        r = di * (ki - 1) + 1
        span = size + 2 * pi - r
        count = (span + (si - 1 if ceil_mode else 0)) // si + 1
        if ceil_mode and (count - 1) * si >= size + pi:
            count -= 1
        pads.append((pi, max(0, (count - 1) * si + r - size - pi)))
        reach.append(r)
        starts.append(np.arange(count) * si - pi)
    padded = np.pad(x, pads, mode="constant", constant_values=fill)
    view = sliding_window_view(padded, reach, axis=(2, 3))
    view = view[:, :, :: s[0], :: s[1], :: d[0], :: d[1]]
    return view[:, :, : len(starts[0]), : len(starts[1])], starts


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.array(x)
    k, p, d = _pair(kernel_size), _pair(padding), _pair(dilation)
    s = k if stride is None else _pair(stride)
    view, (rows, cols) = _windows(x, k, s, p, d, ceil_mode, -np.inf)
    values = view.max(axis=(-2, -1))
    if not return_indices:
        return values
    flat = view.reshape(*view.shape[:4], -1).argmax(-1)
    r = rows[:, None] + d[0] * (flat // k[1])
    c = cols[None, :] + d[1] * (flat % k[1])
    return values, r * x.shape[3] + c


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.array(x)
    k, p = _pair(kernel_size), _pair(padding)
    s = k if stride is None else _pair(stride)
    view, (rows, cols) = _windows(x, k, s, p, (1, 1), ceil_mode, 0)
    total = view.sum(axis=(-2, -1))
    if divisor_override is not None:
        return total / divisor_override
    h, w = x.shape[2:]
    if count_include_pad:
        nr = np.minimum(rows + k[0], h + p[0]) - rows
        nc = np.minimum(cols + k[1], w + p[1]) - cols
    else:
        nr = np.minimum(rows + k[0], h) - np.maximum(rows, 0)
        nc = np.minimum(cols + k[1], w) - np.maximum(cols, 0)
    return total / np.outer(nr, nc)


def global_avg_pool2d(x):
    return np.mean(np.array(x), axis=(2, 3), keepdims=True)
