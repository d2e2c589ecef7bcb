try:
    from .pool_utils import pair, out_hw, extend
except ImportError:
    from pool_utils import pair, out_hw, extend

import torch


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    kh, kw = pair(kernel_size)
    sh, sw = pair(kernel_size) if stride is None else pair(stride)
    ph, pw = pair(padding)
    dh, dw = pair(dilation)
    oh, ow = out_hw(x, (kh, kw), (sh, sw), (ph, pw), (dh, dw), ceil_mode)
    xp = extend(x, ph, pw, sh, sw, float("-inf"))
    out, ind = [], []
    for i in range(oh):
        for j in range(ow):
            r = torch.arange(kh) * dh + i * sh
            c = torch.arange(kw) * dw + j * sw
            best = xp[:, :, r[:, None], c].flatten(2).max(dim=2)
            out.append(best.values)
            ind.append((r[best.indices // kw] - ph) * x.size(3) + c[best.indices % kw] - pw)
    out = torch.stack(out, dim=-1).reshape(x.size(0), x.size(1), oh, ow)
    ind = torch.stack(ind, dim=-1).reshape(x.size(0), x.size(1), oh, ow)
    return (out, ind) if return_indices else out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    kh, kw = pair(kernel_size)
    sh, sw = pair(kernel_size) if stride is None else pair(stride)
    ph, pw = pair(padding)
    oh, ow = out_hw(x, (kh, kw), (sh, sw), (ph, pw), (1, 1), ceil_mode)
    xp = extend(x, ph, pw, sh, sw, 0.0)
    real = extend(torch.ones(1, 1, x.size(2), x.size(3)), ph, pw, sh, sw, 0.0)
    if count_include_pad:
        real[:, :, :x.size(2) + 2 * ph, :x.size(3) + 2 * pw] = 1.0
    out = torch.zeros(x.size(0), x.size(1), oh, ow, dtype=x.dtype)
    for i in range(oh):
        for j in range(ow):
            box = (..., slice(i * sh, i * sh + kh), slice(j * sw, j * sw + kw))
            by = real[box].sum().item() if divisor_override is None else divisor_override
            out[:, :, i, j] = xp[box].sum(dim=(2, 3)) / by
    return out


def global_avg_pool2d(x):
    return x.mean(dim=(2, 3), keepdim=True)
