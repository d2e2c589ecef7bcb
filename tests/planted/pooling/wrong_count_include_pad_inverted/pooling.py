import torch


def mk2(v):
    return v if isinstance(v, (tuple, list)) else (v, v)


def m_len(n, k, s, p, d, c):
    if c:
        o = -((-(n + 2 * p - d * (k - 1) - 1)) // s) + 1
        return o if (o - 1) * s < n + p else o - 1
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    (kh, kw), (ph, pw), (dh, dw) = mk2(kernel_size), mk2(padding), mk2(dilation)
    sh, sw = mk2(kernel_size if stride is None else stride)
    n, c, h, w = x.shape
    oh, ow = m_len(h, kh, sh, ph, dh, ceil_mode), m_len(w, kw, sw, pw, dw, ceil_mode)
    big = torch.full((n, c, h + 2 * ph + sh, w + 2 * pw + sw), float("-inf"), dtype=x.dtype)
    big[:, :, ph:ph + h, pw:pw + w] = x
    r = torch.arange(oh)[:, None] * sh + torch.arange(kh) * dh
    q = torch.arange(ow)[:, None] * sw + torch.arange(kw) * dw
    cells = big[:, :, r[:, None, :, None], q[None, :, None, :]].flatten(4)
    best = cells.max(4)
    if return_indices:
        num = ((r - ph)[:, None, :, None] * w + (q - pw)[None, :, None, :]).flatten(2).expand(cells.shape)
        return best.values, num.gather(4, best.indices.unsqueeze(4)).squeeze(4)
    return best.values


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    (kh, kw), (ph, pw) = mk2(kernel_size), mk2(padding)
    sh, sw = mk2(kernel_size if stride is None else stride)
    n, c, h, w = x.shape
    oh, ow = m_len(h, kh, sh, ph, 1, ceil_mode), m_len(w, kw, sw, pw, 1, ceil_mode)
    out = torch.zeros(n, c, oh, ow, dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            a, b = i * sh - ph, j * sw - pw
            win = x[:, :, max(a, 0):a + kh, max(b, 0):b + kw]
            if divisor_override:
                area = divisor_override
            elif count_include_pad:
                area = win.shape[2] * win.shape[3]
            else:
                area = (min(a + kh, h + ph) - a) * (min(b + kw, w + pw) - b)
            out[:, :, i, j] = win.sum((2, 3)) / area
    return out


def global_avg_pool2d(x):
    return x.sum((2, 3)) / x[0, 0].numel()
