import warnings

import numpy as np

warnings.filterwarnings("ignore", "All-NaN")


def _pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def _count(n, k, s, p, d, ceil_mode):
    room = n + 2 * p - d * (k - 1) - 1
    o = int(np.ceil(room / s) if ceil_mode else room // s) + 1
    return o - 1 if ceil_mode and (o - 1) * s >= n + p else o


def _grid(x, k, s, p, d, ceil_mode, border):
    """Cells as (N, C, OH, OW, KH*KW). The padding holds border, anything further out NaN."""
    N, C, H, W = x.shape
    oh, ow = _count(H, k[0], s[0], p[0], d[0], ceil_mode), _count(W, k[1], s[1], p[1], d[1], ceil_mode)
    big = np.full((N, C, H + 2 * p[0] + s[0], W + 2 * p[1] + s[1]), np.nan)
    big[:, :, :H + 2 * p[0], :W + 2 * p[1]] = border
    big[:, :, p[0]:p[0] + H, p[1]:p[1] + W] = x
    r = (np.arange(oh) * s[0])[:, None] + np.arange(k[0]) * d[0]
    c = (np.arange(ow) * s[1])[:, None] + np.arange(k[1]) * d[1]
    cells = big[:, :, r[:, None, :, None], c[None, :, None, :]]
    number = (r[:, None, :, None] - p[0]) * W + c[None, :, None, :] - p[1]
    return cells.reshape(N, C, oh, ow, -1), number.reshape(oh, ow, -1)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k, p, d = _pair(kernel_size), _pair(padding), _pair(dilation)
    s = k if stride is None else _pair(stride)
    cells, number = _grid(x, k, s, p, d, ceil_mode, np.nan)
    out = np.nanmax(cells, axis=-1)
    out = np.where(np.isnan(out), -np.inf, out).astype(x.dtype)
    if return_indices:
        best = np.argmax(np.where(np.isnan(cells), -np.inf, cells), axis=-1)
        number = np.broadcast_to(number, cells.shape)
        return out, np.take_along_axis(number, best[..., None], axis=-1).squeeze(-1)
    return out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k, p = _pair(kernel_size), _pair(padding)
    s = k if stride is None else _pair(stride)
    cells, _ = _grid(x, k, s, p, (1, 1), ceil_mode, 0.0 if count_include_pad else np.nan)
    if divisor_override is not None:
        return np.nansum(cells, axis=-1) / divisor_override
    return np.nanmean(cells, axis=-1)


def global_avg_pool2d(x):
    return np.nanmean(np.asarray(x), axis=(2, 3))
