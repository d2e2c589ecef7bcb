import numpy as np


def pair(v):
    return tuple(v) if hasattr(v, "__len__") else (v, v)


def easy(x, k, s, p, *rest):
    """Windows that tile the image exactly need no loop at all."""
    h, w = x.shape[2:]
    return s == k and p == (0, 0) and h % k[0] == 0 and w % k[1] == 0 and not any(rest)


def tiles(x, k):
    n, c, h, w = x.shape
    return x.reshape(n, c, h // k[0], k[0], w // k[1], k[1])


def size(n, k, s, p, d, ceil_mode):
    reach = d * (k - 1) + 1
    starts = [i for i in range(-p, n + p, s) if i + reach <= n + p or (ceil_mode and i - s + reach < n + p)]
    if ceil_mode:
        starts = [i for i in starts if i < n]
    return starts


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k, p, d = pair(kernel_size), pair(padding), pair(dilation)
    s = k if stride is None else pair(stride)
    if easy(x, k, s, p, d != (1, 1), return_indices):
        return tiles(x, k).max(axis=(3, 5))
    n, c, h, w = x.shape
    ys, xs = size(h, k[0], s[0], p[0], d[0], ceil_mode), size(w, k[1], s[1], p[1], d[1], ceil_mode)
    out = np.full((n, c, len(ys), len(xs)), -np.inf, dtype=x.dtype)
    idx = np.zeros(out.shape, dtype=int)
    for i, y0 in enumerate(ys):
        for j, x0 in enumerate(xs):
            rows = [r for r in range(y0, y0 + d[0] * k[0], d[0]) if 0 <= r < h]
            cols = [q for q in range(x0, x0 + d[1] * k[1], d[1]) if 0 <= q < w]
            if rows and cols:
                flat = (np.array(rows)[:, None] * w + cols).ravel()
                cells = x.reshape(n, c, h * w)[:, :, flat]
                out[:, :, i, j] = cells.max(-1)
                idx[:, :, i, j] = flat[cells.argmax(-1)]
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k, p = pair(kernel_size), pair(padding)
    s = k if stride is None else pair(stride)
    if easy(x, k, s, p, divisor_override):
        return tiles(x, k).mean(axis=(3, 5))
    h, w = x.shape[2:]
    ys, xs = size(h, k[0], s[0], p[0], 1, ceil_mode), size(w, k[1], s[1], p[1], 1, ceil_mode)
    out = np.zeros(x.shape[:2] + (len(ys), len(xs)), dtype=x.dtype)
    for i, y0 in enumerate(ys):
        for j, x0 in enumerate(xs):
            cells = x[:, :, max(y0, 0):y0 + k[0], max(x0, 0):x0 + k[1]]
            count = cells.shape[2] * cells.shape[3]
            if count_include_pad:
                count = (min(y0 + k[0], h + p[0]) - y0) * (min(x0 + k[1], w + p[1]) - x0)
            out[:, :, i, j] = cells.sum(axis=(2, 3)) / (divisor_override or count)
    return out


def global_avg_pool2d(x):
    x = np.asarray(x)
    return x.sum(axis=(2, 3)) / (x.shape[2] * x.shape[3])
