import torch
import torch.nn.functional as F


def pooled(func):
    """Give func pairs only. (No functools.wraps, I always forget it.)"""

    def wrapper(x, kernel_size, stride=None, padding=0, **kw):
        def pair(v):
            return (v, v) if isinstance(v, int) else tuple(v)

        k = pair(kernel_size)
        if "dilation" in kw:
            kw["dilation"] = pair(kw["dilation"])
        return func(x, k, k if stride is None else pair(stride), pair(padding), **kw)

    return wrapper


def grid(n, k, s, p, d, ceil_mode):
    e = n + 2 * p - d * (k - 1) - 1
    m = (e // s if not ceil_mode else (e + s - 1) // s) + 1
    if ceil_mode and (m - 1) * s >= n + p:
        m -= 1
    return torch.arange(m) * s


@pooled
def max_pool2d(x, kernel_size, stride, padding, dilation=(1, 1), ceil_mode=False, return_indices=False):
    (kh, kw), (sh, sw), (ph, pw), (dh, dw) = kernel_size, stride, padding, dilation
    H, W = x.shape[2:]
    rows = grid(H, kh, sh, ph, dh, ceil_mode)[:, None] + dh * torch.arange(kh)
    cols = grid(W, kw, sw, pw, dw, ceil_mode)[:, None] + dw * torch.arange(kw)
    xp = F.pad(x, (pw, pw + sw, ph, ph + sh), value=-torch.inf)
    cells = xp[:, :, rows][..., cols].permute(0, 1, 2, 4, 3, 5).flatten(4)
    m, a = torch.max(cells, 4)
    if return_indices:
        r = rows.gather(1, (a // kw).movedim(2, 0).flatten(1)).view(a.movedim(2, 0).shape).movedim(0, 2)
        c = cols.gather(1, (a % kw).movedim(3, 0).flatten(1)).view(a.movedim(3, 0).shape).movedim(0, 3)
        return m, (r - ph) * W + c - pw
    return m


@pooled
def avg_pool2d(x, kernel_size, stride, padding, ceil_mode=False, count_include_pad=True, divisor_override=None):
    (kh, kw), (sh, sw), (ph, pw) = kernel_size, stride, padding
    H, W = x.shape[2:]
    rows = grid(H, kh, sh, ph, 1, ceil_mode)[:, None] + torch.arange(kh)
    cols = grid(W, kw, sw, pw, 1, ceil_mode)[:, None] + torch.arange(kw)
    xp = F.pad(x, (pw, pw + sw, ph, ph + sh))
    cells = xp[:, :, rows][..., cols].sum((3, 5))
    if divisor_override:
        return cells / divisor_override
    if count_include_pad:
        nr, nc = (rows < H + 2 * ph).sum(1), (cols < W + 2 * pw).sum(1)
    else:
        nr = ((rows >= ph) & (rows < H + ph)).sum(1)
        nc = ((cols >= pw) & (cols < W + pw)).sum(1)
    return cells / nr[:, None] / nc


def global_avg_pool2d(x):
    return x.mean((2, 3))
