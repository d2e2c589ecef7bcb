from functools import lru_cache

import torch

_known = {}


def _pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def _starts(n, k, s, p, d, ceil_mode):
    key = (n, k, s, p, d, ceil_mode)
    if key not in _known:
        total = n + 2 * p - d * (k - 1) - 1
        m = total // s + 1
        if ceil_mode and total % s and m * s < n + p:
            m += 1
        _known[key] = tuple(i * s - p for i in range(m))
    return _known[key]


@lru_cache(maxsize=None)
def _flat(h, w, k, s, p, d, ceil_mode):
    """For every window the flat numbers of its cells, h*w for those outside."""
    table = [
        [r * w + c if 0 <= r < h and 0 <= c < w else h * w
         for r in range(t, t + k[0] * d[0], d[0]) for c in range(l, l + k[1] * d[1], d[1])]
        for t in _starts(h, k[0], s[0], p[0], d[0], ceil_mode)
        for l in _starts(w, k[1], s[1], p[1], d[1], ceil_mode)
    ]
    return torch.tensor(table)


def _shape(x, k, s, p, d, ceil_mode):
    return (*x.shape[:2], len(_starts(x.shape[2], k[0], s[0], p[0], d[0], ceil_mode)), -1)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = _pair(kernel_size), _pair(padding), _pair(dilation)
    s = k if stride is None else _pair(stride)
    n, c, h, w = x.shape
    flat = _flat(h, w, k, s, p, d, ceil_mode)
    line = torch.cat([x.reshape(n, c, h * w), torch.full((n, c, 1), float("-inf"), dtype=x.dtype)], dim=2)
    value, at = line[:, :, flat].max(-1)
    shape = _shape(x, k, s, p, d, ceil_mode)
    if return_indices:
        return value.view(shape), flat[torch.arange(len(flat)), at].view(shape)
    return value.view(shape)


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = _pair(kernel_size), _pair(padding)
    s = k if stride is None else _pair(stride)
    n, c, h, w = x.shape
    flat = _flat(h, w, k, s, p, (1, 1), ceil_mode)
    line = torch.cat([x.reshape(n, c, h * w), torch.zeros((n, c, 1), dtype=x.dtype)], dim=2)
    total = line[:, :, flat].sum(-1).view(_shape(x, k, s, p, (1, 1), ceil_mode))
    if divisor_override is not None:
        return total / divisor_override
    if not count_include_pad:
        return total / (flat < h * w).sum(-1).view(total.shape[2:])
    rows = [min(k[0], h + p[0] - t) for t in _starts(h, k[0], s[0], p[0], 1, ceil_mode)]
    cols = [min(k[1], w + p[1] - l) for l in _starts(w, k[1], s[1], p[1], 1, ceil_mode)]
    return total / torch.tensor(rows)[:, None] / torch.tensor(cols)


def global_avg_pool2d(x):
    return x.mean((2, 3))
