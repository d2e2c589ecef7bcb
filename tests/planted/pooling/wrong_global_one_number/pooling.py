import itertools
import torch


def make_pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def amount(n, k, s, p, d, ceil_mode):
    a = (n + 2 * p - d * (k - 1) - 1 + (s - 1 if ceil_mode else 0)) // s + 1
    return a if not ceil_mode or (a - 1) * s < n + p else a - 1


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    (kh, kw), (ph, pw), (dh, dw) = map(make_pair, (kernel_size, padding, dilation))
    sh, sw = make_pair(kernel_size if stride is None else stride)
    n, c, h, w = x.shape
    oh, ow = amount(h, kh, sh, ph, dh, ceil_mode), amount(w, kw, sw, pw, dw, ceil_mode)
    out = torch.full((n, c, oh, ow), float("-inf"), dtype=x.dtype)
    ind = torch.zeros((n, c, oh, ow), dtype=torch.long)
    for i, j, a, b in itertools.product(range(oh), range(ow), range(kh), range(kw)):
        r, q = i * sh - ph + a * dh, j * sw - pw + b * dw
        if 0 <= r < h and 0 <= q < w:
            m = x[:, :, r, q] > out[:, :, i, j]
            out[:, :, i, j][m] = x[:, :, r, q][m]
            ind[:, :, i, j][m] = r * w + q
    return (out, ind) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    (kh, kw), (ph, pw) = map(make_pair, (kernel_size, padding))
    sh, sw = make_pair(kernel_size if stride is None else stride)
    n, c, h, w = x.shape
    oh, ow = amount(h, kh, sh, ph, 1, ceil_mode), amount(w, kw, sw, pw, 1, ceil_mode)
    out = torch.zeros((n, c, oh, ow), dtype=x.dtype)
    num = torch.zeros(oh, ow)
    for i, j, a, b in itertools.product(range(oh), range(ow), range(kh), range(kw)):
        r, q = i * sh - ph + a, j * sw - pw + b
        if 0 <= r < h and 0 <= q < w:
            out[:, :, i, j] += x[:, :, r, q]
            num[i, j] += 1
        elif count_include_pad and r < h + ph and q < w + pw:
            num[i, j] += 1
    return out / (num if divisor_override is None else divisor_override)


def global_avg_pool2d(x):
    return x.mean()
