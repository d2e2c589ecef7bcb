import torch


def as2(v):
    return tuple(v) if isinstance(v, (list, tuple)) else (v, v)


def locations(n, k, s, d, ceil_mode):
    stop = n - d * (k - 1)
    starts = list(range(0, stop, s))
    if ceil_mode and (not starts or starts[-1] + d * (k - 1) + 1 < n):
        new = starts[-1] + s if starts else 0
        if new < n:
            starts.append(new)
    return starts


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    kh, kw = as2(kernel_size)
    sh, sw = as2(stride if stride is not None else kernel_size)
    dh, dw = as2(dilation)
    H, W = x.shape[-2:]
    top, left = locations(H, kh, sh, dh, ceil_mode), locations(W, kw, sw, dw, ceil_mode)
    out = torch.empty(x.shape[0], x.shape[1], len(top), len(left), dtype=x.dtype)
    idx = torch.empty(out.shape, dtype=torch.long)
    for i, t in enumerate(top):
        for j, l in enumerate(left):
            win = x[:, :, t:t + dh * (kh - 1) + 1:dh, l:l + dw * (kw - 1) + 1:dw]
            v, a = win.flatten(2).max(2)
            out[:, :, i, j] = v
            idx[:, :, i, j] = (t + a // win.shape[3] * dh) * W + l + a % win.shape[3] * dw
    return (out, idx) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    kh, kw = as2(kernel_size)
    sh, sw = as2(stride if stride is not None else kernel_size)
    H, W = x.shape[-2:]
    top, left = locations(H, kh, sh, 1, ceil_mode), locations(W, kw, sw, 1, ceil_mode)
    out = torch.empty(x.shape[0], x.shape[1], len(top), len(left), dtype=x.dtype)
    for i, t in enumerate(top):
        for j, l in enumerate(left):
            win = x[:, :, t:t + kh, l:l + kw]
            out[:, :, i, j] = win.mean((2, 3)) if divisor_override is None else win.sum((2, 3)) / divisor_override
    return out


def global_avg_pool2d(x):
    return x.mean((2, 3))
