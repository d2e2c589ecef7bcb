import torch
import torch.nn.functional as F


def pq(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def olen(n, k, s, p, d, c):
    t = n + 2 * p - d * (k - 1) - 1
    o = t // s + 1
    return o + 1 if c and t % s and o * s < n + p else o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = pq(kernel_size), pq(padding), pq(dilation)
    s = k if stride is None else pq(stride)
    H, W = x.shape[2:]
    oh, ow = olen(H, k[0], s[0], p[0], d[0], ceil_mode), olen(W, k[1], s[1], p[1], d[1], ceil_mode)
    bottom = (oh - 1) * s[0] + d[0] * (k[0] - 1) + 1 - H - p[0]
    right = (ow - 1) * s[1] + d[1] * (k[1] - 1) + 1 - W - p[1]
    y = x
    if p != (0, 0) or bottom > 0 or right > 0:
        y = F.pad(x, (p[1], max(right, 0), p[0], max(bottom, 0)), value=float("-inf"))
    if return_indices or s[0] < k[0] or s[1] < k[1] or d != (1, 1):
        y = y.clone()  # needed, windows overlap (found out the hard way)
    best = None
    for a in range(k[0]):
        for b in range(k[1]):
            z = y[:, :, a * d[0]:a * d[0] + (oh - 1) * s[0] + 1:s[0], b * d[1]:b * d[1] + (ow - 1) * s[1] + 1:s[1]]
            num = (torch.arange(oh)[:, None] * s[0] + a * d[0] - p[0]) * W + torch.arange(ow) * s[1] + b * d[1] - p[1]
            if best is None:
                best = z.clone() if d != (1, 1) or s[0] < k[0] or s[1] < k[1] else z
                idx = num.expand(z.shape).clone()
                continue
            idx = torch.where(z > best, num, idx)
            torch.maximum(best, z, out=best) if best.is_contiguous() else best.copy_(torch.maximum(best, z))
    return (best, idx) if return_indices else best


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = pq(kernel_size), pq(padding)
    s = k if stride is None else pq(stride)
    H, W = x.shape[2:]
    oh, ow = olen(H, k[0], s[0], p[0], 1, ceil_mode), olen(W, k[1], s[1], p[1], 1, ceil_mode)
    out = torch.zeros(*x.shape[:2], oh, ow, dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            t, l = i * s[0] - p[0], j * s[1] - p[1]
            b, r = min(t + k[0], H + p[0]), min(l + k[1], W + p[1])
            w = x[:, :, max(t, 0):min(b, H), max(l, 0):min(r, W)]
            n = (b - t) * (r - l) if count_include_pad else w.shape[2] * w.shape[3]
            out[:, :, i, j] = w.sum((2, 3)) / (divisor_override or n)
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
