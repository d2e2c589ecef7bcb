import math
import torch


def wh(v):
    """-> width, height"""
    if isinstance(v, int):
        return v, v
    w, h = v
    return w, h


def begin(n, k, s, p, d, ceil_mode):
    q = (n + 2 * p - d * (k - 1) - 1) / s
    m = (math.ceil(q) if ceil_mode else math.floor(q)) + 1
    b = [i * s - p for i in range(m)]
    return [i for i in b if i < n] if ceil_mode else b


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    kw, kh = wh(kernel_size)
    sw, sh = (kw, kh) if stride is None else wh(stride)
    pw, ph = wh(padding)
    dw, dh = wh(dilation)
    N, C, H, W = x.shape
    ys, xs = begin(H, kh, sh, ph, dh, ceil_mode), begin(W, kw, sw, pw, dw, ceil_mode)
    vals, inds = [], []
    for y in ys:
        for z in xs:
            cells = [(r, c) for r in range(y, y + kh * dh, dh) for c in range(z, z + kw * dw, dw) if 0 <= r < H and 0 <= c < W]
            best, arg = torch.stack([x[:, :, r, c] for r, c in cells], -1).max(-1)
            vals.append(best)
            inds.append(torch.tensor([r * W + c for r, c in cells])[arg])
    out = torch.stack(vals, -1).view(N, C, len(ys), len(xs))
    ind = torch.stack(inds, -1).view(N, C, len(ys), len(xs))
    return (out, ind) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    kw, kh = wh(kernel_size)
    sw, sh = (kw, kh) if stride is None else wh(stride)
    pw, ph = wh(padding)
    N, C, H, W = x.shape
    ys, xs = begin(H, kh, sh, ph, 1, ceil_mode), begin(W, kw, sw, pw, 1, ceil_mode)
    out = torch.zeros(N, C, len(ys), len(xs), dtype=x.dtype)
    for i, y in enumerate(ys):
        for j, z in enumerate(xs):
            win = x[:, :, max(y, 0):y + kh, max(z, 0):z + kw]
            n = win[0, 0].numel()
            if count_include_pad:
                n = (min(y + kh, H + ph) - y) * (min(z + kw, W + pw) - z)
            out[:, :, i, j] = win.sum((2, 3)) / (divisor_override or n)
    return out


def global_avg_pool2d(x):
    return x.mean(dim=(2, 3))
