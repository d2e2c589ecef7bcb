import numpy as np


def _two(v):
    try:
        a, b = v
        return int(a), int(b)
    except TypeError:
        return int(v), int(v)


def _starts(n, k, s, p, d, ceil_mode):
    last = n + 2 * p - (d * (k - 1) + 1)
    count = last // s + 1
    if ceil_mode and last % s:
        count += 1
    st = np.arange(count) * s - p
    return st[st < n] if ceil_mode else st


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    (kh, kw), (ph, pw), (dh, dw) = _two(kernel_size), _two(padding), _two(dilation)
    sh, sw = (kh, kw) if stride is None else _two(stride)
    h, w = x.shape[2:]
    top, left = _starts(h, kh, sh, ph, dh, ceil_mode), _starts(w, kw, sw, pw, dw, ceil_mode)
    out = np.full(x.shape[:2] + (len(top), len(left)), -np.inf, x.dtype)
    idx = np.zeros(out.shape, np.int64)
    for a in range(kh):
        for b in range(kw):
            r, c = top + a * dh, left + b * dw
            ok = ((r >= 0) & (r < h))[:, None] & ((c >= 0) & (c < w))
            cand = np.where(ok, x[:, :, np.clip(r, 0, h - 1)][..., np.clip(c, 0, w - 1)], -np.inf)
            better = cand > out
            out = np.where(better, cand, out)
            idx = np.where(better, r[:, None] * w + c, idx)
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    (kh, kw), (ph, pw) = _two(kernel_size), _two(padding)
    sh, sw = (kh, kw) if stride is None else _two(stride)
    n, c, h, w = x.shape
    # summed[i, j] = sum of everything above and left of (i, j); float64 or the differences lose digits
    summed = np.zeros((n, c, h + 1, w + 1))
    summed[:, :, 1:, 1:] = x.astype(np.float64).cumsum(2).cumsum(3)
    t0, l0 = _starts(h, kh, sh, ph, 1, ceil_mode), _starts(w, kw, sw, pw, 1, ceil_mode)
    t1, l1 = np.minimum(t0 + kh, h + ph), np.minimum(l0 + kw, w + pw)
    T0, L0, T1, L1 = t0.clip(0), l0.clip(0), t1.clip(max=h), l1.clip(max=w)
    corner = lambda r, q: summed[:, :, r[:, None], q[None, :]]
    total = corner(T1, L1) - corner(T0, L1) - corner(T1, L0) + corner(T0, L0)
    if divisor_override is not None:
        count = divisor_override
    elif count_include_pad:
        count = np.outer(t1 - t0, l1 - l0)
    else:
        count = np.outer(T1 - T0, L1 - L0)
    return (total / count).astype(x.dtype)


def global_avg_pool2d(x):
    x = np.asarray(x)
    return x.cumsum(2)[:, :, -1].cumsum(2)[:, :, -1] / (x.shape[2] * x.shape[3])
