import torch


def pair(v):
    return (v, v) if type(v) is int else tuple(v)


def out_hw(x, k, s, p, d, ceil_mode):
    res = []
    for n, kk, ss, pp, dd in zip(x.shape[2:], k, s, p, d):
        num = n + 2 * pp - dd * (kk - 1) - 1
        o = num // ss + 1
        if ceil_mode and num % ss > 0 and o * ss < n + pp:
            o += 1
        res.append(o)
    return res


def extend(x, ph, pw, sh, sw, value):
    n, c, h, w = x.shape
    y = torch.full((n, c, h + 2 * ph + sh, w + 2 * pw + sw), value, dtype=x.dtype)
    y[:, :, ph:ph + h, pw:pw + w] = x
    return y
