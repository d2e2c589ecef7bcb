from functools import partial

import numpy as np


def _p(v):
    return tuple(np.broadcast_to(v, 2))


def _axis(n, k, s, p, d, ceil_mode):
    span = n + 2 * p - d * (k - 1) - 1
    m = int(-(-span // s) if ceil_mode else span // s) + 1
    if ceil_mode and (m - 1) * s >= n + p:
        m -= 1
    first = np.arange(m) * s - p
    return first, first[:, None] + d * np.arange(k)


def _pool(reduce, x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, **more):
    x = np.asarray(x)
    k, p, d = _p(kernel_size), _p(padding), _p(dilation)
    s = k if stride is None else _p(stride)
    (_, rows), (_, cols) = (_axis(*a, ceil_mode) for a in zip(x.shape[2:], k, s, p, d))
    return reduce(x, rows[:, None, :, None], cols[None, :, None, :], pad=p, **more)


def _take(x, r, c, fill):
    h, w = x.shape[2:]
    ok = (r >= 0) & (r < h) & (c >= 0) & (c < w)
    return np.where(ok, x[:, :, r % h, c % w], np.asarray(fill, x.dtype)), ok


def _maximum(x, r, c, pad, return_indices=False):
    cells, _ = _take(x, r, c, -np.inf)
    cells = cells.reshape(cells.shape[:4] + (-1,))
    if not return_indices:
        return cells.max(-1)
    number = np.broadcast_to((r * x.shape[3] + c).reshape(r.shape[0], c.shape[1], -1), cells.shape)
    return cells.max(-1), np.take_along_axis(number, cells.argmax(-1)[..., None], -1)[..., 0]


def _mean(x, r, c, pad, count_include_pad=True, divisor_override=None):
    cells, ok = _take(x, r, c, 0)
    if count_include_pad:
        ok = (r < x.shape[2] + pad[0]) & (c < x.shape[3] + pad[1])
    return cells.sum((-2, -1)) / (divisor_override or ok.sum((-2, -1)))


max_pool2d = partial(_pool, _maximum)
avg_pool2d = partial(_pool, _mean)
global_avg_pool2d = partial(np.mean, axis=(2, 3))
