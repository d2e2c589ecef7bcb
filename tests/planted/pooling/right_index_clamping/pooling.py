import math
import torch


def both(v):
    return list(v) if isinstance(v, (tuple, list)) else [v, v]


def last_dim(n, k, s, p, ceil_mode, d=1):
    raw = (n + 2 * p - d * (k - 1) - 1) / s + 1
    if not ceil_mode:
        return math.floor(raw)
    up = math.ceil(raw)
    return up if (up - 1) * s < n + p else up - 1


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    kernel_size, padding, dilation = both(kernel_size), both(padding), both(dilation)
    stride = both(stride) if stride is not None else kernel_size
    batch, chan, height, width = x.shape
    OH = last_dim(height, kernel_size[0], stride[0], padding[0], ceil_mode, dilation[0])
    OW = last_dim(width, kernel_size[1], stride[1], padding[1], ceil_mode, dilation[1])
    result = x.new_full((batch, chan, OH, OW), -math.inf)
    flat_idx = torch.zeros((batch, chan, OH, OW), dtype=torch.int64)
    for i in range(OH):
        h0 = i * stride[0] - padding[0]
        h1 = min(h0 + dilation[0] * (kernel_size[0] - 1) + 1, height)
        while h0 < 0:
            h0 += dilation[0]
        for j in range(OW):
            w0 = j * stride[1] - padding[1]
            w1 = min(w0 + dilation[1] * (kernel_size[1] - 1) + 1, width)
            while w0 < 0:
                w0 += dilation[1]
            if h0 >= h1 or w0 >= w1:
                continue
            patch = x[:, :, h0:h1:dilation[0], w0:w1:dilation[1]]
            m, a = patch.reshape(batch, chan, -1).max(dim=-1)
            result[:, :, i, j] = m
            flat_idx[:, :, i, j] = (h0 + a // patch.shape[3] * dilation[0]) * width + w0 + a % patch.shape[3] * dilation[1]
    if return_indices:
        return result, flat_idx
    return result


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    kernel_size, padding = both(kernel_size), both(padding)
    stride = both(stride) if stride is not None else kernel_size
    batch, chan, height, width = x.shape
    OH = last_dim(height, kernel_size[0], stride[0], padding[0], ceil_mode)
    OW = last_dim(width, kernel_size[1], stride[1], padding[1], ceil_mode)
    result = x.new_zeros((batch, chan, OH, OW))
    for i in range(OH):
        for j in range(OW):
            h0, w0 = i * stride[0] - padding[0], j * stride[1] - padding[1]
            h1, w1 = min(h0 + kernel_size[0], height + padding[0]), min(w0 + kernel_size[1], width + padding[1])
            divisor = (h1 - h0) * (w1 - w0)
            h0, w0, h1, w1 = max(h0, 0), max(w0, 0), min(h1, height), min(w1, width)
            if not count_include_pad:
                divisor = (h1 - h0) * (w1 - w0)
            if divisor_override is not None:
                divisor = divisor_override
            result[:, :, i, j] = x[:, :, h0:h1, w0:w1].sum(dim=(2, 3)) / divisor
    return result


def global_avg_pool2d(x):
    return x.sum(dim=(-2, -1)) / (x.shape[-2] * x.shape[-1])
