import torch


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def table(n, k, s, p, d, ceil_mode):
    rest = n + 2 * p - d * (k - 1) - 1
    m = rest // s + 1
    if ceil_mode and rest % s and m * s < n + p:
        m += 1
    t = torch.arange(m)[:, None] * s - p + torch.arange(k)[None, :] * d
    return t, (t >= 0) & (t < n)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = pair(kernel_size), pair(padding), pair(dilation)
    s = k if stride is None else pair(stride)
    (r, ri), (c, ci) = (table(x.shape[2 + a], k[a], s[a], p[a], d[a], ceil_mode) for a in (0, 1))
    cells = x[:, :, r.clamp(0, x.shape[2] - 1)][..., c.clamp(0, x.shape[3] - 1)]  # N C OH KH OW KW
    cells = cells.masked_fill(~(ri[:, :, None, None] & ci), float("-inf")).transpose(3, 4).flatten(4)
    out, a = cells.max(4)
    if return_indices:
        row = r[:, :1] + a // k[1] * d[0]
        col = c[:, 0] + a % k[1] * d[1]
        return out, row * x.shape[3] + col
    return out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = pair(kernel_size), pair(padding)
    s = k if stride is None else pair(stride)
    (r, ri), (c, ci) = (table(x.shape[2 + a], k[a], s[a], p[a], 1, ceil_mode) for a in (0, 1))
    cells = x[:, :, r.clamp(0, x.shape[2] - 1)][..., c.clamp(0, x.shape[3] - 1)]
    total = (cells * (ri[:, :, None, None] & ci)).sum((3, 5))
    if divisor_override is not None:
        return total / divisor_override
    if count_include_pad:
        ri, ci = r < x.shape[2] + p[0], c < x.shape[3] + p[1]
    return total / (ri.sum(1)[:, None] * ci.sum(1))


def global_avg_pool2d(x):
    return x.sum(dim=(2, 3))
