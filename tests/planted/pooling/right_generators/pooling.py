import itertools

import numpy as np


def as2(v):
    return tuple(v) if isinstance(v, (tuple, list)) else (v,) * 2


def positions(n, k, s, p, d, ceil_mode):
    """Yield the first cell of every window along one axis."""
    for i in itertools.count(-p, s):
        end = i + d * (k - 1)
        fits = end < n + p
        if not fits and not (ceil_mode and i < n and (i == -p or end - s < n + p - 1)):
            return
        yield i


def cells(start, k, d, n):
    yield from (c for c in (start + d * t for t in range(k)) if 0 <= c < n)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k, p, d = as2(kernel_size), as2(padding), as2(dilation)
    s = as2(kernel_size if stride is None else stride)
    h, w = x.shape[2:]
    rows = list(positions(h, k[0], s[0], p[0], d[0], ceil_mode))
    cols = list(positions(w, k[1], s[1], p[1], d[1], ceil_mode))
    out = np.full(x.shape[:2] + (len(rows), len(cols)), -np.inf, dtype=x.dtype)
    index = np.zeros(out.shape, dtype=np.int64)
    for (i, r), (j, c) in itertools.product(enumerate(rows), enumerate(cols)):
        for a, b in itertools.product(cells(r, k[0], d[0], h), cells(c, k[1], d[1], w)):
            here = x[:, :, a, b]
            bigger = here > out[:, :, i, j]
            out[:, :, i, j][bigger] = here[bigger]
            index[:, :, i, j][bigger] = a * w + b
    if return_indices:
        return out, index
    return out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k, p = as2(kernel_size), as2(padding)
    s = as2(kernel_size if stride is None else stride)
    h, w = x.shape[2:]
    rows = list(positions(h, k[0], s[0], p[0], 1, ceil_mode))
    cols = list(positions(w, k[1], s[1], p[1], 1, ceil_mode))
    out = np.zeros(x.shape[:2] + (len(rows), len(cols)), dtype=x.dtype)
    for (i, r), (j, c) in itertools.product(enumerate(rows), enumerate(cols)):
        total, inside = 0, 0
        for a, b in itertools.product(cells(r, k[0], 1, h), cells(c, k[1], 1, w)):
            total = total + x[:, :, a, b]
            inside += 1
        padded = (min(r + k[0], h + p[0]) - r) * (min(c + k[1], w + p[1]) - c)
        out[:, :, i, j] = total / (divisor_override or (padded if count_include_pad else inside))
    return out


def global_avg_pool2d(x):
    x = np.asarray(x)
    return sum(x[:, :, i, j] for i, j in np.ndindex(*x.shape[2:])) / (x.shape[2] * x.shape[3])
