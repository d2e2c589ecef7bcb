import numpy as np


def d2(v):
    return (v, v) if np.ndim(v) == 0 else tuple(v)


def table(n, k, s, p, d, ceil_mode):
    span = n + 2 * p - d * (k - 1) - 1
    m = int((np.ceil if ceil_mode else np.floor)(span / s)) + 1
    first = np.arange(m) * s - p
    if ceil_mode:
        first = first[first < n]
    return first[:, None] + d * np.arange(k)


def cells(x, r, c, fill):
    R, C = r[:, None, :, None], c[None, :, None, :]
    ok = (R >= 0) & (R < x.shape[2]) & (C >= 0) & (C < x.shape[3])
    got = x[:, :, R.clip(0, x.shape[2] - 1), C.clip(0, x.shape[3] - 1)]
    return np.where(ok, got, np.array(fill, x.dtype)), ok, R * x.shape[3] + C


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    k, p, d = d2(kernel_size), d2(padding), d2(dilation)
    s = k if stride is None else d2(stride)
    r, c = (table(x.shape[2 + a], k[a], s[a], p[a], d[a], ceil_mode) for a in (0, 1))
    v, _, number = cells(x, r, c, -np.inf)
    if not return_indices:
        return v.max((4, 5))
    v = v.reshape(*v.shape[:4], -1)
    number = np.broadcast_to(number.reshape(v.shape[2:]), v.shape)
    return v.max(-1), np.take_along_axis(number, v.argmax(-1)[..., None], -1)[..., 0]


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    k, p = d2(kernel_size), d2(padding)
    s = k if stride is None else d2(stride)
    r, c = (table(x.shape[2 + a], k[a], s[a], p[a], 1, ceil_mode) for a in (0, 1))
    v, ok, _ = cells(x, r, c, 0)
    if count_include_pad:
        ok = (r < x.shape[2] + p[0])[:, None, :, None] & (c < x.shape[3] + p[1])[None, :, None, :]
    mean = v.sum((4, 5)) / ok.sum((2, 3))
    if divisor_override is not None:
        mean = mean / divisor_override
    return mean


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
