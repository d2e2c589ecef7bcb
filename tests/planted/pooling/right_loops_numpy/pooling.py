import numpy as np


def two(a):
    return (a, a) if np.isscalar(a) else (a[0], a[1])


def pool_size(size, k, s, p, d=1, ceil_mode=False):
    span = size + 2 * p - (d * (k - 1) + 1)
    if ceil_mode:
        n = int(np.ceil(span / s)) + 1
        return n - 1 if (n - 1) * s >= size + p else n
    return span // s + 1


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    (kh, kw), (ph, pw), (dh, dw) = two(kernel_size), two(padding), two(dilation)
    sh, sw = (kh, kw) if stride is None else two(stride)
    n, c, h, w = x.shape
    oh, ow = pool_size(h, kh, sh, ph, dh, ceil_mode), pool_size(w, kw, sw, pw, dw, ceil_mode)
    # pad one more stride below and right, so that ceil_mode windows find cells there
    big = np.pad(x, ((0, 0), (0, 0), (ph, ph + sh), (pw, pw + sw)), constant_values=-np.inf)
    out = np.empty((n, c, oh, ow), dtype=x.dtype)
    ind = np.empty((n, c, oh, ow), dtype=np.int64)
    for i in range(oh):
        for j in range(ow):
            rows = i * sh + dh * np.arange(kh)
            cols = j * sw + dw * np.arange(kw)
            window = big[:, :, rows][:, :, :, cols].reshape(n, c, -1)
            best = window.argmax(axis=2)
            out[:, :, i, j] = window.max(axis=2)
            ind[:, :, i, j] = (rows[best // kw] - ph) * w + cols[best % kw] - pw
    return (out, ind) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = np.asarray(x)
    (kh, kw), (ph, pw) = two(kernel_size), two(padding)
    sh, sw = (kh, kw) if stride is None else two(stride)
    n, c, h, w = x.shape
    oh, ow = pool_size(h, kh, sh, ph, 1, ceil_mode), pool_size(w, kw, sw, pw, 1, ceil_mode)
    big = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    real = np.pad(np.ones((h, w)), ((ph, ph), (pw, pw)))
    out = np.empty((n, c, oh, ow), dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            r, s = slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw)
            window = big[:, :, r, s]  # a slice stops by itself at the end of the padded image
            if divisor_override:
                divisor = divisor_override
            elif count_include_pad:
                divisor = window.shape[2] * window.shape[3]
            else:
                divisor = real[r, s].sum()
            out[:, :, i, j] = window.sum(axis=(2, 3)) / divisor
    return out


def global_avg_pool2d(x):
    return np.asarray(x).mean(axis=2).mean(axis=2)
