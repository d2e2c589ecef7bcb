import torch


def out_size(n, k, s, p, d, ceil_mode):
    o = (n + 2 * p - d * (k - 1) - 1) // s + 1
    if ceil_mode and (n + 2 * p - d * (k - 1) - 1) % s != 0 and o * s < n + p:
        o = o + 1
    return o


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = kernel_size, padding, dilation
    s = k if stride is None else stride
    N, C, H, W = x.shape
    oh, ow = out_size(H, k, s, p, d, ceil_mode), out_size(W, k, s, p, d, ceil_mode)
    out = torch.full((N, C, oh, ow), -float("inf"), dtype=x.dtype)
    idx = torch.zeros((N, C, oh, ow), dtype=torch.long)
    for i in range(oh):
        for j in range(ow):
            rows = [r for r in range(i * s - p, i * s - p + k * d, d) if 0 <= r < H]
            cols = [c for c in range(j * s - p, j * s - p + k * d, d) if 0 <= c < W]
            if rows and cols:
                v, a = x[:, :, rows][:, :, :, cols].flatten(2).max(2)
                out[:, :, i, j] = v
                idx[:, :, i, j] = torch.tensor([r * W + c for r in rows for c in cols])[a]
    if return_indices:
        return out, idx
    return out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = kernel_size, padding
    s = k if stride is None else stride
    N, C, H, W = x.shape
    oh, ow = out_size(H, k, s, p, 1, ceil_mode), out_size(W, k, s, p, 1, ceil_mode)
    out = torch.zeros((N, C, oh, ow), dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            t, l = i * s - p, j * s - p
            b, r = min(t + k, H + p), min(l + k, W + p)
            win = x[:, :, max(t, 0):min(b, H), max(l, 0):min(r, W)]
            div = (b - t) * (r - l) if count_include_pad else win.shape[2] * win.shape[3]
            if divisor_override:
                div = divisor_override
            out[:, :, i, j] = win.sum(dim=(2, 3)) / div
    return out


def global_avg_pool2d(x):
    return x.mean(dim=(2, 3))
