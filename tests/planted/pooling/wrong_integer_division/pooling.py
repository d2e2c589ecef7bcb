import torch


def as_pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def length(n, k, s, p, d, ceil_mode):
    q, rest = divmod(n + 2 * p - d * (k - 1) - 1, s)
    q = q + 1
    if ceil_mode and rest and q * s < n + p:
        q = q + 1
    return q


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = as_pair(kernel_size), as_pair(padding), as_pair(dilation)
    s = k if stride is None else as_pair(stride)
    N, C, H, W = x.shape
    oh, ow = length(H, k[0], s[0], p[0], d[0], ceil_mode), length(W, k[1], s[1], p[1], d[1], ceil_mode)
    values = torch.empty(N, C, oh, ow, dtype=x.dtype)
    places = torch.empty(N, C, oh, ow, dtype=torch.long)
    line = torch.cat([x.reshape(N, C, -1), torch.full((N, C, 1), -torch.inf, dtype=x.dtype)], 2)
    for i in range(oh):
        for j in range(ow):
            cells = []
            for a in range(k[0]):
                for b in range(k[1]):
                    r, c = i * s[0] - p[0] + a * d[0], j * s[1] - p[1] + b * d[1]
                    cells.append(r * W + c if 0 <= r < H and 0 <= c < W else H * W)
            values[:, :, i, j], at = line[:, :, cells].max(2)
            places[:, :, i, j] = torch.tensor(cells)[at]
    return (values, places) if return_indices else values


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = as_pair(kernel_size), as_pair(padding)
    s = k if stride is None else as_pair(stride)
    N, C, H, W = x.shape
    oh, ow = length(H, k[0], s[0], p[0], 1, ceil_mode), length(W, k[1], s[1], p[1], 1, ceil_mode)
    out = torch.empty(N, C, oh, ow, dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            t, l = i * s[0] - p[0], j * s[1] - p[1]
            window = x[:, :, max(t, 0):t + k[0], max(l, 0):l + k[1]]
            count = window.shape[2] * window.shape[3]
            if count_include_pad:
                count = (min(t + k[0], H + p[0]) - t) * (min(l + k[1], W + p[1]) - l)
            if divisor_override is not None:
                count = divisor_override
            out[:, :, i, j] = window.sum(dim=(2, 3)) // count
    return out


def global_avg_pool2d(x):
    return x.mean(dim=(2, 3))
