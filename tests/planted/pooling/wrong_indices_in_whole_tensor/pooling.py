import torch


def pair(v):
    if isinstance(v, int):
        return v, v
    a, b = v
    return a, b


def steps(n, k, s, p, d, ceil_mode):
    span = n + 2 * p - d * (k - 1) - 1
    m = span // s + 1
    if ceil_mode and span % s and m * s - p < n:
        m += 1
    return torch.arange(m) * s - p


def windows(x, kernel_size, stride, padding, dilation, ceil_mode, fill):
    k, p, d = pair(kernel_size), pair(padding), pair(dilation)
    s = k if stride is None else pair(stride)
    H, W = x.shape[2:]
    r = (steps(H, k[0], s[0], p[0], d[0], ceil_mode)[:, None] + torch.arange(k[0]) * d[0])[:, None, :, None]
    c = (steps(W, k[1], s[1], p[1], d[1], ceil_mode)[:, None] + torch.arange(k[1]) * d[1])[None, :, None, :]
    real = (r >= 0) & (r < H) & (c >= 0) & (c < W)
    padded = (r < H + p[0]) & (c < W + p[1])
    line = x.reshape(-1)
    plane = torch.arange(x.shape[0] * x.shape[1]).view(x.shape[0], x.shape[1], 1, 1, 1, 1) * H * W
    number = plane + torch.where(real, r * W + c, 0)
    cells = torch.where(real, line[number], torch.tensor(fill, dtype=x.dtype))
    return cells.flatten(4), number.flatten(4), real.flatten(2), padded.flatten(2)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    cells, number, _, _ = windows(x, kernel_size, stride, padding, dilation, ceil_mode, float("-inf"))
    value, a = cells.max(-1)
    if return_indices:
        return value, number.gather(-1, a.unsqueeze(-1)).squeeze(-1)
    return value


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    cells, _, real, padded = windows(x, kernel_size, stride, padding, 1, ceil_mode, 0.0)
    n = (padded if count_include_pad else real).sum(-1)
    return cells.sum(-1) / (n if divisor_override is None else divisor_override)


def global_avg_pool2d(x):
    return x.mean((2, 3))
