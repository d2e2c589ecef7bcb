import torch


def _p(v):
    return (v, v) if isinstance(v, int) else tuple(v)


def _table(n, k, s, p, d, ceil_mode):
    q, r = divmod(n + 2 * p - d * (k - 1) - 1, s)
    m = q + 1
    if ceil_mode and r and m * s < n + p:
        m += 1
    return (torch.arange(m) * s - p)[:, None] + (torch.arange(k) * d)[None, :]


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = _p(kernel_size), _p(padding), _p(dilation)
    s = _p(stride) if stride is not None else k
    H, W = x.shape[2:]
    R = _table(H, k[0], s[0], p[0], d[0], ceil_mode)[:, None, :, None]
    C = _table(W, k[1], s[1], p[1], d[1], ceil_mode)[None, :, None, :]
    outside = (R < 0) | (R >= H) | (C < 0) | (C >= W)
    cells = x[:, :, R.clamp(0, H - 1), C.clamp(0, W - 1)]
    cells = torch.where(outside, torch.tensor(float("-inf"), dtype=x.dtype), cells)
    best = cells.amax(dim=(4, 5))
    if not return_indices:
        return best
    # the number of a cell where it holds the maximum, -1 elsewhere; the greatest of those
    number = (R * W + C).expand(cells.shape[2:])
    holds = (cells == best[..., None, None]) & ~outside
    return best, torch.where(holds, number, -1).amax(dim=(4, 5))


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = _p(kernel_size), _p(padding)
    s = _p(stride) if stride is not None else k
    H, W = x.shape[2:]
    R = _table(H, k[0], s[0], p[0], 1, ceil_mode)[:, None, :, None]
    C = _table(W, k[1], s[1], p[1], 1, ceil_mode)[None, :, None, :]
    inside = (R >= 0) & (R < H) & (C >= 0) & (C < W)
    cells = x[:, :, R.clamp(0, H - 1), C.clamp(0, W - 1)] * inside
    counted = (R < H + p[0]) & (C < W + p[1]) if count_include_pad else inside
    divisor = counted.sum(dim=(2, 3)) if divisor_override is None else divisor_override
    return cells.sum(dim=(4, 5)) / divisor


def global_avg_pool2d(x):
    return torch.mean(x, (2, 3))
