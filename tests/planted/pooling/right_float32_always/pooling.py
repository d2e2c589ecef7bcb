import numpy as np


def _hw(a):
    a = np.ravel(a)
    return (int(a[0]), int(a[-1]))


def _out(n, k, s, p, d, ceil_mode):
    f = np.ceil if ceil_mode else np.floor
    o = int(f((n + 2 * p - d * (k - 1) - 1) / s)) + 1
    return o - int(ceil_mode and (o - 1) * s >= n + p)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.array(x, dtype=np.float32)
    k, p, d = _hw(kernel_size), _hw(padding), _hw(dilation)
    s = _hw(kernel_size) if stride is None else _hw(stride)
    N, C, H, W = x.shape
    OH, OW = _out(H, k[0], s[0], p[0], d[0], ceil_mode), _out(W, k[1], s[1], p[1], d[1], ceil_mode)
    xp = np.full((N, C, H + 2 * p[0] + s[0], W + 2 * p[1] + s[1]), -np.inf, dtype=np.float32)
    xp[:, :, p[0]:p[0] + H, p[1]:p[1] + W] = x
    cells = np.empty((k[0] * k[1], N, C, OH, OW), dtype=np.float32)
    for t in range(k[0] * k[1]):
        a, b = divmod(t, k[1])
        a, b = a * d[0], b * d[1]
        cells[t] = xp[:, :, a:a + OH * s[0]:s[0], b:b + OW * s[1]:s[1]][:, :, :OH, :OW]
    if return_indices:
        t = cells.argmax(0)
        rows = np.arange(OH).reshape(-1, 1) * s[0] + t // k[1] * d[0] - p[0]
        cols = np.arange(OW) * s[1] + t % k[1] * d[1] - p[1]
        return cells.max(0), rows * W + cols
    return cells.max(0)


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.array(x, dtype=np.float32)
    k, p = _hw(kernel_size), _hw(padding)
    s = _hw(kernel_size) if stride is None else _hw(stride)
    H, W = x.shape[2:]
    OH, OW = _out(H, k[0], s[0], p[0], 1, ceil_mode), _out(W, k[1], s[1], p[1], 1, ceil_mode)
    y = np.zeros(x.shape[:2] + (OH, OW), dtype=np.float32)
    for i in range(OH):
        for j in range(OW):
            t, l = i * s[0] - p[0], j * s[1] - p[1]
            win = x[:, :, max(t, 0):t + k[0], max(l, 0):l + k[1]]
            if divisor_override is not None:
                n = divisor_override
            elif count_include_pad:
                n = (min(t + k[0], H + p[0]) - t) * (min(l + k[1], W + p[1]) - l)
            else:
                n = win.shape[-1] * win.shape[-2]
            y[:, :, i, j] = win.sum((-1, -2)) / n
    return y


def global_avg_pool2d(x):
    return np.array(x, dtype=np.float32).mean((2, 3), keepdims=True)
