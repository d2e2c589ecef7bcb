# The same window sum is used twice: once for the image, once for a mask with a 1
# for every cell that counts. Then average = sum(image) / sum(mask).
import torch
import torch.nn.functional as F


def pr(v):
    return v if isinstance(v, tuple) else tuple(v) if isinstance(v, list) else (v, v)


def n_windows(n, k, s, p, d, ceil_mode):
    slack = n + 2 * p - d * (k - 1) - 1
    number = slack // s + 1
    if ceil_mode and slack % s:
        number += 1 if number * s < n + p else 0
    return number


def slide(padded, k, s, d, oh, ow):
    """(N, C, KH*KW, OH, OW) of an image that is padded already, more than enough."""
    pieces = []
    for a in range(k[0]):
        for b in range(k[1]):
            piece = padded[:, :, a * d[0]:, b * d[1]:]
            pieces.append(piece[:, :, ::s[0], ::s[1]][:, :, :oh, :ow])
    return torch.stack(pieces, dim=2)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    k, p, d = pr(kernel_size), pr(padding), pr(dilation)
    s = pr(stride) if stride is not None else k
    h, w = x.shape[2:]
    oh = n_windows(h, k[0], s[0], p[0], d[0], ceil_mode)
    ow = n_windows(w, k[1], s[1], p[1], d[1], ceil_mode)
    border = (p[1], p[1] + s[1], p[0], p[0] + s[0])
    real = F.pad(torch.ones_like(x), border)
    img = F.pad(x, border)
    # outside the image there is minus infinity, told apart by the mask
    img[real == 0] = float("-inf")
    all_cells = slide(img, k, s, d, oh, ow)
    out = all_cells.max(dim=2)[0]
    if not return_indices:
        return out
    number = F.pad(torch.arange(h * w).reshape(1, 1, h, w), border)
    number = slide(number, k, s, d, oh, ow).expand(all_cells.shape)
    return out, torch.gather(number, 2, all_cells.argmax(2, keepdim=True))[:, :, 0]


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    k, p = pr(kernel_size), pr(padding)
    s = pr(stride) if stride is not None else k
    h, w = x.shape[2:]
    oh, ow = n_windows(h, k[0], s[0], p[0], 1, ceil_mode), n_windows(w, k[1], s[1], p[1], 1, ceil_mode)
    border = (p[1], p[1] + s[1], p[0], p[0] + s[0])
    total = slide(F.pad(x, border), k, s, (1, 1), oh, ow).sum(2)
    if divisor_override is not None:
        return total / divisor_override
    if count_include_pad:
        mask = F.pad(torch.ones(1, 1, h + 2 * p[0], w + 2 * p[1]), (0, s[1], 0, s[0]))
    else:
        mask = F.pad(torch.ones(1, 1, h, w), border)
    return total / slide(mask, k, s, (1, 1), oh, ow).sum(2)


def global_avg_pool2d(x):
    return x.sum((2, 3)) / torch.ones_like(x).sum((2, 3))
