"""max over a rectangle = max over rows of (max over columns), so pool one axis after the other."""
import torch

NEG = float("-inf")


def norm(v):
    return (v, v) if isinstance(v, int) else (v[0], v[1])


def starts(n, k, s, p, d, ceil_mode):
    free = n + 2 * p - d * (k - 1) - 1
    m = free // s + 1
    if ceil_mode and free % s and m * s - p < n:
        m += 1
    return [i * s - p for i in range(m)]


def max_last_axis(x, k, s, p, d, ceil_mode):
    """Pool (..., n) -> (..., m); returns the values and the position of each in 0..n-1."""
    n = x.shape[-1]
    values, places = [], []
    for start in starts(n, k, s, p, d, ceil_mode):
        cells = [start + d * t for t in range(k) if 0 <= start + d * t < n]
        if cells:
            v, a = x[..., cells].max(-1)
            values.append(v)
            places.append(torch.tensor(cells)[a])
        else:
            values.append(torch.full_like(x[..., 0], NEG))
            places.append(torch.zeros(x.shape[:-1], dtype=torch.long))
    return torch.stack(values, -1), torch.stack(places, -1)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = norm(kernel_size), norm(padding), norm(dilation)
    s = norm(stride) if stride is not None else k
    by_row, col = max_last_axis(x, k[1], s[1], p[1], d[1], ceil_mode)
    out, row = max_last_axis(by_row.transpose(2, 3), k[0], s[0], p[0], d[0], ceil_mode)
    out, row = out.transpose(2, 3), row.transpose(2, 3)
    if return_indices:
        return out, row * x.shape[3] + col.gather(2, row)
    return out


def sum_last_axis(x, k, s, p, ceil_mode, include):
    n = x.shape[-1]
    sums, counts = [], []
    for a in starts(n, k, s, p, 1, ceil_mode):
        b = a + k
        sums.append(x[..., max(a, 0):min(b, n)].sum(-1))
        counts.append(min(b, n + p) - a if include else min(b, n) - max(a, 0))
    return torch.stack(sums, -1), torch.tensor(counts)


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = norm(kernel_size), norm(padding)
    s = norm(stride) if stride is not None else k
    y, cw = sum_last_axis(x, k[1], s[1], p[1], ceil_mode, count_include_pad)
    y, ch = sum_last_axis(y.transpose(2, 3), k[0], s[0], p[0], ceil_mode, count_include_pad)
    y = y.transpose(2, 3)
    if divisor_override is not None:
        return y / divisor_override
    return y / (ch[:, None] * cw[None, :])


def global_avg_pool2d(x):
    return x.mean(-1).mean(-1)
