import torch

results = []


def P(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def L(n, k, s, p, d, ceil_mode):
    o = (n + 2 * p - d * (k - 1) - 1) // s + 1
    if ceil_mode and (n + 2 * p - d * (k - 1) - 1) % s and o * s < n + p:
        o += 1
    return o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = P(kernel_size), P(padding), P(dilation)
    s = k if stride is None else P(stride)
    n, c, h, w = x.shape
    oh, ow = L(h, k[0], s[0], p[0], d[0], ceil_mode), L(w, k[1], s[1], p[1], d[1], ceil_mode)
    places = []
    for i in range(oh):
        for j in range(ow):
            cells = [(r, q) for r in range(i * s[0] - p[0], i * s[0] - p[0] + k[0] * d[0], d[0]) if 0 <= r < h
                     for q in range(j * s[1] - p[1], j * s[1] - p[1] + k[1] * d[1], d[1]) if 0 <= q < w]
            v, a = torch.stack([x[:, :, r, q] for r, q in cells], -1).max(-1)
            results.append(v)
            places.append(torch.tensor([r * w + q for r, q in cells])[a])
    out = torch.stack(results, -1).view(n, c, oh, ow)
    if return_indices:
        return out, torch.stack(places, -1).view(n, c, oh, ow)
    return out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = P(kernel_size), P(padding)
    s = k if stride is None else P(stride)
    n, c, h, w = x.shape
    oh, ow = L(h, k[0], s[0], p[0], 1, ceil_mode), L(w, k[1], s[1], p[1], 1, ceil_mode)
    out = torch.zeros(n, c, oh, ow, dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            t, l = i * s[0] - p[0], j * s[1] - p[1]
            win = x[:, :, max(t, 0):t + k[0], max(l, 0):l + k[1]]
            m = win.shape[2] * win.shape[3]
            if count_include_pad:
                m = (min(t + k[0], h + p[0]) - t) * (min(l + k[1], w + p[1]) - l)
            out[:, :, i, j] = win.sum((2, 3)) / (divisor_override or m)
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
