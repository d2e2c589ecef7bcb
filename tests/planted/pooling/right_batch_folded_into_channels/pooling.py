import torch


def pair(v):
    if isinstance(v, (tuple, list)):
        assert len(v) == 2
        return tuple(v)
    return v, v


def pooled_size(n, k, s, p, d, ceil_mode):
    out = (n + 2 * p - d * (k - 1) - 1 + (s - 1 if ceil_mode else 0)) // s + 1
    if ceil_mode and (out - 1) * s >= n + p:
        out -= 1
    return out


def window(planes, top, left, k, d, fill):
    """(N*C, KH*KW) cells of one window, fill outside the image."""
    _, h, w = planes.shape
    columns = []
    for a in range(k[0]):
        for b in range(k[1]):
            r, c = top + a * d[0], left + b * d[1]
            if 0 <= r < h and 0 <= c < w:
                columns.append(planes[:, r, c])
            else:
                columns.append(torch.full_like(planes[:, 0, 0], fill))
    return torch.stack(columns, 1)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = pair(kernel_size), pair(padding), pair(dilation)
    s = k if stride is None else pair(stride)
    N, C, H, W = x.shape
    planes = x.reshape(N * C, H, W)
    oh = pooled_size(H, k[0], s[0], p[0], d[0], ceil_mode)
    ow = pooled_size(W, k[1], s[1], p[1], d[1], ceil_mode)
    out = torch.empty(N * C, oh, ow, dtype=x.dtype)
    idx = torch.empty(N * C, oh, ow, dtype=torch.long)
    for i in range(oh):
        for j in range(ow):
            top, left = i * s[0] - p[0], j * s[1] - p[1]
            out[:, i, j], a = window(planes, top, left, k, d, float("-inf")).max(1)
            idx[:, i, j] = (top + a // k[1] * d[0]) * W + left + a % k[1] * d[1]
    out, idx = out.view(N, C, oh, ow), idx.view(N, C, oh, ow)
    if return_indices:
        return out, idx
    return out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = pair(kernel_size), pair(padding)
    s = k if stride is None else pair(stride)
    N, C, H, W = x.shape
    planes = x.reshape(N * C, H, W)
    oh = pooled_size(H, k[0], s[0], p[0], 1, ceil_mode)
    ow = pooled_size(W, k[1], s[1], p[1], 1, ceil_mode)
    out = torch.empty(N * C, oh, ow, dtype=x.dtype)
    # count the cells by pooling planes of ones
    if count_include_pad:
        extra_h, extra_w = p
    else:
        extra_h = extra_w = 0
    ones = torch.ones(1, H + 2 * extra_h, W + 2 * extra_w)
    for i in range(oh):
        for j in range(ow):
            top, left = i * s[0] - p[0], j * s[1] - p[1]
            total = window(planes, top, left, k, (1, 1), 0.0).sum(1)
            count = window(ones, top + extra_h, left + extra_w, k, (1, 1), 0.0).sum()
            out[:, i, j] = total / (count if divisor_override is None else divisor_override)
    return out.reshape(N, C, oh, ow)


def global_avg_pool2d(x):
    N, C, H, W = x.shape
    return x.reshape(N * C, H * W).mean(1).reshape(N, C, 1, 1)
