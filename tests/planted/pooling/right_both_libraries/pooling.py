import functools

import numpy as np
import torch


def any_library(f):
    """Inside everything is NumPy, outside is whatever the caller used."""

    @functools.wraps(f)
    def g(x, *args, **kwargs):
        was_tensor = torch.is_tensor(x)
        result = f(x.detach().cpu().numpy() if was_tensor else np.asarray(x), *args, **kwargs)
        if not was_tensor:
            return result
        if isinstance(result, tuple):
            return tuple(torch.from_numpy(r) for r in result)
        return torch.from_numpy(np.ascontiguousarray(result))

    return g


def two(v):
    return (v, v) if isinstance(v, (int, np.integer)) else tuple(v)


def where(n, k, s, p, d, ceil_mode):
    """(windows, kernel) table of cell numbers; -1 is outside."""
    m = (n + 2 * p - d * (k - 1) - 1 + (s - 1) * bool(ceil_mode)) // s + 1
    if ceil_mode and (m - 1) * s - p >= n:
        m -= 1
    t = np.arange(m)[:, None] * s - p + np.arange(k) * d
    return np.where((t < 0) | (t >= n), -1, t)


@any_library
def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = two(kernel_size), two(padding), two(dilation)
    s = two(kernel_size if stride is None else stride)
    r, c = (where(x.shape[2 + a], k[a], s[a], p[a], d[a], ceil_mode) for a in (0, 1))
    # one border of -inf at the end: index -1 finds it
    y = np.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=-np.inf)
    y = y[:, :, r][:, :, :, :, c].transpose(0, 1, 2, 4, 3, 5)
    y = y.reshape(*y.shape[:4], -1)
    if return_indices:
        a, b = np.divmod(y.argmax(-1), k[1])
        row = r[np.arange(len(r))[:, None], a]
        col = c[np.arange(len(c)), b]
        return y.max(-1), row * x.shape[3] + col
    return y.max(-1)


@any_library
def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = two(kernel_size), two(padding)
    s = two(kernel_size if stride is None else stride)
    r, c = (where(x.shape[2 + a], k[a], s[a], p[a], 1, ceil_mode) for a in (0, 1))
    y = np.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1)))
    total = y[:, :, r].sum(3)[:, :, :, c].sum(4)
    if divisor_override:
        return total / divisor_override
    if count_include_pad:
        h, w = x.shape[2:]
        nr = np.minimum(np.arange(len(r)) * s[0] + k[0], h + 2 * p[0]) - np.arange(len(r)) * s[0]
        nc = np.minimum(np.arange(len(c)) * s[1] + k[1], w + 2 * p[1]) - np.arange(len(c)) * s[1]
    else:
        nr, nc = (r >= 0).sum(1), (c >= 0).sum(1)
    return total / (nr[:, None] * nc)


@any_library
def global_avg_pool2d(x):
    return x.mean(axis=(2, 3))
