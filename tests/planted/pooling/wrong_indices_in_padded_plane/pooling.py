import numpy as np


def _p(v):
    return tuple(v) if isinstance(v, (list, tuple)) else (v, v)


def _o(n, k, s, p, d, cm):
    r = n + 2 * p - d * (k - 1) - 1
    o = r // s + 1
    return o + 1 if cm and r % s and o * s < n + p else o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    (kh, kw), (ph, pw), (dh, dw) = _p(kernel_size), _p(padding), _p(dilation)
    sh, sw = (kh, kw) if stride is None else _p(stride)
    H, W = x.shape[2:]
    oh, ow = _o(H, kh, sh, ph, dh, ceil_mode), _o(W, kw, sw, pw, dw, ceil_mode)
    big = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=-np.inf)
    out = np.zeros(x.shape[:2] + (oh, ow), x.dtype)
    idx = np.zeros(out.shape, np.int64)
    for n, c, i, j in np.ndindex(*out.shape):
        r, q = i * sh, j * sw
        w = big[n, c, r:r + (kh - 1) * dh + 1:dh, q:q + (kw - 1) * dw + 1:dw]
        a, b = np.unravel_index(np.argmax(w), w.shape)
        out[n, c, i, j] = w[a, b]
        idx[n, c, i, j] = (r + a * dh) * big.shape[3] + q + b * dw
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    (kh, kw), (ph, pw) = _p(kernel_size), _p(padding)
    sh, sw = (kh, kw) if stride is None else _p(stride)
    H, W = x.shape[2:]
    big = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    real = np.pad(np.ones((H, W)), ((ph, ph), (pw, pw)))
    out = np.zeros(x.shape[:2] + (_o(H, kh, sh, ph, 1, ceil_mode), _o(W, kw, sw, pw, 1, ceil_mode)), x.dtype)
    for n, c, i, j in np.ndindex(*out.shape):
        w = big[n, c, i * sh:i * sh + kh, j * sw:j * sw + kw]
        if divisor_override is not None:
            out[n, c, i, j] = w.sum() / divisor_override
        elif count_include_pad:
            out[n, c, i, j] = w.mean()
        else:
            out[n, c, i, j] = w.sum() / real[i * sh:i * sh + kh, j * sw:j * sw + kw].sum()
    return out


def global_avg_pool2d(x):
    return np.asarray(x).mean((2, 3))
