# im2col version. F.unfold only pads with zeros, so for the maximum I pad myself.
import math
import torch
import torch.nn.functional as F


def hw(arg):
    return (arg, arg) if isinstance(arg, int) else tuple(arg)


def outsize(n, k, s, p, d, ceil_mode):
    f = math.ceil if ceil_mode else math.floor
    o = f((n + 2 * p - d * (k - 1) - 1) / s + 1)
    if ceil_mode and (o - 1) * s >= n + p:
        o -= 1
    return o


def im2col(x, k, s, p, d, ceil_mode, pad_value):
    n, c, h, w = x.shape
    oh = outsize(h, k[0], s[0], p[0], d[0], ceil_mode)
    ow = outsize(w, k[1], s[1], p[1], d[1], ceil_mode)
    bottom = (oh - 1) * s[0] + d[0] * (k[0] - 1) + 1 - h - p[0]
    right = (ow - 1) * s[1] + d[1] * (k[1] - 1) + 1 - w - p[1]
    x = F.pad(x, [p[1], right, p[0], bottom], "constant", pad_value)
    col = F.unfold(x, kernel_size=k, stride=s, dilation=d)
    return col.reshape(n, c, k[0] * k[1], oh, ow)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = hw(kernel_size), hw(padding), hw(dilation)
    s = hw(kernel_size if stride is None else stride)
    col = im2col(x, k, s, p, d, ceil_mode, -math.inf)
    out, arg = col.max(dim=2)
    if return_indices:
        oh, ow = out.shape[-2:]
        y = (torch.arange(oh) * s[0] - p[0])[:, None] + arg.div(k[1], rounding_mode="trunc") * d[0]
        z = (torch.arange(ow) * s[1] - p[1])[None, :] + arg.remainder(k[1]) * d[1]
        return out, y * x.size(3) + z
    return out


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = hw(kernel_size), hw(padding)
    s = hw(kernel_size if stride is None else stride)
    sums = im2col(x, k, s, p, (1, 1), ceil_mode, 0.0).sum(dim=2)
    if divisor_override is None:
        mask = torch.ones_like(x[:1, :1])
        if count_include_pad:
            # the padding counts, what ceil_mode adds behind it does not
            mask = F.pad(mask, [p[1], p[1], p[0], p[0]], value=1.0)
            oh, ow = sums.shape[-2:]
            extra = [0, max(0, (ow - 1) * s[1] + k[1] - mask.size(3)), 0, max(0, (oh - 1) * s[0] + k[0] - mask.size(2))]
            mask = F.unfold(F.pad(mask, extra), k, stride=s)
            full_w = (x.size(3) + 2 * p[1] + extra[1] - k[1]) // s[1] + 1
            counts = mask.sum(1).reshape(-1, full_w)[:oh, :ow]
        else:
            counts = im2col(mask, k, s, p, (1, 1), ceil_mode, 0.0).sum(dim=2)
        return sums / counts
    return sums / divisor_override


def global_avg_pool2d(x):
    return torch.mean(x, dim=(2, 3), keepdim=True)
