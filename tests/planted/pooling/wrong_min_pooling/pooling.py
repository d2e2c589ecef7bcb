import torch


def P(v):
    return (v, v) if type(v) is int else tuple(v)


def O(n, k, s, p, d, ceil_mode):
    o = (n + 2 * p - d * (k - 1) - 1 + (s - 1) * int(ceil_mode)) // s + 1
    if ceil_mode and (o - 1) * s >= n + p:
        o -= 1
    return o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = P(kernel_size), P(padding), P(dilation)
    s = P(stride) if stride is not None else k
    N, C, H, W = x.shape
    out = torch.full((N, C, O(H, k[0], s[0], p[0], d[0], ceil_mode), O(W, k[1], s[1], p[1], d[1], ceil_mode)),
                     float("inf"), dtype=x.dtype)
    idx = torch.zeros(out.shape, dtype=torch.long)
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            for a in range(k[0]):
                for b in range(k[1]):
                    r, c = i * s[0] + a * d[0] - p[0], j * s[1] + b * d[1] - p[1]
                    if not (0 <= r < H and 0 <= c < W):
                        continue
                    better = x[:, :, r, c] < out[:, :, i, j]
                    out[:, :, i, j] = torch.where(better, x[:, :, r, c], out[:, :, i, j])
                    idx[:, :, i, j] = torch.where(better, r * W + c, idx[:, :, i, j])
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = P(kernel_size), P(padding)
    s = P(stride) if stride is not None else k
    N, C, H, W = x.shape
    out = torch.zeros(N, C, O(H, k[0], s[0], p[0], 1, ceil_mode), O(W, k[1], s[1], p[1], 1, ceil_mode), dtype=x.dtype)
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            r, c = i * s[0] - p[0], j * s[1] - p[1]
            w = x[:, :, max(r, 0):r + k[0], max(c, 0):c + k[1]]
            n = divisor_override
            if n is None and count_include_pad:
                n = (min(r + k[0], H + p[0]) - r) * (min(c + k[1], W + p[1]) - c)
            elif n is None:
                n = w[0, 0].numel()
            out[:, :, i, j] = w.sum((2, 3)) / n
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
